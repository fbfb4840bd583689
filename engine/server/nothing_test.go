package server_test

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"cambium/engine/operation"
)

// nothing is a schema of which no operation comes to anything.
type nothing struct {
	*fake

	err error
}

func (n nothing) Execute(ctx context.Context, _ *operation.Operation, dst []byte) []byte {
	graphql.AddError(ctx, n.err)
	return append(dst, "null"...)
}
