package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"

	"cambium/engine/operation"
	"cambium/engine/replica"
	"cambium/engine/server"
	"cambium/engine/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var none = func(string) string { return "" }

func observed(t testing.TB, config telemetry.Config, log *bytes.Buffer) *telemetry.Telemetry {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	if log != nil {
		logger = slog.New(telemetry.LogHandler(slog.NewJSONHandler(log, nil)))
	}
	seen, err := telemetry.New(t.Context(), config, none, logger)
	require.NoError(t, err)
	t.Cleanup(func() { seen.Close(context.Background()) })
	return seen
}

// metrics is what /metrics says.
func metrics(t testing.TB, seen *telemetry.Telemetry) string {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	request.Host = "127.0.0.1:9090"
	recorder := httptest.NewRecorder()
	seen.Debug().ServeHTTP(recorder, request)
	require.Equal(t, http.StatusOK, recorder.Code, recorder.Body.String())
	return recorder.Body.String()
}

// still answers every operation with an empty object.
type still struct{ schema *ast.Schema }

func (s still) Schema() *ast.Schema { return s.schema }

func (s still) Execute(_ context.Context, _ *operation.Operation, dst []byte) []byte {
	return append(dst, "{}"...)
}

func prepare(t testing.TB, query string, variables map[string]any) *operation.Operation {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { order(id: ID, text: String, list: [Int!], where: Where): Order }
		type Mutation { write: String }
		interface Node { id: ID! }
		type Order implements Node { id: ID! customer: Customer }
		type Customer implements Node { id: ID! }
		input Where { a: Int b: Int }`})
	op, errs := operation.New(still{schema}, operation.Config{MaxTokens: 1000, CachedDocuments: 10}).Prepare(&graphql.RawParams{Query: query, Variables: variables})
	require.Empty(t, errs)
	return op
}

func run(ctx context.Context, seen *telemetry.Telemetry, op *operation.Operation, took time.Duration, errs ...*gqlerror.Error) {
	ctx = seen.BeginOperation(ctx, op)
	seen.EndOperation(ctx, op, took, errs)
}

func TestNamesOfClientsAreBounded(t *testing.T) {
	t.Parallel()
	seen := observed(t, telemetry.Config{}, nil)
	for i := range 120 {
		seen.Operation(ast.Query, fmt.Sprint("Registered", i))
		seen.Operation(ast.Query, fmt.Sprint("Registered", i)) // in another document
	}
	seen.Operation(ast.Mutation, "RegisteredToo")
	for i := range 300 {
		run(t.Context(), seen, prepare(t, fmt.Sprintf("query Q%d { __typename }", i), nil), time.Millisecond)
	}
	run(t.Context(), seen, prepare(t, "query Registered119 { __typename }", nil), time.Millisecond)
	run(t.Context(), seen, prepare(t, "query "+strings.Repeat("x", 65)+" { __typename }", nil), time.Millisecond)
	run(t.Context(), seen, prepare(t, "{ __typename }", nil), time.Millisecond)
	text := metrics(t, seen)
	assert.Equal(t, 121+101, strings.Count(text, `cambium_operation_duration_seconds_count{`), "the registered ones, a hundred, and one for the others")
	assert.Contains(t, text, `cambium_operations_total{name="Q0",result="ok",type="query"} 1`)
	assert.Contains(t, text, `cambium_operations_total{name="Registered119",result="ok",type="query"} 1`)
	assert.Contains(t, text, `cambium_operations_total{name="other",result="ok",type="query"} 202`)
	assert.NotContains(t, text, "Q299")
	for i := range 1000 {
		seen.Refused(t.Context(), fmt.Sprint("CODE_", i))
	}
	assert.LessOrEqual(t, strings.Count(metrics(t, seen), "cambium_errors_total{"), 101)
}

func TestSlowOperationsAreLoggedWithoutValues(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	seen := observed(t, telemetry.Config{Slow: time.Second}, &log)
	op := prepare(t, "query Slow($id: ID, $text: String, $list: [Int!], $where: Where, $none: String) { order(id: $id, text: $text, list: $list, where: $where) { id } b: order(text: $none) { id } }",
		map[string]any{"id": "secret-id", "text": "secret text", "list": []any{json.Number("4711"), json.Number("4712")}, "where": map[string]any{"a": json.Number("4713")}})
	run(t.Context(), seen, op, 999*time.Millisecond)
	assert.Empty(t, log.String())
	run(t.Context(), seen, op, time.Second)
	line := log.String()
	for _, part := range []string{`"msg":"slow operation"`, `"operation":"Slow"`, `"duration":1000000000`, `"id: ID of 9 bytes"`, `"text: String of 11 bytes"`, `"list: [Int!] of 2"`, `"where: Where of 1 members"`, `"none: String not given"`} {
		assert.Contains(t, line, part)
	}
	for _, hidden := range []string{"secret", "4711", "4713", "order("} {
		assert.NotContains(t, line, hidden)
	}
	assert.Contains(t, metrics(t, seen), "cambium_slow_operations_total 1\n")

	log.Reset()
	var variables, used strings.Builder
	for i := range 60 {
		name := strings.Repeat("v", 1000) + fmt.Sprint(i)
		fmt.Fprintf(&variables, "$%s: ID ", name)
		fmt.Fprintf(&used, "f%d: order(id: $%s) { id } ", i, name)
	}
	run(t.Context(), seen, prepare(t, "query "+strings.Repeat("Q", 1<<20)+"("+variables.String()+") { "+used.String()+"}", nil), time.Second)
	assert.Less(t, log.Len(), 10_000, "a client writes no long lines")
	assert.Contains(t, log.String(), `"and 10 more"`)

	log.Reset()
	run(t.Context(), seen, op, 2*time.Second)
	const plan = `"plan":"`
	first, again := line[strings.Index(line, plan)+len(plan):], log.String()[strings.Index(log.String(), plan)+len(plan):]
	assert.Equal(t, first[:16], again[:16], "the same operation has the same plan")
}

func TestErrorsAreCountedByTheirCodes(t *testing.T) {
	t.Parallel()
	seen := observed(t, telemetry.Config{}, nil)
	code := func(code string) *gqlerror.Error { return &gqlerror.Error{Extensions: map[string]any{"code": code}} }
	run(t.Context(), seen, prepare(t, "mutation M { write }", nil), time.Millisecond, code("FORBIDDEN"), code("FORBIDDEN"), code("INTERNAL"))
	seen.Refused(t.Context(), "POOL_EXHAUSTED")
	seen.Panicked(t.Context())
	seen.Retry(t.Context(), 2, context.Canceled)
	text := metrics(t, seen)
	for _, line := range []string{
		`cambium_errors_total{code="FORBIDDEN"} 2`, `cambium_errors_total{code="INTERNAL"} 1`, `cambium_errors_total{code="POOL_EXHAUSTED"} 1`,
		`cambium_operations_total{name="M",result="failed",type="mutation"} 1`, "cambium_panics_total 1", "cambium_transaction_retries_total 1",
		"cambium_operations_in_flight 0",
	} {
		assert.Contains(t, text, line+"\n")
	}
}

func TestStatementsAreToldApartByTheirVerb(t *testing.T) {
	t.Parallel()
	seen := observed(t, telemetry.Config{}, nil)
	for _, sql := range []string{"SELECT 1", "  (select 2)", "begin isolation level read committed", "INSERT INTO secret", "VACUUM", ""} {
		ctx := seen.BeginStatement(t.Context(), sql)
		seen.EndStatement(ctx, sql, time.Millisecond, 1, nil)
	}
	seen.EndStatement(t.Context(), "UPDATE secret", time.Millisecond, 0, context.Canceled)
	text := metrics(t, seen)
	assert.Contains(t, text, `cambium_statement_duration_seconds_count{verb="select"} 2`)
	assert.Contains(t, text, `cambium_statement_duration_seconds_count{verb="begin"} 1`)
	assert.Contains(t, text, `cambium_statement_duration_seconds_count{verb="other"} 2`)
	assert.Contains(t, text, `cambium_statements_failed_total{verb="update"} 1`)
	assert.NotContains(t, text, "secret")
}

func TestReplicasAreAmongTheMetrics(t *testing.T) {
	t.Parallel()
	seen := observed(t, telemetry.Config{}, nil)
	seen.Replicas(func() []replica.State {
		return []replica.State{{Name: "a", InRotation: true, LagBytes: 16, Lag: 500 * time.Millisecond}, {Name: "b"}}
	})
	text := metrics(t, seen)
	for _, line := range []string{
		`cambium_replica_in_rotation{replica="a"} 1`, `cambium_replica_in_rotation{replica="b"} 0`,
		`cambium_replica_lag_bytes{replica="a"} 16`, `cambium_replica_lag_seconds{replica="a"} 0.5`,
	} {
		assert.Contains(t, text, line+"\n")
	}
}

func TestTheDebugListenerIsForThisMachine(t *testing.T) {
	t.Parallel()
	seen := observed(t, telemetry.Config{Version: "v1"}, nil)
	for host, status := range map[string]int{
		"127.0.0.1:9090": http.StatusOK, "localhost:9090": http.StatusOK, "[::1]:9090": http.StatusOK, "[::1]": http.StatusOK,
		"rebound.example": http.StatusForbidden, "10.0.0.1:9090": http.StatusForbidden, "": http.StatusForbidden,
	} {
		for _, path := range []string{"/metrics", "/debug/status", "/debug/pprof/"} {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			request.Host = host
			recorder := httptest.NewRecorder()
			seen.Debug().ServeHTTP(recorder, request)
			assert.Equal(t, status, recorder.Code, "%s of %s", path, host)
		}
	}
}

// TestNothingIsAllocatedWithoutTraces is the promise of the hot path.
func TestNothingIsAllocatedWithoutTraces(t *testing.T) { //nolint:paralleltest // others' allocations would count
	seen := observed(t, telemetry.Config{Slow: time.Second}, nil)
	op := prepare(t, "query Named { order { id customer { id } } }", nil)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	assert.Zero(t, testing.AllocsPerRun(100, func() { told(seen, request, op) }))
}

// told is all that is told of a request with one statement.
func told(seen *telemetry.Telemetry, request *http.Request, op *operation.Operation) {
	ctx := seen.BeginRequest(request)
	ran := seen.BeginOperation(ctx, op)
	statement := seen.BeginStatement(ran, "SELECT 1")
	seen.EndStatement(statement, "SELECT 1", time.Millisecond, 1, nil)
	seen.EndOperation(ran, op, time.Millisecond, nil)
	seen.EndRequest(ctx, request, http.StatusOK, time.Millisecond)
}

var _ server.Observer = (*telemetry.Telemetry)(nil)

func BenchmarkRequestWithoutTraces(b *testing.B) {
	seen := observed(b, telemetry.Config{Slow: time.Second}, nil)
	op := prepare(b, "query Named { order { id customer { id } } }", nil)
	request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", nil)
	b.ReportAllocs()
	for b.Loop() {
		told(seen, request, op)
	}
}
