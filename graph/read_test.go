package graph_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/ent"
	"cambium/ent/intercept"
	"cambium/ent/order"
	"cambium/ent/orderline"
	"cambium/ent/privacy"
	"cambium/internal/desktest"
)

// the query of the README
const nested = `{ orders(first: 3) { edges { node { id orderedAt customer { companyName }
	lines(first: 5) { nodes { quantity unitPrice product { name } } } } } pageInfo { hasNextPage endCursor } } }`

func TestNestedQueryIsOneStatement(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	before := desk.Statements()
	data := desk.Data(t, nested, nil)
	require.EqualValues(t, 1, desk.Statements()-before)

	orders := data["orders"].(map[string]any)
	edges := orders["edges"].([]any)
	require.Len(t, edges, 3)
	first := edges[0].(map[string]any)["node"].(map[string]any)
	require.Equal(t, base64.RawURLEncoding.EncodeToString([]byte("Order:10248")), first["id"])
	require.Equal(t, "1996-07-04T00:00:00Z", first["orderedAt"])
	require.Equal(t, map[string]any{"companyName": "Vins et alcools Chevalier"}, first["customer"])
	require.Equal(t, []any{
		map[string]any{"quantity": 12.0, "unitPrice": "14.00", "product": map[string]any{"name": "Queso Cabrales"}},
		map[string]any{"quantity": 10.0, "unitPrice": "9.80", "product": map[string]any{"name": "Singaporean Hokkien Fried Mee"}},
		map[string]any{"quantity": 5.0, "unitPrice": "34.80", "product": map[string]any{"name": "Mozzarella di Giovanni"}},
	}, first["lines"].(map[string]any)["nodes"])
	require.Equal(t, true, orders["pageInfo"].(map[string]any)["hasNextPage"])
}

// The row by which a page knows that there is more is read, and nothing under it: else lists in lists would cost (n+1) to
// the power of their depth.
func TestLookAheadRowHasNoLists(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for _, last := range []string{"first", "last"} {
		before := desk.Rows()
		data := desk.Data(t, fmt.Sprintf(`query($n: Int) { customers(%s: $n) { pageInfo { hasNextPage hasPreviousPage } nodes {
			orders(%[1]s: 1) { pageInfo { hasNextPage hasPreviousPage } nodes { lines(first: 1) { nodes { id } } } }
			ordersAggregate { count } } } }`, last), map[string]any{"n": 2})
		require.Len(t, data["customers"].(map[string]any)["nodes"], 2)
		// 3 customers, for 2 of them one count and 2 orders, for one of these each a line; the count of no rows at all
		// is a row for the third.
		require.EqualValues(t, 3+2+1+2*2+2*1, desk.Rows()-before, last)
	}
}

func TestSeveralRootsAreOneStatement(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	before := desk.Statements()
	data := desk.Data(t, `{ a: orders(first: 1) { nodes { id } } regions { nodes { name territories { nodes { name } } } }
		__typename v: version }`, nil)
	require.EqualValues(t, 1, desk.Statements()-before)
	require.Equal(t, "Query", data["__typename"])
	require.Equal(t, "test", data["v"])
	require.Len(t, data["regions"].(map[string]any)["nodes"], 4)
}

