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
	return RunDecoded(ctx, s, header, query, Decoded(t, variables))
}

// RunDecoded does what the server does with an operation when it has read its request.
func RunDecoded(ctx context.Context, s *operation.Service, header http.Header, query string, variables map[string]any) operation.Response {
	op, errs := s.Prepare(&graphql.RawParams{Query: query, Variables: variables, Headers: header})
	if len(errs) > 0 {
		return operation.Response{Errors: errs}
	}
	return s.Run(ctx, op, nil)
}

// Decoded is what the server reads of a value that a client sends.
func Decoded[T any](t testing.TB, sent T) (decoded T) {
	t.Helper()
	text, err := json.Marshal(sent)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&decoded))
	return decoded
}
