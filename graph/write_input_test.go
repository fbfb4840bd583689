package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"cambium/internal/desktest"
)

// Half of a surrogate pair is refused in a literal as it is in a variable; a pair is one character.
func TestTrapLoneSurrogatesInLiterals(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	for _, text := range []string{`\uD800`, `\uDE00\uD83D`, `a\ud83d\n`, `\uD83D\uD83D\uDE00`, `\\\uDBFF`} {
		r := d.Do(t, `mutation { createRegion(input: {name: "`+text+`"}) { name } }`, nil)
		if assert.Len(t, r.Errors, 1, text) {
			assert.Equal(t, "GRAPHQL_VALIDATION_FAILED", r.Errors[0].Extensions["code"])
		}
	}
	for text, name := range map[string]string{`\uD83D\uDE00\uFFFD`: "😀\uFFFD", "é\uFFFD": "é\uFFFD", `\\uD800` + "\uFFFD": `\uD800` + "\uFFFD"} {
		data := d.Data(t, `mutation { createRegion(input: {name: "`+text+`"}) { name } }`, nil)
		assert.Equal(t, map[string]any{"name": name}, data["createRegion"])
	}
}

// An input that is for many rows has its faults once, and an input with very many faults has a bound on what is told.
func TestFaultsAreToldOnce(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	for query, want := range map[string][]string{
		`mutation { updateProducts(where: {}, atMost: 10, input: {name: "", reorderLevel: -1}) { id } }`: {
			"BAD_USER_INPUT input.name: value is less than the required length", "BAD_USER_INPUT input.reorderLevel: value out of range",
		},
		`mutation { updateProducts(where: {}, atMost: 10, input: {category: {connect: {name: "none"}}}) { id } }`: {"NOT_FOUND input.category.connect.name: there is no such row"},
		`mutation { updateSuppliers(where: {}, input: {products: {set: []}}) { id } }`:                            {"BAD_USER_INPUT input.products.set: cannot be disconnected: it must have one"},
	} {
		assert.Equal(t, want, faultsOf(d.Do(t, query, nil).Errors), query)
	}
	stale := make([]any, 150)
	for i := range stale {
		stale[i] = map[string]any{"id": id("Product", 1000+i), "input": map[string]any{}}
	}
	assert.Len(t, d.Do(t, `mutation($in: [ProductUpdateEachInput!]!) { updateProductsEach(inputs: $in) { id } }`, map[string]any{"in": stale}).Errors, 100)
}

// A row that is connected twice and is not there is told of at each place where it counts: not in the half of an upsert that is not
// run.
func TestConnectedTwice(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	none := id("Category", 404)
	product := func(sku, category string) string {
		return fmt.Sprintf(`{sku: %q, name: "n", unitPrice: "1", supplier: {connect: {id: %q}}, category: {connect: {id: %q}}}`, sku, id("Supplier", 1), category)
	}
	for query, want := range map[string][]string{
		`mutation { createProducts(inputs: [` + product("A", none) + product("B", none) + product("C", id("Category", 1)) + `]) { id } }`: {
			"NOT_FOUND inputs[0].category.connect: there is no such row", "NOT_FOUND inputs[1].category.connect: there is no such row",
		},
		`mutation { updateProductsEach(inputs: [
			{id: "` + id("Product", 1) + `", input: {category: {upsert: {create: {name: "c", products: {connect: {id: "` + id("Product", 404) + `"}}}, update: {description: "d"}}}}},
			{id: "` + id("Product", 2) + `", input: {category: {upsert: {create: {name: "c"}, update: {products: {connect: {id: "` + id("Product", 404) + `"}}}}}}}]) { id } }`: {
			"NOT_FOUND inputs[1].input.category.upsert.update.products.connect[0]: there is no such row",
		},
		`mutation { createProducts(inputs: [` + product("A", id("Category", 1)) + product("B", id("Category", 1)) + `]) { category { id } supplier { id } } }`: nil,
	} {
		assert.Equal(t, want, faultsOf(d.Do(t, query, nil).Errors), query)
	}
}
