package write

import (
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The codes of an [Error].
const (
	// BadUserInput: a value is not what its field takes.
	BadUserInput = "BAD_USER_INPUT"
	// NotFound: there is no such row, or the viewer may not see it. The two cannot be told apart.
	NotFound = "NOT_FOUND"
	// Conflict: the row was changed since, or another row has the key, or needs this one.
	Conflict = "CONFLICT"
	// Forbidden: the viewer may see the row, or may make such rows at all, but not do this.
	Forbidden = "FORBIDDEN"
)

// Error is a fault of an input. Its message may be shown to its sender: it holds no value, no statement and no
// constraint.
type Error struct {
	Code    string
	Message string
	// Field is where the fault is, from the field's arguments down: input, orders, create, 0, freight.
	Field ast.Path
	// Version is the row's, of a Conflict that a stale version is the reason of; nil otherwise.
	Version any
}

func (e *Error) Error() string { return e.Message }

// Extensions are what a response tells of the error beside its code: the field as a list of steps, and the version.
func (e *Error) Extensions() map[string]any {
	more := make(map[string]any, 2)
	if len(e.Field) > 0 {
		more["field"] = e.Field
	}
	if e.Version != nil {
		more["version"] = e.Version
	}
	return more
}

// Faults are all that was found wrong with an input. There is at least one.
type Faults []*Error

// maxFaults bounds what an input full of faults can make the server write.
const maxFaults = 100

// with has a fault more, if it is not told yet: an input that is for many rows has its faults once.
func (f Faults) with(fault *Error) Faults {
	told := func(e *Error) bool {
		return e.Code == fault.Code && e.Message == fault.Message && slices.Equal(e.Field, fault.Field)
	}
	if len(f) >= maxFaults || slices.ContainsFunc(f, told) {
		return f
	}
	return append(f, fault)
}

func (f Faults) Error() string {
	texts := make([]string, len(f))
	for i, e := range f {
		texts[i] = e.Message
		if len(e.Field) > 0 {
			texts[i] = e.Field.String() + ": " + e.Message
		}
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.As find the faults.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errs
}

// ErrRaced says that a row which was not there came to be while the operation ran, or one that was there is gone: it is worth
// another try.
var ErrRaced = errors.New("write: another transaction was faster")

func name(s string) ast.PathElement { return ast.PathName(s) }

func index(i int) ast.PathElement { return ast.PathIndex(i) }
