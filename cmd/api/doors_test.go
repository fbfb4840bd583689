package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/limit"
	"cambium/ent/schema"
)

// Trap: form and multipart posts, foreign Origin, DNS rebinding. In the stock stack rows were written and read from a
// foreign page; see also clients/pages_test.go, which tries with a browser.
func TestTrapForeignRequests(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	const body = `{"query":"{ version }"}`
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
		code   string
	}{
		"a form":                 {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "BAD_REQUEST"},
		"a multipart form":       {func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") }, 415, "BAD_REQUEST"},
		"plain text":             {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "BAD_REQUEST"},
		"no type":                {func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "BAD_REQUEST"},
		"a foreign site":         {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, "CROSS_ORIGIN"},
		"a sibling's site":       {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403, "CROSS_ORIGIN"},
		"a foreign origin":       {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403, "CROSS_ORIGIN"},
		"no origin that is":      {func(r *http.Request) { r.Header.Set("Origin", "null") }, 403, "CROSS_ORIGIN"},
		"a rebound name":         {func(r *http.Request) { r.Host = "evil.example:8080" }, 421, "HOST_NOT_ALLOWED"},
		"a name like this":       {func(r *http.Request) { r.Host = "localhost.evil.example" }, 421, "HOST_NOT_ALLOWED"},
		"a name like an address": {func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }, 421, "HOST_NOT_ALLOWED"},
		"no name":                {func(r *http.Request) { r.Host = "" }, 421, "HOST_NOT_ALLOWED"},
		"PUT":                    {func(r *http.Request) { r.Method = http.MethodPut }, 405, "BAD_REQUEST"},
		"an upgrade": {func(r *http.Request) {
			r.Method = http.MethodGet
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}, 400, "BAD_REQUEST"},
	} {
		r := post(t, "", body)
		c.change(r)
		got := f.send(t, r)
		assert.Equal(t, c.status, got.status, "%s: %s", name, got.body)
		assert.Equal(t, []string{c.code}, got.codes(), name)
		assert.Empty(t, got.header.Get("Access-Control-Allow-Origin"), name)
		harmless(t, name, got)
	}
	for _, host := range []string{"localhost", "localhost:8080", "LOCALHOST.:80", "api.localhost", "127.0.0.1:8080", "[::1]:8080", "10.1.2.3"} {
		r := post(t, "", body)
		r.Host = host
		assert.Equal(t, http.StatusOK, f.send(t, r).status, host)
	}
	// A preflight is answered like any other request that is no query: nothing is allowed.
	preflight := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "http://localhost"+graphQLPath, nil)
	preflight.Header.Set("Origin", "https://evil.example")
	preflight.Header.Set("Access-Control-Request-Method", "POST")
	got := f.send(t, preflight)
	for name := range got.header {
		assert.NotContains(t, name, "Access-Control")
	}
	for name, wanted := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		assert.Equal(t, wanted, f.ask(t, "", "{ version }", nil).header.Get(name), name)
	}
}

func TestOriginsAndHostsThatAreAllowed(t *testing.T) {
	t.Parallel()
	f := newFront(t, map[string]string{"ALLOWED_HOSTS": "API.example, other.example.", "CORS_ORIGINS": "https://app.example"})
	r := post(t, "", `{"query":"{ version }"}`)
	r.Host = "api.example"
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	got := f.send(t, r)
	assert.Equal(t, http.StatusOK, got.status, got.body)
	assert.Equal(t, "https://app.example", got.header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, got.header.Get("Access-Control-Allow-Credentials"))
	preflight := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "http://other.example"+graphQLPath, nil)
	preflight.Header.Set("Origin", "https://app.example")
	preflight.Header.Set("Access-Control-Request-Method", "POST")
	preflight.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	got = f.send(t, preflight)
	assert.Equal(t, "https://app.example", got.header.Get("Access-Control-Allow-Origin"))
	assert.NotEmpty(t, got.header.Get("Access-Control-Allow-Headers"))
	r = post(t, "", `{"query":"{ version }"}`)
	r.Header.Set("Origin", "https://app.example.evil")
	assert.Equal(t, http.StatusForbidden, f.send(t, r).status)
}

