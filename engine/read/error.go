package read

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// The codes of an [Error].
const (
	// BadUserInput: an argument is out of its range.
	BadUserInput = "BAD_USER_INPUT"
	// PageLimit: a page is larger than it may be. The limits that operations have beside are those of engine/limit.
	PageLimit = "PAGE_LIMIT"
	// InvalidCursor: a cursor was not made here, or was made for another list or order.
	InvalidCursor = "INVALID_CURSOR"
	// Forbidden: the operation touches a field that the viewer may not read.
	Forbidden = "FORBIDDEN"
	// NullValue: there is no value where the schema promises one; the nearest value that may be null is (GraphQL,
	// section 6.4.4).
	NullValue = "NULL_VALUE"
	// UnwritableValue: a value has no form in the API, such as a time after the year 9999.
	UnwritableValue = "UNWRITABLE_VALUE"
)

// Error is a fault of the operation, or of a value that it selects. Its message may be shown to its sender.
type Error struct {
	Code    string
	Message string
	Path    ast.Path // of the field at fault
}

func (e *Error) Error() string { return e.Message }
