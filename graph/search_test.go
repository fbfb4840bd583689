package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/read"
	"cambium/internal/desktest"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for query, want := range map[string]string{
		`{ products(search: "chocolade") { nodes { name } totalCount } }`:                                        `{"products":{"nodes":[{"name":"Chocolade"}],"totalCount":1}}`,
		`{ products(search: "sir rodney's -scones") { nodes { name } } }`:                                        `{"products":{"nodes":[{"name":"Sir Rodney's Marmalade"}]}}`,
		`{ products(search: "bottles", first: 2, orderBy: { unitPrice: DESC }) { nodes { name } } }`:             `{"products":{"nodes":[{"name":"Côte de Blaye"},{"name":"Sirop d'érable"}]}}`,
		`{ customers(search: "london", where: { companyName: { startsWith: "A" } }) { nodes { companyName } } }`: `{"customers":{"nodes":[{"companyName":"Around the Horn"}]}}`,
		`{ categories(first: 1) { nodes { products(search: "chai") { nodes { name } totalCount } } } }`:          `{"categories":{"nodes":[{"products":{"nodes":[{"name":"Chai"}],"totalCount":1}}]}}`,
		`{ suppliers(search: "& | ! <-> ' \" ( :* \\") { totalCount } }`:                                         `{"suppliers":{"totalCount":0}}`,
		`{ suppliers(search: null) { totalCount } }`:                                                             `{"suppliers":{"totalCount":29}}`,
	} {
		before := desk.Statements()
		r := desk.Do(t, query, nil)
		require.Empty(t, r.Errors, query)
		require.Equal(t, want, r.Raw)
		require.EqualValues(t, 1, desk.Statements()-before)
	}
}

// The best matches come first, and paging by rank gives each once.
func TestSearchByRank(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	_, err := desk.DB.Exec(t.Context(), `UPDATE products SET name = 'Bottles bottles' WHERE id = 77`)
	require.NoError(t, err)
	const page = `query($after: String) { products(search: "bottles", first: 3, after: $after) {
		nodes { id name } pageInfo { hasNextPage endCursor } totalCount } }`
	seen := make(map[any]bool)
	var after any
	for {
		products := desk.Data(t, page, map[string]any{"after": after})["products"].(map[string]any)
		for i, node := range products["nodes"].([]any) {
			if after == nil && i == 0 {
				require.Equal(t, "Bottles bottles", node.(map[string]any)["name"])
			}
			require.False(t, seen[node.(map[string]any)["id"]])
			seen[node.(map[string]any)["id"]] = true
		}
		info := products["pageInfo"].(map[string]any)
		if info["hasNextPage"] == false {
			require.Len(t, seen, int(products["totalCount"].(float64)))
			break
		}
		after = info["endCursor"]
	}
}

// A rank means something for its own words alone.
func TestCursorOfAnotherSearch(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	const page = `query($words: String, $after: String) { products(search: $words, first: 1, after: $after) { edges { cursor } pageInfo { endCursor } } }`
	products := desk.Data(t, page, map[string]any{"words": "bottles"})["products"].(map[string]any)
	cursor := products["pageInfo"].(map[string]any)["endCursor"]
	require.Equal(t, cursor, products["edges"].([]any)[0].(map[string]any)["cursor"])
	require.Empty(t, desk.Do(t, page, map[string]any{"words": "bottles", "after": cursor}).Errors)
	for _, other := range []any{"boxes", "bottles ", "", nil} {
		r := desk.Do(t, page, map[string]any{"words": other, "after": cursor})
		require.Len(t, r.Errors, 1, other)
		var fault *read.Error
		require.ErrorAs(t, r.Errors[0], &fault)
		require.Equal(t, read.InvalidCursor, fault.Code, other)
	}
}

func TestSearchMatchesTheIndexedColumn(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	desk.Data(t, `{ products(search: "chai") { nodes { name } } }`, nil)
	require.Contains(t, desk.LastStatement(), `t1."search_document" @@ websearch_to_tsquery('simple', $2::text)`)
	require.Empty(t, desk.Do(t, `{ __type(name: "Product") { fields { name } } }`, nil).Errors)
	require.NotContains(t, desk.Do(t, `{ __type(name: "Product") { fields { name } } }`, nil).Raw, "search")
}