// Trap: introspection, suggestions, playground on.
func TestTrapIntrospectionIsOff(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	for _, query := range []string{`{ __schema { types { name } } }`, `{ __type(name: "Order") { name } }`, `{ ...F } fragment F on Query { x: __schema { __typename } }`} {
		got := f.ask(t, "", query, nil)
		require.NotEmpty(t, got.codes(), query)
		assert.Equal(t, "GRAPHQL_VALIDATION_FAILED", got.codes()[0], query)
		assert.NotContains(t, got.body, `"data"`)
	}
	for _, query := range []string{`{ order { id } }`, `{ ordersx { id } }`, `{ orders { node } }`, `{ orders(wher: {}) { totalCount } }`, `query($x: OrderWher) { version }`} {
		got := f.ask(t, "", query, nil)
		assert.NotEmpty(t, got.codes())
		assert.NotContains(t, got.body, "Did you mean", query)
	}
	for _, path := range []string{"/", "/playground", "/graphiql", "/graphql/", "/studio", "/debug/pprof/", "/metrics"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
		r.Header.Set("Accept", "text/html")
		assert.Equal(t, http.StatusNotFound, f.send(t, r).status, path)
	}
}

// Trap: lists without first. In the stock stack they had no LIMIT.
func TestTrapListsWithoutFirst(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	token := signed(t, "2", schema.RoleAdmin)
	var answer struct {
		Data struct {
			Orders struct {
				Nodes []struct{ Lines struct{ Nodes []any } }
			}
		}
		Extensions struct{ Cost map[string]int64 }
	}
	body := `{"query":"{ orders { nodes { lines { nodes { id } } } } }","extensions":{"cost":true}}`
	got := f.send(t, post(t, token, body))
	require.NoError(t, json.Unmarshal([]byte(got.body), &answer))
	assert.Len(t, answer.Data.Orders.Nodes, 20)
	assert.Equal(t, map[string]int64{"requested": 20 + 20*20, "limit": 20_000}, answer.Extensions.Cost)
}

