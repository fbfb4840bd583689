package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

// A field that Go computes is computed once for all rows, wherever they stand, at the cost of one statement.
func TestBatchField(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	before := desk.Statements()
	r := desk.Do(t, `{ a: order(id: "`+id("Order", 10264)+`") { daysLate id again: daysLate } b: order(id: "`+id("Order", 10248)+`") { daysLate }
		customers(first: 5) { nodes { orders { nodes { late: daysLate freight } pageInfo { hasNextPage } } } } }`, nil)
	require.Empty(t, r.Errors)
	require.EqualValues(t, 2, desk.Statements()-before)
	require.Contains(t, r.Raw, `"a":{"daysLate":2,"id":"`+id("Order", 10264)+`","again":2},"b":{"daysLate":null}`)
	require.NotContains(t, r.Raw, `"late":,`)

	before = desk.Statements()
	desk.Data(t, `{ orders(first: 1, where: { id: { in: [] } }) { nodes { daysLate } } }`, nil)
	require.EqualValues(t, 1, desk.Statements()-before, "no rows, nothing to compute")
}