func TestPagingGivesEachRowOnce(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	const page = `query($after: String) { orders(first: 7, after: $after) {
		edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	seen := make(map[string]bool)
	var after any
	for pages := 0; ; pages++ {
		require.Less(t, pages, 200, "paging does not end")
		orders := desk.Data(t, page, map[string]any{"after": after})["orders"].(map[string]any)
		edges, info := orders["edges"].([]any), orders["pageInfo"].(map[string]any)
		for _, e := range edges {
			id := e.(map[string]any)["node"].(map[string]any)["id"].(string)
			require.False(t, seen[id], "%s comes twice", id)
			seen[id] = true
		}
		require.Equal(t, pages > 0, info["hasPreviousPage"])
		require.Equal(t, edges[0].(map[string]any)["cursor"], info["startCursor"])
		require.Equal(t, edges[len(edges)-1].(map[string]any)["cursor"], info["endCursor"])
		if info["hasNextPage"] == false {
			break
		}
		require.Len(t, edges, 7)
		after = info["endCursor"]
	}
	require.Len(t, seen, 830)
}

func TestToManyThroughJoinTable(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	data := desk.Data(t, `{ employees(first: 2) { nodes { lastName manager { lastName } reports { nodes { lastName } }
		territories(first: 2) { nodes { code employees { nodes { lastName } } } pageInfo { hasNextPage } } } } }`, nil)
	employees := data["employees"].(map[string]any)["nodes"].([]any)
	davolio, fuller := employees[0].(map[string]any), employees[1].(map[string]any)
	require.Equal(t, map[string]any{"lastName": "Fuller"}, davolio["manager"])
	require.Nil(t, fuller["manager"])
	require.Len(t, fuller["reports"].(map[string]any)["nodes"], 5)
	require.Equal(t, map[string]any{
		"nodes": []any{
			map[string]any{"code": "06897", "employees": map[string]any{"nodes": []any{map[string]any{"lastName": "Davolio"}}}},
			map[string]any{"code": "19713", "employees": map[string]any{"nodes": []any{map[string]any{"lastName": "Davolio"}}}},
		},
		"pageInfo": map[string]any{"hasNextPage": false},
	}, davolio["territories"])
}

func id(entity string, key any) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", entity, key))
}

func TestNode(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	const query = `query($id: ID!) { node(id: $id) { __typename id ... on Customer { code } ... on Order { freight } } }`
	require.Equal(t, map[string]any{"__typename": "Customer", "id": id("Customer", 1), "code": "ALFKI"},
		desk.Data(t, query, map[string]any{"id": id("Customer", 1)})["node"])
	require.Equal(t, map[string]any{"__typename": "Order", "id": id("Order", 10248), "freight": "32.38"},
		desk.Data(t, query, map[string]any{"id": id("Order", 10248)})["node"])
	for _, missing := range []string{
		id("Customer", 0), id("Customer", "01"), id("Customer", "99999999999999999999"), id("Nobody", 1), id("Customer", "x"),
		"", "Customer:1", id("Customer", 1) + "=", "\u00e9",
	} {
		require.Nil(t, desk.Data(t, query, map[string]any{"id": missing})["node"], "%q", missing)
	}
}

func TestNodesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	before := desk.Statements()
	data := desk.Data(t, `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { name } } }`, map[string]any{"ids": []any{
		id("Product", 2), id("Order", 10249), "nonsense", id("Product", 1), id("Product", 2), id("Order", 1), id("Region", 4),
	}})
	require.EqualValues(t, 1, desk.Statements()-before)
	require.Equal(t, []any{
		map[string]any{"id": id("Product", 2), "name": "Chang"},
		map[string]any{"id": id("Order", 10249)},
		nil,
		map[string]any{"id": id("Product", 1), "name": "Chai"},
		map[string]any{"id": id("Product", 2), "name": "Chang"},
		nil,
		map[string]any{"id": id("Region", 4)},
	}, data["nodes"])
	require.Empty(t, desk.Data(t, `{ nodes(ids: []) { id } }`, nil)["nodes"])
	r := desk.Do(t, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": make([]any, 0)})
	require.Equal(t, `{"nodes":[]}`, r.Raw)

	many := strings.Split(strings.Repeat(id("Order", 10249)+" ", 101), " ")[:101]
	ids := make([]any, len(many))
	for i := range many {
		ids[i] = many[i]
	}
	r = desk.Do(t, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": ids})
	require.Len(t, r.Errors, 1)
	require.Contains(t, r.Errors[0].Message, "ids: at most 100 ids")
	require.Nil(t, r.Data)
}

func TestSelections(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	r := desk.Do(t, `query($with: Boolean!, $first: Int = 2) {
		r1: regions(first: 1) { __typename ...page edges { __typename cursor @skip(if: true) node { label: name __typename } } }
		r2: regions(first: $first) { nodes { name id @include(if: $with) ...territories } }
	}
	fragment page on RegionConnection { nodes { name } pageInfo { __typename hasNextPage } }
	fragment territories on Region { territories(first: 1) { nodes { ... on Node { id } ... on Territory { name } } } }`,
		map[string]any{"with": false})
	require.Empty(t, r.Errors)
	require.JSONEq(t, `{
		"r1": {"__typename": "RegionConnection", "nodes": [{"name": "Eastern"}], "pageInfo": {"__typename": "PageInfo", "hasNextPage": true},
			"edges": [{"__typename": "RegionEdge", "node": {"label": "Eastern", "__typename": "Region"}}]},
		"r2": {"nodes": [
			{"name": "Eastern", "territories": {"nodes": [{"id": "`+id("Territory", 1)+`", "name": "Westboro"}]}},
			{"name": "Western", "territories": {"nodes": [{"id": "`+id("Territory", 36)+`", "name": "Hoffman Estates"}]}}]}}`, r.Raw)
}

func TestFaultOfAnArgument(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for _, c := range []struct {
		query     string
		variables map[string]any
		message   string
	}{
		{`{ orders(first: 0) { nodes { id } } }`, nil, "first: must be from 1 to 100"},
		{`{ orders(first: 101) { nodes { id } } }`, nil, "first: must be from 1 to 100"},
		{`query($n: Int) { orders(first: $n) { nodes { id } } }`, map[string]any{"n": -1}, "first: must be from 1 to 100"},
		{`{ orders(after: "nonsense") { nodes { id } } }`, nil, "after: the cursor was not made for this list and order"},
	} {
		r := desk.Do(t, c.query, c.variables)
		require.Len(t, r.Errors, 1, c.query)
		require.Contains(t, r.Errors[0].Message, c.message)
		require.Equal(t, "orders", r.Errors[0].Path.String())
		require.Nil(t, r.Data)
	}
	r := desk.Do(t, `{ orders(first: 1) { nodes { lines(first: 1000) { nodes { id } } } } }`, nil)
	require.Len(t, r.Errors, 1)
	require.Equal(t, "orders.nodes.lines", r.Errors[0].Path.String())

	r = desk.Do(t, `query($id: ID!) { a: node(id: $id) { id } b: nodes(ids: ["x"]) { id } }`, map[string]any{"id": "x"})
	require.Empty(t, r.Errors)
	require.JSONEq(t, `{"a": null, "b": [null]}`, r.Raw)
}

func TestCursorOfAnotherListIsRefused(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	cursor := desk.Data(t, `{ products(first: 1) { pageInfo { endCursor } } }`, nil)["products"].(map[string]any)["pageInfo"].(map[string]any)["endCursor"]
	r := desk.Do(t, `query($after: String) { orders(after: $after) { nodes { id } } }`, map[string]any{"after": cursor})
	require.Len(t, r.Errors, 1)
	require.Contains(t, r.Errors[0].Message, "cursor")
	forged := []byte(cursor.(string))
	forged[len(forged)-2] ^= 1
	r = desk.Do(t, `query($after: String) { products(after: $after) { nodes { id } } }`, map[string]any{"after": string(forged)})
	require.Len(t, r.Errors, 1)
}

func TestOwnFieldRendersEntities(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	before := desk.Statements()
	data := desk.Data(t, `{ overdueOrders(first: 2) { id customer { code } lines(first: 1) { nodes { product { name } } } } }`, nil)
	require.EqualValues(t, 2, desk.Statements()-before, "one of the resolver, one for what is selected")
	orders := data["overdueOrders"].([]any)
	require.Len(t, orders, 2)
	require.NotEmpty(t, orders[0].(map[string]any)["customer"].(map[string]any)["code"])
	r := desk.Do(t, `{ overdueOrders(first: 0) { id } }`, nil)
	require.Len(t, r.Errors, 1)
}

func TestIntrospectionShowsEntities(t *testing.T) {
	t.Parallel()
	desk := desktest.Empty(t)
	data := desk.Data(t, `{ __type(name: "Order") { description fields { name description } } __schema { queryType { name } } }`, nil)
	require.Contains(t, fmt.Sprint(data), "What a customer asked for, and how it gets there.")
	require.Contains(t, fmt.Sprint(data), "When the customer ordered.")
	require.Equal(t, `{"orders":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}`,
		desk.Do(t, `{ orders { nodes { id } pageInfo { hasNextPage endCursor } } }`, nil).Raw)
}

func TestInterceptorIsPartOfTheStatement(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	desk.Client.Order.Intercept(intercept.TraverseOrder(func(_ context.Context, q *ent.OrderQuery) error {
		q.Where(order.ShipCountry("France"), order.HasLinesWith(orderline.QuantityGT(1)))
		return nil
	}))
	before := desk.Statements()
	data := desk.Data(t, `query($hidden: ID!) {
		orders(first: 100) { nodes { shipCountry } pageInfo { hasNextPage } }
		customers(first: 100) { nodes { country orders { nodes { shipCountry } } } }
		node(id: $hidden) { id }
		nodes(ids: [$hidden]) { id }
		orderLines(first: 2) { nodes { quantity } }
	}`, map[string]any{"hidden": id("Order", 10249)}) // an order from Germany
	require.EqualValues(t, 1, desk.Statements()-before)
	orders := data["orders"].(map[string]any)
	require.Len(t, orders["nodes"], 77)
	require.NotContains(t, fmt.Sprint(orders), "Germany")
	require.Nil(t, data["node"])
	require.Equal(t, []any{nil}, data["nodes"])
	french := 0
	for _, c := range data["customers"].(map[string]any)["nodes"].([]any) {
		nodes := c.(map[string]any)["orders"].(map[string]any)["nodes"].([]any)
		require.NotContains(t, fmt.Sprint(nodes), "Germany")
		french += len(nodes)
	}
	require.Equal(t, 77, french)
}

func TestRewritingInterceptorIsRefused(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	desk.Client.Order.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier { return next }))
	r := desk.Do(t, `{ customers(first: 1) { nodes { orders { nodes { id } } } } }`, nil)
	require.Len(t, r.Errors, 1)
	require.Contains(t, r.Errors[0].Message, "rewrites results")
	require.Nil(t, r.Data)
}

func TestPolicyThatDeniesStopsTheStatement(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	desk.Client.Customer.Intercept(intercept.TraverseCustomer(func(context.Context, *ent.CustomerQuery) error { return privacy.Deny }))
	before := desk.Statements()
	r := desk.Do(t, `{ orders(first: 1) { nodes { customer { code } } } }`, nil)
	require.Len(t, r.Errors, 1)
	require.Nil(t, r.Data)
	require.Equal(t, before, desk.Statements())
}