// Trap: errors. In the stock stack they repeated SQL, values, connection strings and bodies.
func TestTrapErrorsTellNothing(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	admin := signed(t, "2", schema.RoleAdmin)
	_, err := f.db.Exec(t.Context(), `ALTER TABLE shippers DROP COLUMN phone`)
	require.NoError(t, err)
	got := f.ask(t, admin, `{ shippers { nodes { phone } } }`, nil)
	assert.Equal(t, []string{"INTERNAL"}, got.codes())
	for _, told := range []string{"phone\" does", "42703", "SQLSTATE", "does not exist", "shippers.", "SELECT", "postgres", "127.0.0.1"} {
		assert.NotContains(t, got.body, told)
	}
	var answer struct {
		Errors []struct {
			Path       []string
			Extensions struct{ ID string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &answer))
	assert.Equal(t, []string{"shippers"}, answer.Errors[0].Path)
	assert.Contains(t, f.log.String(), answer.Errors[0].Extensions.ID, "the log has the rest")
	assert.Contains(t, f.log.String(), "42703")
	// What was sent is not sent back, nor logged.
	const secretText = "4111-1111-1111-1111"
	for _, query := range []string{
		`{ customerByCode(code: 5` + secretText + `) { id } }`, `{ orders(where: { freight: { gt: "` + secretText + `" } }) { totalCount } }`,
		`query($c: ID!) { orders(after: $c) { totalCount } }`,
	} {
		got := f.ask(t, admin, query, map[string]any{"c": []string{secretText}})
		assert.NotEmpty(t, got.codes())
		assert.NotContains(t, f.log.String(), secretText)
	}
}

func TestSigningIn(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	const query = `{ orders { totalCount } }`
	for name, c := range map[string]struct {
		token  string
		status int
		wanted string // a part of the body
	}{
		"admin":          {signed(t, "2", schema.RoleAdmin), 200, `"totalCount":830`},
		"sales":          {signed(t, "9", schema.RoleSales), 200, `"totalCount":43`},
		"no role":        {signed(t, "9"), 200, `"FORBIDDEN"`},
		"nobody":         {"", 200, `"UNAUTHENTICATED"`},
		"a forged token": {signed(t, "2", schema.RoleAdmin) + "x", 401, `"UNAUTHENTICATED"`},
		"no token":       {"x", 401, `"UNAUTHENTICATED"`},
	} {
		got := f.ask(t, c.token, query, nil)
		assert.Equal(t, c.status, got.status, name)
		assert.Contains(t, got.body, c.wanted, name)
		if c.status == http.StatusUnauthorized {
			assert.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"))
		}
		if c.token != "" {
			assert.NotContains(t, f.log.String(), c.token, name)
		}
	}
	assert.NotContains(t, f.log.String(), tokenSecret)
	assert.Contains(t, f.log.String(), "request not authenticated")
}

// With DATABASE_VIEWER PostgreSQL knows who asks: a policy of its own holds under everything else, for an administrator too.
func TestRowSecurityUnderneath(t *testing.T) {
	t.Parallel()
	above := newFront(t, nil)
	role := "desk_" + strings.ReplaceAll(above.url[strings.LastIndex(above.url, "/")+1:], "?", "_")
	role, _, _ = strings.Cut(role, "=")
	for _, statement := range []string{
		`CREATE ROLE "` + role + `" LOGIN PASSWORD 'desk'`, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "` + role + `"`,
		`ALTER TABLE orders ENABLE ROW LEVEL SECURITY`,
		`CREATE POLICY taken ON orders USING (employee_id::text = current_setting('cambium.viewer_id', true) AND current_setting('cambium.viewer_roles', true) LIKE '%,admin,%')`,
	} {
		_, err := above.db.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	t.Cleanup(func() {
		db, err := open(context.Background(), above.url)
		require.NoError(t, err)
		_, err = db.Exec(context.Background(), `DROP OWNED BY "`+role+`"`)
		require.NoError(t, err)
		_, err = db.Exec(context.Background(), `DROP ROLE "`+role+`"`)
		require.NoError(t, errors.Join(err, db.Close()))
	})
	u, err := url.Parse(above.url)
	require.NoError(t, err)
	u.User = url.UserPassword(role, "desk")
	const query = `{ orders { totalCount } employees { nodes { orders { totalCount } } } }`
	f := frontOf(t, u.String(), map[string]string{"DATABASE_VIEWER": "true"})
	for employee, wanted := range map[string]string{"9": `"orders":{"totalCount":43}`, "2": `"orders":{"totalCount":96}`} {
		got := f.ask(t, signed(t, employee, schema.RoleAdmin), query, nil)
		assert.Empty(t, got.codes(), got.body)
		assert.Contains(t, got.body, wanted)
	}
	assert.Contains(t, f.ask(t, signed(t, "9", schema.RoleAuditor), query, nil).body, `"orders":{"totalCount":0}`)
	hidden := `T3JkZXI6MTAyNDg` // of 5
	got := f.ask(t, signed(t, "9", schema.RoleAdmin), `mutation { updateOrder(id: "`+hidden+`", input: { freight: "1" }) { id } }`, nil)
	assert.NotEmpty(t, got.codes())
	harmless(t, "row security", got)
	assert.Empty(t, f.ask(t, signed(t, "5", schema.RoleAdmin), `mutation { updateOrder(id: "`+hidden+`", input: { freight: "1" }) { id } }`, nil).codes())
	unset := frontOf(t, u.String(), nil)
	assert.Contains(t, unset.ask(t, signed(t, "9", schema.RoleAdmin), query, nil).body, `"orders":{"totalCount":0}`)
}

// The deadline of an operation ends its statement in PostgreSQL too.
func TestDeadlineReachesPostgreSQL(t *testing.T) {
	t.Parallel()
	f := newFront(t, map[string]string{"OPERATION_TIMEOUT": "200ms", "DATABASE_LOCK_TIMEOUT": "0"})
	blocker, err := open(t.Context(), f.url)
	require.NoError(t, err)
	defer blocker.Close() //nolint:errcheck // of a test
	require.NoError(t, blocker.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := blocker.Exec(ctx, `LOCK TABLE orders`); err != nil {
			return err
		}
		got := f.ask(t, signed(t, "2", schema.RoleAdmin), `{ orders { totalCount } }`, nil)
		assert.Equal(t, []string{"TIMEOUT"}, got.codes(), got.body)
		assert.Eventually(t, func() bool {
			waiting := -1
			_ = blocker.Query(ctx, `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`, nil, func(v [][]byte) error {
				waiting = int(v[0][3])
				return nil
			})
			return waiting == 0
		}, patience, 10*time.Millisecond, "a statement still waits")
		return nil
	}))
}

func TestRatesAndOperationsInFlight(t *testing.T) {
	t.Parallel()
	f := newFront(t, map[string]string{"RATE_PER_VIEWER": "5", "RATE_PER_ADDRESS": "2"})
	count := func(token, address string) (refused int) {
		for range 40 {
			r := post(t, token, `{"query":"{ version }"}`)
			r.RemoteAddr = address
			if got := f.send(t, r); len(got.codes()) > 0 {
				assert.Equal(t, http.StatusTooManyRequests, got.status)
				assert.Equal(t, []string{limit.Rate}, got.codes())
				assert.Equal(t, "1", got.header.Get("Retry-After"))
				refused++
			}
		}
		return refused
	}
	assert.Greater(t, count(signed(t, "2", schema.RoleAdmin), "192.0.2.1:1"), 10)
	assert.Greater(t, count("", "192.0.2.1:1"), 20)
	assert.Greater(t, count("", "[2001:db8::1]:1"), 20)
	r := post(t, "", `{"query":"{ version }"}`)
	r.RemoteAddr = "[2001:db8::ffff]:2"
	assert.Equal(t, http.StatusTooManyRequests, f.send(t, r).status, "of the same network")
	r.RemoteAddr = "[2001:db8:1::1]:2"
	assert.Equal(t, http.StatusOK, f.send(t, post(t, signed(t, "3", schema.RoleAdmin), `{"query":"{ version }"}`)).status, "another viewer")
}

// hashed is the extension of a hash.
func hashed(text string) map[string]any {
	sum := sha256.Sum256([]byte(text))
	return map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hex.EncodeToString(sum[:])}}
}

func TestPersistedOperations(t *testing.T) {
	t.Parallel()
	const text, other = `{ version }`, `{ __typename }`
	send := func(f *front, body map[string]any) reply {
		encoded, err := json.Marshal(body)
		require.NoError(t, err)
		return f.send(t, post(t, "", string(encoded)))
	}
	f := newFront(t, nil)
	assert.Equal(t, []string{"PERSISTED_QUERY_NOT_FOUND"}, send(f, map[string]any{"extensions": hashed(text)}).codes())
	assert.Contains(t, send(f, map[string]any{"extensions": hashed(text)}).body, `"message":"PersistedQueryNotFound"`)
	assert.Equal(t, []string{"BAD_REQUEST"}, send(f, map[string]any{"query": other, "extensions": hashed(text)}).codes())
	assert.Contains(t, send(f, map[string]any{"query": text, "extensions": hashed(text)}).body, `"version"`)
	assert.Contains(t, send(f, map[string]any{"extensions": hashed(text)}).body, `"version"`)
	extensions, err := json.Marshal(hashed(text))
	require.NoError(t, err)
	get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+graphQLPath+"?extensions="+url.QueryEscape(string(extensions)), nil)
	assert.Contains(t, f.send(t, get).body, `"version"`)

	path := filepath.Join(t.TempDir(), "operations.json")
	hash := hashed(text)["persistedQuery"].(map[string]any)["sha256Hash"].(string)
	for _, manifest := range []string{fmt.Sprintf(`{%q:%q}`, hash, text), fmt.Sprintf(`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":%q,"body":%q}]}`, hash, text)} {
		require.NoError(t, os.WriteFile(path, []byte(manifest), 0o600))
		f = newFront(t, map[string]string{"PERSISTED_FILE": path, "PERSISTED_ONLY": "true"})
		assert.Contains(t, send(f, map[string]any{"extensions": hashed(text)}).body, `"version"`)
		assert.Contains(t, send(f, map[string]any{"documentId": "sha256:" + hash}).body, `"version"`)
		assert.Contains(t, send(f, map[string]any{"query": text}).body, `"version"`)
		for _, body := range []map[string]any{{"query": other}, {"query": other, "extensions": hashed(other)}, {"extensions": hashed(other)}, {"documentId": "x"}} {
			assert.Equal(t, []string{"OPERATION_NOT_REGISTERED"}, send(f, body).codes())
		}
		assert.Equal(t, []string{"BAD_REQUEST"}, send(f, map[string]any{"query": other, "extensions": hashed(text)}).codes())
	}
}

// FuzzFront: whatever is sent as document, variables, cursor, id or token, no reply is a failure of the server's.
func FuzzFront(f *testing.F) {
	front := newFront(f, map[string]string{"RATE_PER_VIEWER": "0", "RATE_PER_ADDRESS": "0"})
	token := signed(f, "5", schema.RoleSales)
	const cursor = "QanzUpf1uz-ikB7KgsyUGgkAAAAAAAAAAw"
	for _, query := range []string{
		`{ orders { totalCount } }`, `query($v: OrderWhere) { orders(where: $v) { nodes { id total } } }`,
		`query($c: String, $i: ID!, $n: Int) { orders(after: $c, first: $n) { nodes { id } } node(id: $i) { id } }`,
		`query($s: String, $b: [OrderOrderBy!]) { products(search: $s) { totalCount } orders(orderBy: $b) { edges { cursor } } }`,
		`{ employees { nodes { salary } } ordersAggregate(groupBy: [{ orderedAt: MONTH }]) { count } }`, `{ a: version @skip(if: true) ...F } fragment F on Query { version }`,
	} {
		f.Add(query, `{"v":{"freight":{"gt":"1"}},"c":"`+cursor+`","i":"T3JkZXI6MTAyNDg","n":5,"s":"chai","b":[{"freight":"ASC"}]}`, cursor, "T3JkZXI6MQ", token)
	}
	f.Fuzz(func(t *testing.T, query, variables, cursor, id, token string) {
		body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(variables)})
		if err != nil { // the variables are no JSON: neither is the body
			body = []byte(`{"query":"{ version }","variables":` + variables + `}`)
		}
		named, err := json.Marshal(map[string]any{
			"query": `query($c: String, $i: ID!) { node(id: $i) { id } orders(after: $c, orderBy: [{ freight: DESC }]) { nodes { id } } }`, "variables": map[string]any{"c": cursor, "i": id},
		})
		require.NoError(t, err)
		for _, b := range []string{string(body), string(named)} {
			r := post(t, "", b)
			r.Header["Authorization"] = []string{"Bearer " + token}
			got := front.send(t, r)
			harmless(t, query, got)
			if !json.Valid([]byte(got.body)) {
				t.Fatalf("no JSON: %.300s", got.body)
			}
		}
	})
}
