package server_test

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// nothing is a schema of which nothing comes: its data is null.
type nothing struct {
	*fake

	err error
}

func (n nothing) Exec(context.Context) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		graphql.AddError(ctx, n.err)
		return &graphql.Response{Data: []byte("null")}
	}
}
