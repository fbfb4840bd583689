package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

// A selection that comes to nothing is an empty object.
func TestEmptySelections(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for query, want := range map[string]string{
		`{ node(id: "` + id("Order", 10248) + `") { ... on Region { id } } }`:                                `{"node":{}}`,
		`{ nodes(ids: ["` + id("Order", 10248) + `"]) { ... on Region { id } } }`:                            `{"nodes":[{}]}`,
		`{ orders(first: 2) { nodes { id @skip(if: true) } } }`:                                              `{"orders":{"nodes":[{},{}]}}`,
		`{ orders(first: 1) { edges { cursor @skip(if: true) } pageInfo { hasNextPage @skip(if: true) } } }`: `{"orders":{"edges":[{}],"pageInfo":{}}}`,
		`{ orders(first: 1) { totalCount @skip(if: true) } }`:                                                `{"orders":{}}`,
		`{ orders(first: 1) { nodes { customer { code @skip(if: true) } } } }`:                               `{"orders":{"nodes":[{"customer":{}}]}}`,
		`{ ordersAggregate { sum { freight @skip(if: true) } } }`:                                            `{"ordersAggregate":[{"sum":{}}]}`,
		`{ ordersAggregate { count @skip(if: true) } }`:                                                      `{"ordersAggregate":[{}]}`,
		`{ version @skip(if: true) }`:                                                                        `{}`,
		`{ overdueOrders(first: 1) { id @skip(if: true) } }`:                                                 `{"overdueOrders":[{}]}`,
	} {
		r := desk.Do(t, query, nil)
		require.Empty(t, r.Errors, query)
		require.Equal(t, want, r.Raw)
	}
}

// A single value stands for a list of it (GraphQL, section 3.11), in variables too.
func TestSingleValueForAList(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	one := id("Order", 10248)
	for _, where := range []map[string]any{
		{"or": map[string]any{"id": map[string]any{"eq": one}}},
		{"and": map[string]any{"id": map[string]any{"eq": one}}},
		{"id": map[string]any{"in": one}},
	} {
		data := desk.Data(t, `query($w: OrderWhere) { orders(where: $w) { totalCount } }`, map[string]any{"w": where})
		require.EqualValues(t, 1, data["orders"].(map[string]any)["totalCount"], where)
	}
	data := desk.Data(t, `query($ids: [ID!]!, $by: [OrderOrderBy!]) { nodes(ids: $ids) { id } orders(first: 1, orderBy: $by) { nodes { freight } } }`,
		map[string]any{"ids": one, "by": map[string]any{"freight": "DESC"}})
	require.Equal(t, []any{map[string]any{"id": one}}, data["nodes"])
	require.Equal(t, []any{map[string]any{"freight": "1007.64"}}, data["orders"].(map[string]any)["nodes"])
}

// A chain of edges with one row each costs as much as it is long.
func TestDepthDoesNotMultiply(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	const depth = 24
	query := "{ orders(first: 1) { nodes " + strings.Repeat("{ customer { orders(first: 1) { nodes ", depth) + "{ id }" +
		strings.Repeat(" } } }", depth) + " } }"
	start := time.Now()
	require.Empty(t, desk.Do(t, query, nil).Errors)
	require.Less(t, time.Since(start), 10*time.Second)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	conditions := make([]any, 501)
	for i := range conditions {
		conditions[i] = map[string]any{"freight": map[string]any{"gt": fmt.Sprint(i)}}
	}
	for _, c := range []struct {
		query, message string
		variables      map[string]any
	}{
		{`query($w: [OrderWhere!]) { orders(where: { or: $w }) { totalCount } }`, "more than 500 conditions", map[string]any{"w": conditions}},
		{`{ orders(offset: -1) { totalCount } }`, "offset: must be from 0 to 2147483647", nil},
		{`{ orders(offset: 2147483648) { totalCount } }`, "offset: ", nil},
		{`{ employees(where: { birthDate: { eq: "0000-01-01" } }) { totalCount } }`, "from the year 1 on", nil},
		{`{ orders(where: { orderedAt: { in: ["0001-01-01T00:00:00+14:00"] } }) { totalCount } }`, "of the years 1 to 9999", nil},
		{`{ orders(orderBy: [` + strings.Repeat(`{ freight: ASC }, `, 17) + `]) { totalCount } }`, "at most 16 elements", nil},
	} {
		r := desk.Do(t, c.query, c.variables)
		require.Len(t, r.Errors, 1, c.query)
		require.Contains(t, r.Errors[0].Message, c.message)
	}
	r := desk.Do(t, `{ x: ordersAggregate { group { status } } }`, nil)
	require.Len(t, r.Errors, 1)
	require.Equal(t, "x.group.status", r.Errors[0].Path.String())
	desk.Data(t, `{ orders(first: 1, orderBy: [{ freight: ASC }, { freight: DESC }]) { nodes { id } } }`, nil)
	require.NotContains(t, desk.LastStatement(), "DESC", "a term that repeats another orders nothing")
}
