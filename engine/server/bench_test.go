package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	gqltransport "github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/admission"
	"cambium/engine/operation"
	"cambium/engine/server"
	"cambium/engine/telemetry"
)

// ready is a schema whose answer is made already, so that what is measured is the transport alone.
type ready struct {
	*fake

	data []byte
}

func (r ready) Execute(_ context.Context, _ *operation.Operation, dst []byte) []byte {
	return append(dst, r.data...)
}

func (r ready) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec implements [graphql.ExecutableSchema], for gqlgen's transport.
func (r ready) Exec(context.Context) graphql.ResponseHandler {
	return func(context.Context) *graphql.Response { return &graphql.Response{Data: r.data} }
}

// discard is a response that goes nowhere.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkTransport measures one operation of which the document is known, with an answer of 20 KB. "stock" is gqlgen's
// own transport with the same executor.
func BenchmarkTransport(b *testing.B) {
	schema := ready{newFake(nil), []byte(`{"hello":"` + strings.Repeat("<x> ", 5000) + `"}`)}
	body := []byte(`{"query":"query Q($n: Int, $name: String) { hello(n: $n, name: $name) }","variables":{"n":5,"name":"somebody"},"operationName":"Q"}`)
	ours, err := server.GraphQL(schema, server.NewGraphQLConfig(), slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	written := slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // a line costs what it costs to make
	whole, err := server.New(server.NewConfig(), ours, written)
	require.NoError(b, err)
	seen, err := telemetry.New(b.Context(), telemetry.Config{Slow: time.Second}, func(string) string { return "" }, written)
	require.NoError(b, err)
	observed, places := server.NewGraphQLConfig(), server.NewConfig()
	observed.Observer, observed.Admission, places.Observer = seen, admission.New(admission.NewConfig(10)), seen
	inner, err := server.GraphQL(schema, observed, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	shown, err := server.New(places, inner, written)
	require.NoError(b, err)
	stock := handler.New(schema)
	stock.AddTransport(gqltransport.POST{})
	stock.SetQueryCache(lru.New[*ast.QueryDocument](100))
	for _, c := range []struct {
		name    string
		handler http.Handler
	}{{"cambium", ours}, {"cambium with id and log", whole}, {"cambium with metrics and places too", shown}, {"stock", stock}} {
		b.Run(c.name, func(b *testing.B) {
			reader := bytes.NewReader(nil)
			request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", nil)
			request.Header.Set("Content-Type", plain)
			request.Header.Set("Accept", typed)
			request.ContentLength = int64(len(body))
			b.ReportAllocs()
			for b.Loop() {
				reader.Reset(body)
				request.Body = io.NopCloser(reader)
				c.handler.ServeHTTP(discard{make(http.Header, 8)}, request)
			}
		})
	}
}

// BenchmarkWorstDocument measures the refusal, or the validation, of documents that are as long as they may be, each a
// new one.
func BenchmarkWorstDocument(b *testing.B) {
	config := server.NewGraphQLConfig()
	handler, err := server.GraphQL(ready{newFake(nil), []byte(`{}`)}, config, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	for name, query := range worstDocuments(config.MaxTokens) {
		body := posted(b, query+"#"+strings.Repeat("x", 8<<10), nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask(b, handler, http.MethodPost, "/", plain, typed, body)
			}
		})
	}
}

func worstDocuments(tokens int) map[string]string {
	n := tokens - 50
	var bomb strings.Builder
	for i := range 20 {
		fmt.Fprintf(&bomb, " fragment F%d on Query { ...F%d ...F%d }", i, i+1, i+1)
	}
	distinct := make([]string, 0, n/3)
	for i := range n / 3 {
		distinct = append(distinct, fmt.Sprintf("a%d:hello", i))
	}
	tenfold := "{" + strings.Repeat("other { hello x:hello other { hello } }", 100) + "}"
	return map[string]string{
		"fields":     "{" + strings.Repeat("hello ", n) + "}",
		"aliases":    "{" + strings.Repeat("a: hello ", n/3) + "}",
		"distinct":   "{" + strings.Join(distinct, " ") + "}",
		"nested":     "{" + strings.Repeat("other {", n/3) + "hello" + strings.Repeat("}", n/3) + "}",
		"side":       "{" + strings.Repeat("other { hello } ", n/4) + "}",
		"just below": "{" + strings.Repeat("hello ", 140) + "}",
		"side below": tenfold,
		"bomb":       "{ ...F0 }" + bomb.String() + " fragment F20 on Query { hello }",
		"directives": "{" + strings.Repeat("hello @include(if: true) ", n/8) + "}",
		"arguments":  "{ hello(" + strings.Repeat("n: 1 ", n/3) + ") }",
		"variables":  "query(" + strings.Repeat("$a: Int ", n/4) + ") { hello }",
		"unknown":    "{" + strings.Repeat("a { ", n/3) + "b" + strings.Repeat("}", n/3) + "}",
	}
}

// TestWorstDocuments holds what BenchmarkWorstDocument measures to a bound that a slow machine keeps too.
func TestWorstDocuments(t *testing.T) {
	t.Parallel()
	config := server.NewGraphQLConfig()
	handler, _ := transport(t, nil, nil)
	for name, query := range worstDocuments(config.MaxTokens) {
		var r response
		took := time.Hour
		for tries := 8; tries > 0 && took >= time.Second; tries-- { // the machine is shared: the quietest run counts
			start := time.Now()
			r = ask(t, handler, http.MethodPost, "/", plain, typed, posted(t, query, nil))
			took = min(took, time.Since(start))
		}
		assert.Less(t, took, time.Second, name)
		assert.Less(t, len(r.body), 64<<10, name)
		if name == "fields" || name == "aliases" || name == "side" || name == "bomb" {
			assert.Equal(t, http.StatusBadRequest, r.status, name)
			assert.Contains(t, r.body, "DOCUMENT_TOO_COMPLEX", name)
		}
	}
}
