// Package clients_test holds the API against what others write for clients: the audits of graphql-http, graphql-js,
// Relay's compiler and a generator of TypeScript types, each over the real program with its sample data.
package clients_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// sdl is what the schema is made from: what is generated of the entities, and the desk's own fields.
var sdl = []string{"ent/schema.graphql", "graph/schema.graphql"}

func TestClients(t *testing.T) {
	t.Parallel()
	requirePackages(t)
	dev, url := apitest.StartDev(t, program, apitest.Options{}, apitest.DataDir(t))
	t.Cleanup(func() {
		dev.Signal(t, os.Interrupt)
		assert.Zero(t, dev.Wait(t))
	})
	schema := filepath.Join(t.TempDir(), "schema.graphql")
	introspect(t, url, schema)
	for name, run := range map[string]func(t *testing.T, url, schema string){
		"graphql-http": audit,
		"Relay":        relay,
		"TypeScript":   typeScript,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, url, schema)
		})
	}
}

// introspect writes the schema, as the server tells it, to a file.
func introspect(t *testing.T, url, schema string) {
	t.Helper()
	args := []string{url, schema}
	for _, name := range sdl {
		path, err := filepath.Abs(filepath.Join("..", name))
		require.NoError(t, err)
		args = append(args, path)
	}
	runNode(t, ".", "schema.mjs", args...)
}

// audits is how many graphql-http has: fewer would mean that some were not run.
const audits = 61

func audit(t *testing.T, url, _ string) {
	t.Helper()
	var results []struct{ ID, Name, Status, Reason string }
	require.NoError(t, json.Unmarshal([]byte(runNode(t, ".", "audits.mjs", url)), &results))
	passed := 0
	for _, r := range results {
		if assert.Equal(t, "ok", r.Status, "%s %s: %s", r.ID, r.Name, r.Reason) {
			passed++
		}
	}
	require.Equal(t, audits, passed, "of %d", len(results))
	t.Logf("%d of %d audits pass", passed, len(results))
}

// operationName finds the name of an operation in its text.
var operationName = regexp.MustCompile(`^query (\w+)`)

// relay compiles what components ask for, and then does what Relay's runtime does with it.
func relay(t *testing.T, url, schema string) {
	t.Helper()
	dir := project(t, "relay", schema)
	persisted := filepath.Join(dir, "operations.json")
	require.NoError(t, os.WriteFile(persisted, []byte("{}"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "artifacts"), 0o755))
	runNode(t, dir, "node_modules/relay-compiler/cli.js", "relay.config.json")

	text, err := os.ReadFile(persisted)
	require.NoError(t, err)
	var byHash map[string]string
	require.NoError(t, json.Unmarshal(text, &byHash))
	operations := make(map[string]string, len(byHash))
	for _, operation := range byHash {
		match := operationName.FindStringSubmatch(operation)
		require.NotNil(t, match, operation)
		operations[match[1]] = operation
	}
	relayPages(t, url, operations)
	relayRefetches(t, url, operations)
	require.Empty(t, operations, "every operation was run")
}

// take runs one of the compiled operations.
func take(t *testing.T, url string, operations map[string]string, name string, variables map[string]any, data any) {
	t.Helper()
	require.Contains(t, operations, name)
	query(t, url, operations[name], variables, data)
}

