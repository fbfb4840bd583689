package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/ent/schema"
	"cambium/internal/faultlab"
)

// heard is what a client sees of one request.
type heard struct {
	status     int
	retryAfter string
	code       string // of the first error; empty for none
	body       string
}

// ask sends an operation of the administrator's, under a key where one is given.
func ask(t *testing.T, url, operation, key string) heard {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": operation})
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+graphQLPath, bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+signed(t, "1", schema.RoleAdmin))
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var said struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	require.NoError(t, json.Unmarshal(text, &said), "%s", text)
	r := heard{status: response.StatusCode, retryAfter: response.Header.Get("Retry-After"), body: string(text)}
	if len(said.Errors) > 0 {
		r.code = said.Errors[0].Extensions.Code
	}
	return r
}

const (
	readsShippers  = `{ shippers { nodes { companyName } } }`
	createsShipper = `mutation { createShipper(input: {companyName: "Speedy"}) { companyName } }`
)

// Readiness is red and liveness green while PostgreSQL is away; a query is told UNAVAILABLE and when to come again. All is
// well again by itself.
func TestTrapPostgreSQLIsAway(t *testing.T) {
	t.Parallel()
	node := faultlab.Primary(t, "a", nil)
	require.Zero(t, api(t, with(node.Direct()), "migrate", "apply").code)
	p := start(t, with(node.URL(), "ADDR=127.0.0.1:0"), "serve")
	url := p.URL(t)
	require.Eventually(t, func() bool { status, _ := get(t, url+"/readyz"); return status == http.StatusOK }, patience, time.Millisecond)
	for _, end := range []func(){node.Stop, node.Kill} {
		end()
		status, _ := get(t, url+"/readyz")
		assert.Equal(t, http.StatusServiceUnavailable, status)
		status, _ = get(t, url+"/healthz")
		assert.Equal(t, http.StatusOK, status)
		for _, operation := range []string{readsShippers, createsShipper} {
			r := ask(t, url, operation, "")
			assert.Equal(t, http.StatusServiceUnavailable, r.status, r.body)
			assert.Equal(t, "UNAVAILABLE", r.code, r.body)
			assert.Equal(t, "1", r.retryAfter)
		}
		node.Start()
		require.Eventually(t, func() bool { status, _ := get(t, url+"/readyz"); return status == http.StatusOK }, patience, time.Millisecond)
		r := ask(t, url, readsShippers, "")
		assert.Equal(t, http.StatusOK, r.status, r.body)
		assert.Empty(t, r.code, r.body)
	}
	terminate(t, p)
}

// Stock: it waited for ever. The wait is bounded, and says when to come again.
func TestTrapPoolExhaustedIsToldOverHTTP(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	p := start(t, with(database, "ADDR=127.0.0.1:0", "DATABASE_MAX_CONNS=1", "DATABASE_ACQUIRE_TIMEOUT=200ms", "ADMISSION_LIMIT=100"), "serve")
	url := p.URL(t)
	require.Empty(t, ask(t, url, readsShippers, "").code)
	db, err := open(t.Context(), database)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var waiting sync.WaitGroup
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := db.Exec(ctx, "LOCK TABLE shippers"); err != nil {
			return err
		}
		waiting.Go(func() { assert.Empty(t, ask(t, url, readsShippers, "").code) }) // with the one connection
		for range 3 {
			r := heard{}
			require.Eventually(t, func() bool { r = ask(t, url, `{ regions { nodes { name } } }`, ""); return r.code != "" }, patience, time.Millisecond)
			assert.Equal(t, "POOL_EXHAUSTED", r.code, r.body)
			assert.Equal(t, http.StatusServiceUnavailable, r.status, r.body)
			assert.Equal(t, "1", r.retryAfter)
		}
		return nil
	}))
	waiting.Wait()
	require.Empty(t, ask(t, url, readsShippers, "").code)
	terminate(t, p)
}

// every is an operation of each kind: a page with lists in it and a batch field, counts, aggregates, look-ups, mutations.
func every(n int) []string {
	return []string{
		`{ orders(first: 3) { totalCount nodes { daysLate total customer { companyName } lines(first: 5) { nodes { amount product { name } } } } } }`,
		`{ customers(first: 2) { nodes { companyName orders(first: 2) { totalCount nodes { daysLate } } } } regions { nodes { name } } }`,
		`{ ordersAggregate { count } }`,
		fmt.Sprintf(`mutation { createShipper(input: {companyName: "Speedy %d"}) { id companyName } }`, n),
		fmt.Sprintf(`mutation { a: createShipper(input: {companyName: "Fast %[1]d"}) { id } b: createRegion(input: {name: "North %[1]d"}) { id territories { nodes { name } } } }`, n),
	}
}

