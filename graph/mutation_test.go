package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

func TestMutateOneRow(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	made := d.Data(t, `mutation {
		createCustomer(input: {code: "ALFKI", companyName: "Alfreds", city: "Berlin"}) { id code companyName city version }
	}`, nil)["createCustomer"].(map[string]any)
	assert.Equal(t, "Alfreds", made["companyName"])
	assert.EqualValues(t, 1, made["version"])
	changed := d.Data(t, `mutation($id: ID!) {
		updateCustomer(id: $id, input: {companyName: "Alfreds Futterkiste", city: null}, ifVersion: 1) { code companyName city version }
	}`, map[string]any{"id": made["id"]})["updateCustomer"]
	assert.Equal(t, map[string]any{"code": "ALFKI", "companyName": "Alfreds Futterkiste", "city": nil, "version": float64(2)}, changed)
	stale := d.Do(t, `mutation($id: ID!) { updateCustomer(id: $id, input: {city: "Bonn"}, ifVersion: 1) { id } }`, map[string]any{"id": made["id"]})
	require.Len(t, stale.Errors, 1)
	assert.Equal(t, "was changed since", stale.Errors[0].Message)
	gone := d.Data(t, `mutation($id: ID!) { deleteCustomer(id: $id) { code } }`, map[string]any{"id": made["id"]})["deleteCustomer"]
	assert.Equal(t, map[string]any{"code": "ALFKI"}, gone)
	assert.Nil(t, d.Data(t, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": made["id"]})["node"])
}

func TestMutateNested(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	d.Data(t, `mutation {
		a: createEmployee(input: {firstName: "Nancy", lastName: "Davolio"}) { id }
		b: createSupplier(input: {companyName: "Exotic Liquids"}) { id }
		c: createCategory(input: {name: "Beverages"}) { id }
	}`, nil)
	employee := d.Data(t, `{ employees { nodes { id } } suppliers { nodes { id } } }`, nil)
	first := func(list string) any {
		return employee[list].(map[string]any)["nodes"].([]any)[0].(map[string]any)["id"]
	}
	d.Data(t, `mutation($s: ID!) { createProducts(inputs: [
		{sku: "A", name: "Chai", unitPrice: "18", category: {connect: {name: "Beverages"}}, supplier: {connect: {id: $s}}},
		{sku: "B", name: "Chang", unitPrice: "19.50", category: {connect: {name: "Beverages"}}, supplier: {connect: {id: $s}}}
	]) { id } }`, map[string]any{"s": first("suppliers")})
	got := d.Data(t, `mutation($e: ID!) { createCustomer(input: {code: "X", companyName: "X", orders: {create: [
		{orderedAt: "2026-01-02T03:04:05Z", freight: "1.50", employee: {connect: {id: $e}}, lines: {create: [
			{unitPrice: "18", quantity: 2, discount: "0", product: {connect: {sku: "A"}}},
			{unitPrice: "19.50", quantity: 1, discount: "0.1", product: {connect: {sku: "B"}}}
		]}}
	]}}) { code orders { nodes { total lines { nodes { amount product { name } } } } } } }`, map[string]any{"e": first("employees")})
	assert.Equal(t, map[string]any{"createCustomer": map[string]any{"code": "X", "orders": map[string]any{"nodes": []any{
		map[string]any{"total": "53.550", "lines": map[string]any{"nodes": []any{
			map[string]any{"amount": "36", "product": map[string]any{"name": "Chai"}},
			map[string]any{"amount": "17.550", "product": map[string]any{"name": "Chang"}},
		}}},
	}}}}, got)
	up := d.Data(t, `mutation($s: ID!) { upsertProducts(inputs: [
		{sku: "B", name: "Chang 2", unitPrice: "20", category: {connect: {name: "Beverages"}}, supplier: {connect: {id: $s}}},
		{sku: "C", name: "Chartreuse", unitPrice: "30", category: {connect: {name: "Beverages"}}, supplier: {connect: {id: $s}}}
	]) { created node { name version } } }`, map[string]any{"s": first("suppliers")})
	assert.Equal(t, []any{
		map[string]any{"created": false, "node": map[string]any{"name": "Chang 2", "version": float64(2)}},
		map[string]any{"created": true, "node": map[string]any{"name": "Chartreuse", "version": float64(1)}},
	}, up["upsertProducts"])
}