// connection is what Relay keeps of one.
type connection struct {
	TotalCount int
	Edges      []struct {
		Cursor string
		Node   struct {
			ID       string
			Typename string `json:"__typename"`
		}
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
}

func (c connection) ids() (ids []string) {
	for _, e := range c.Edges {
		ids = append(ids, e.Node.ID)
	}
	return ids
}

func relayPages(t *testing.T, url string, operations map[string]string) {
	t.Helper()
	var first, second struct{ Orders connection }
	where := map[string]any{"freight": map[string]any{"gte": "1"}}
	take(t, url, operations, "OrderListQuery", map[string]any{"count": 4, "where": where}, &first)
	take(t, url, operations, "OrderListPaginationQuery",
		map[string]any{"count": 4, "where": where, "cursor": first.Orders.PageInfo.EndCursor}, &second)
	require.Len(t, first.Orders.Edges, 4)
	require.Len(t, second.Orders.Edges, 4)
	assert.True(t, first.Orders.PageInfo.HasNextPage)
	assert.Equal(t, first.Orders.Edges[3].Cursor, *first.Orders.PageInfo.EndCursor)
	assert.Equal(t, first.Orders.TotalCount, second.Orders.TotalCount)
	assert.Equal(t, "Order", first.Orders.Edges[0].Node.Typename)
	for _, id := range second.Orders.ids() {
		assert.NotContains(t, first.Orders.ids(), id)
	}
	delete(operations, "OrderListQuery")
	delete(operations, "OrderListPaginationQuery")

	var found struct {
		Nodes           []struct{ ID, Typename string }
		OrdersAggregate []any
	}
	for _, deep := range []bool{true, false} {
		take(t, url, operations, "AnythingQuery", map[string]any{"ids": first.Orders.ids(), "deep": deep}, &found)
		require.Len(t, found.Nodes, 4)
		assert.NotEmpty(t, found.OrdersAggregate)
	}
	delete(operations, "AnythingQuery")
}

func relayRefetches(t *testing.T, url string, operations map[string]string) {
	t.Helper()
	var customers struct{ Customers connection }
	query(t, url, `{ customers(first: 1, orderBy: [{ orders: { count: DESC } }]) { edges { node { id } } } }`, nil, &customers)
	id := customers.Customers.ids()[0]

	var page struct {
		Node struct{ Orders, Latest connection }
	}
	take(t, url, operations, "CustomerPageQuery", map[string]any{"id": id}, &page)
	require.Len(t, page.Node.Orders.Edges, 5)
	require.Len(t, page.Node.Latest.Edges, 3)
	latest := page.Node.Latest
	take(t, url, operations, "CustomerPageRefetchQuery", map[string]any{"id": id}, &page)

	// To the next page and back.
	var next, back struct{ Node struct{ Orders connection } }
	take(t, url, operations, "CustomerPageOrdersQuery",
		map[string]any{"id": id, "first": 5, "after": page.Node.Orders.PageInfo.EndCursor, "last": nil, "before": nil}, &next)
	require.NotEmpty(t, next.Node.Orders.Edges)
	take(t, url, operations, "CustomerPageOrdersQuery",
		map[string]any{"id": id, "first": nil, "after": nil, "last": 5, "before": next.Node.Orders.PageInfo.StartCursor}, &back)
	assert.Equal(t, page.Node.Orders.ids(), back.Node.Orders.ids())

	var older struct{ Node struct{ Latest connection } }
	take(t, url, operations, "CustomerPageLatestQuery", map[string]any{"id": id, "count": 3, "cursor": latest.PageInfo.StartCursor}, &older)
	require.NotEmpty(t, older.Node.Latest.Edges)
	assert.True(t, latest.PageInfo.HasPreviousPage)
	for _, id := range older.Node.Latest.ids() {
		assert.NotContains(t, latest.ids(), id)
	}
	for _, name := range []string{"CustomerPageQuery", "CustomerPageRefetchQuery", "CustomerPageOrdersQuery", "CustomerPageLatestQuery"} {
		delete(operations, name)
	}
}

// typeScript generates types, compiles a program that uses them, and runs it.
func typeScript(t *testing.T, url, schema string) {
	t.Helper()
	dir := project(t, "codegen", schema)
	operations := filepath.Join(dir, "operations.graphql")
	runNode(t, dir, "codegen/generate.mjs", "schema.graphql", "operations.graphql", "types.ts")
	runNode(t, dir, "node_modules/typescript/bin/tsc", "--project", ".")
	documents, err := os.ReadFile(operations)
	require.NoError(t, err)
	var seen struct{ Seen, Total, Countries int }
	require.NoError(t, json.Unmarshal([]byte(runNode(t, dir, filepath.Join(dir, "out", "program.js"), url, string(documents))), &seen))
	assert.Equal(t, 15, seen.Seen)
	assert.Greater(t, seen.Total, seen.Seen)
	assert.Equal(t, 3, seen.Countries, fmt.Sprint(seen))
}