// Stock: a pool of one deadlocks itself.
func TestTrapEveryOperationWorksWithAPoolOfOne(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	require.Zero(t, api(t, with(database), "seed", "--size", "small").code)
	p := start(t, with(database, "ADDR=127.0.0.1:0", "DATABASE_MAX_CONNS=1", "DATABASE_ACQUIRE_TIMEOUT=30s", "ADMISSION_LIMIT=100"), "serve")
	url := p.URL(t)
	for n, operation := range every(0) {
		r := ask(t, url, operation, "")
		assert.Empty(t, r.code, "%s: %s", operation, r.body)
		assert.Equal(t, http.StatusOK, r.status)
		if strings.HasPrefix(operation, "mutation") {
			keyed := every(1)[n]
			first := ask(t, url, keyed, fmt.Sprintf("key-%d", n))
			assert.Empty(t, first.code, first.body)
			assert.Equal(t, first, ask(t, url, keyed, fmt.Sprintf("key-%d", n)), "the answer is repeated")
		}
	}
	status, body := get(t, url+"/readyz")
	assert.Equal(t, http.StatusOK, status, body)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for _, operation := range every(10 + n) {
				r := ask(t, url, operation, "")
				assert.Empty(t, r.code, "%s: %s", operation, r.body)
			}
		})
	}
	all.Wait()
	terminate(t, p)
}

// Stock: 349 of 500 queries fail with 42P05. Nothing tells the program of the pooler: it is found, one line says so, and reads
// and writes of every kind go through it, more of them at once than it has connections to the server.
func TestTrapPgBouncerInTransactionMode(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	require.Zero(t, api(t, with(database), "seed", "--size", "small").code)
	for name, b := range map[string]faultlab.PgBouncer{
		"refuses settings of sessions": {Mode: "transaction", PoolSize: 4},
		"ignores them": {Mode: "transaction", PoolSize: 4, More: []string{
			"ignore_startup_parameters = extra_float_digits, statement_timeout, lock_timeout, idle_in_transaction_session_timeout, jit",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, with(faultlab.StartPgBouncer(t, database, b), "ADDR=127.0.0.1:0", "DATABASE_MAX_CONNS=20", "ADMISSION_LIMIT=1000", "ADMISSION_WAIT=60s",
				"DATABASE_ACQUIRE_TIMEOUT=60s", "RATE_PER_VIEWER=0", "MAX_IN_FLIGHT=0"), "serve")
			url := p.URL(t)
			assert.Equal(t, 1, strings.Count(p.Stderr.String(), "database is behind a transaction pooler"), "%s", &p.Stderr)
			var all sync.WaitGroup
			base := 1000 + 1000*len(name)
			for n := range 100 {
				all.Go(func() {
					for _, operation := range every(base + n) {
						r := ask(t, url, operation, "")
						assert.Empty(t, r.code, "%s: %s", operation, r.body)
					}
				})
			}
			all.Wait()
			terminate(t, p)
		})
	}
}

// Stock: 1,825 and 3,017 acknowledged writes were lost in asynchronous failovers. What the database does is told, and refused
// where that is asked for.
func TestTrapAsynchronousFailoverIsRefused(t *testing.T) {
	t.Parallel()
	database := migrated(t) // on a server that does not sync
	for _, r := range []result{
		api(t, with(database, "ADDR=127.0.0.1:0"), "serve", "--require-durable"),
		api(t, with(database, "ADDR=127.0.0.1:0", "REQUIRE_DURABLE=true"), "serve"),
	} {
		assert.Equal(t, exitFailed, r.code)
		assert.Contains(t, r.stderr, "api: the database may lose writes that it acknowledged: fsync is off")
		assert.Contains(t, r.stderr, "synchronous_standby_names is empty")
	}
	p := start(t, with(database, "ADDR=127.0.0.1:0"), "serve")
	p.URL(t)
	assert.Contains(t, p.Stderr.String(), `"durability":{"fsync":"off"`)
	terminate(t, p)
}
