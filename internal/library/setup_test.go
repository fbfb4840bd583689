package library_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/database"
	"cambium/engine/executor"
	"cambium/engine/operation"
	"cambium/engine/read"
	"cambium/engine/write"
	"cambium/internal/gqltest"
	"cambium/internal/library/ent"
	_ "cambium/internal/library/ent/runtime" // policies, interceptors and defaults
	"cambium/internal/library/graph"
	"cambium/internal/library/librarytest"
	"cambium/internal/library/viewer"
)

// library is the lending library over a database of the test's own.
type library struct {
	*database.DB

	client *ent.Client
	exec   *operation.Service
	log    statements
}

// statements keeps the text of the reader's statements.
type statements struct {
	read.Querier

	mu    sync.Mutex
	texts []string
}

func (s *statements) Query(ctx context.Context, sql string, args []any, row func([][]byte) error) error {
	s.mu.Lock()
	s.texts = append(s.texts, sql)
	s.mu.Unlock()
	return s.Querier.Query(ctx, sql, args, row)
}

// take returns the statements since the last call.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := s.texts
	s.texts = nil
	return texts
}

// filled returns a library with the rows of the tests.
func filled(t testing.TB) *library {
	t.Helper()
	db := librarytest.Open(t)
	l := &library{DB: db, client: ent.NewClient(ent.Driver(db.Driver())), log: statements{Querier: db}}
	schema, err := graph.Schema()
	require.NoError(t, err)
	key := sha256.Sum256([]byte(t.Name()))
	reader, err := read.New(l.model(), schema, &l.log, read.Config{CursorKey: key[:]})
	require.NoError(t, err)
	writer, err := write.New(l.client.WriteModel(), reader, db.Driver())
	require.NoError(t, err)
	app := graph.NewExecutableSchema(graph.Config{Resolvers: graph.NewResolver(l.client), Schema: schema})
	l.exec = gqltest.Service(executor.New(executor.Config{Schema: schema, Reader: reader, Writer: writer, DB: db, App: app}))
	return l
}

func (l *library) model() []*read.Entity { return l.client.ReadModel(ent.Batch{}) }

// response is a response as a client decodes it.
type response struct {
	data   any
	raw    string // data before it is decoded
	errors gqlerror.List
}

// do runs an operation for the viewer of the context.
func (l *library) do(t testing.TB, ctx context.Context, query string, variables map[string]any) response {
	t.Helper()
	answer := gqltest.Run(t, ctx, l.exec, query, variables)
	if answer.Data == nil {
		return response{errors: answer.Errors}
	}
	r := response{raw: string(answer.Data), errors: answer.Errors}
	require.NoError(t, json.Unmarshal(answer.Data, &r.data), "the data is no JSON: %s", answer.Data)
	return r
}

// data runs an operation that has no errors and returns its data.
func (l *library) data(t testing.TB, ctx context.Context, query string, variables map[string]any) map[string]any {
	t.Helper()
	r := l.do(t, ctx, query, variables)
	require.Empty(t, r.errors, query)
	return r.data.(map[string]any)
}

// The viewers of the tests.
var (
	staff = viewer.Viewer{Staff: true}
	north = viewer.Viewer{Branch: librarytest.Branches[0]}
)

func as(t testing.TB, v viewer.Viewer) context.Context {
	t.Helper()
	return viewer.With(t.Context(), v)
}
