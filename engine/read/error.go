package read

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// The codes of an [Error].
const (
	// BadUserInput: an argument is out of its range.
	BadUserInput = "BAD_USER_INPUT"
	// InvalidCursor: a cursor was not made here, or was made for another list or order.
	InvalidCursor = "INVALID_CURSOR"
)

// Error is a fault of the operation that its sender can mend. Its message may be shown to them.
type Error struct {
	Code    string
	Message string
	Path    ast.Path // of the field whose argument is at fault
}

func (e *Error) Error() string { return e.Message }
