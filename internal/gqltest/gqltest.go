// Package gqltest runs operations in tests without HTTP.
package gqltest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"

	"cambium/engine/operation"
)

// Service is the service of an executor, with every document allowed.
func Service(executor operation.Executor) *operation.Service {
	const many = 100_000
	return operation.New(executor, operation.Config{Introspection: true, MaxTokens: many, CachedDocuments: 100})
}

// Run runs an operation with variables as a client sends them.
func Run(t testing.TB, ctx context.Context, s *operation.Service, query string, variables map[string]any) operation.Response {
	t.Helper()
	return RunWith(t, ctx, s, nil, query, variables)
}

// RunWith runs an operation that came with headers.
func RunWith(t testing.TB, ctx context.Context, s *operation.Service, header http.Header, query string, variables map[string]any) operation.Response {
	t.Helper()
	return Received(t, ctx, s, header, query, variables)()
}

// Received returns what the server does with an operation when it has read its request.
func Received(t testing.TB, ctx context.Context, s *operation.Service, header http.Header, query string, variables map[string]any) func() operation.Response {
	t.Helper()
	params := &graphql.RawParams{Query: query, Variables: sent(t, variables), Headers: header}
	return func() operation.Response {
		op, errs := s.Prepare(params)
		if len(errs) > 0 {
			return operation.Response{Errors: errs}
		}
		return s.Run(ctx, op, nil)
	}
}

// sent is what the server decodes of variables.
func sent(t testing.TB, variables map[string]any) (decoded map[string]any) {
	t.Helper()
	if variables == nil {
		return nil
	}
	text, err := json.Marshal(variables)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&decoded))
	return decoded
}
