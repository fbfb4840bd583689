package graph_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/ent"
	"cambium/ent/customer"
	"cambium/ent/intercept"
	"cambium/internal/desktest"
)

// A value that cannot be written is null where it may be, and makes what is around it null where it may not.
func TestNullPropagation(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	_, err := desk.DB.Exec(t.Context(), `UPDATE orders SET required_at = 'infinity' WHERE id = 10249`)
	require.NoError(t, err)
	_, err = desk.DB.Exec(t.Context(), `UPDATE orders SET ordered_at = 'infinity' WHERE id = 10250`)
	require.NoError(t, err)

	r := desk.Do(t, `{ nodes(ids: ["`+id("Order", 10248)+`", "`+id("Order", 10249)+`", "`+id("Order", 10250)+`"]) {
		... on Order { needed: requiredAt orderedAt } } }`, nil)
	require.Equal(t, `{"nodes":[{"needed":"1996-08-01T00:00:00Z","orderedAt":"1996-07-04T00:00:00Z"},`+
		`{"needed":null,"orderedAt":"1996-07-05T00:00:00Z"},null]}`, r.Raw)
	require.Len(t, r.Errors, 2)
	require.Equal(t, "nodes[1].needed", r.Errors[0].Path.String())
	require.Equal(t, "nodes[2].orderedAt", r.Errors[1].Path.String())

	r = desk.Do(t, `{ a: order(id: "`+id("Order", 10250)+`") { lines { nodes { order { orderedAt } } } } b: version }`, nil)
	require.Equal(t, `{"a":null,"b":"test"}`, r.Raw)
	require.Len(t, r.Errors, 1)
	require.Equal(t, "a.lines.nodes[0].order.orderedAt", r.Errors[0].Path.String())

	r = desk.Do(t, `{ orders(first: 5) { edges { node { orderedAt } } } version }`, nil)
	require.Nil(t, r.Data, "orders must not be null, so the data is")
	require.Len(t, r.Errors, 1)
	require.Equal(t, "orders.edges[2].node.orderedAt", r.Errors[0].Path.String())
}

// A rule that hides what a required edge leads to makes the row null, not the rule void.
func TestHiddenFarSide(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	desk.Client.Customer.Intercept(intercept.TraverseCustomer(func(_ context.Context, q *ent.CustomerQuery) error {
		q.Where(customer.CodeNEQ("VINET"))
		return nil
	}))
	r := desk.Do(t, `{ order(id: "`+id("Order", 10248)+`") { freight customer { code } } }`, nil)
	require.Equal(t, `{"order":null}`, r.Raw)
	require.Len(t, r.Errors, 1)
	require.Equal(t, "order.customer", r.Errors[0].Path.String())
}

func TestFaultOfOneFieldLeavesTheOthers(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	r := desk.Do(t, `query($bad: String) { a: customerByCode(code: "ALFKI") { orders(after: $bad) { totalCount } }
		b: customerByCode(code: "ALFKI") { code } c: version }`, map[string]any{"bad": "x"})
	require.JSONEq(t, `{"a":null,"b":{"code":"ALFKI"},"c":"test"}`, r.Raw)
	require.Len(t, r.Errors, 1)
	require.Equal(t, "a.orders", r.Errors[0].Path.String())
}
