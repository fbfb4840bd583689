package operation

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

type readOnlyKey struct{}

// ReadOnly returns a context in which mutations are refused.
func ReadOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, readOnlyKey{}, true)
}

// refused reports whether the context is for reading only, and the operation is not.
func refused(ctx context.Context, op *Operation) bool {
	return op.Operation.Operation == ast.Mutation && ctx.Value(readOnlyKey{}) != nil
}

// readOnly is what a refused operation is answered with.
func readOnly() gqlerror.List {
	return gqlerror.List{{Message: "changes are switched off here", Extensions: map[string]any{"code": "READ_ONLY"}}}
}
