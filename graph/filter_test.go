package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

func count(t *testing.T, desk *desktest.Desk, list, where string, variables map[string]any) int {
	t.Helper()
	signature := ""
	if variables != nil {
		signature = variables["$"].(string)
		delete(variables, "$")
	}
	data := desk.Data(t, fmt.Sprintf(`query Q%s { list: %s(where: %s) { totalCount } }`, signature, list, where), variables)
	return int(data["list"].(map[string]any)["totalCount"].(float64))
}

func TestFilters(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for _, c := range []struct {
		list, where string
		variables   map[string]any
		want        int
	}{
		{"orders", `{}`, nil, 830},
		{"orders", `{ shippedAt: { isNull: true } }`, nil, 21},
		{"orders", `{ shippedAt: { isNull: false } }`, nil, 809},
		{"orders", `{ not: { shippedAt: { isNull: true } } }`, nil, 809},
		{"orders", `{ freight: { gte: "100" } }`, nil, 187},
		{"orders", `{ freight: { gte: "100", lt: "200" } }`, nil, 114},
		{"orders", `{ freight: {} }`, nil, 830},
		{"orders", `{ and: [] }`, nil, 830},
		{"orders", `{ or: [] }`, nil, 0},
		{"orders", `{ shipCountry: { in: ["France", "Germany"] } }`, nil, 199},
		{"orders", `{ shipCountry: { in: [] } }`, nil, 0},
		{"orders", `{ shipCountry: { notIn: [] } }`, nil, 830},
		{"orders", `{ shipRegion: { neq: "WA" } }`, nil, 304},
		{"orders", `{ not: { shipRegion: { eq: "WA" } } }`, nil, 811},
		{"orders", `{ orderedAt: { gte: "1998-01-01T00:00:00Z" } }`, nil, 270},
		{"orders", `{ customer: { country: { eq: "France" } } }`, nil, 77},
		{"orders", `{ lines: { some: { product: { name: { eq: "Chai" } } } } }`, nil, 38},
		{"orders", `{ lines: { none: { discount: { gt: "0" } } } }`, nil, 450},
		{"orders", `{ lines: { every: { quantity: { gte: 20 } } } }`, nil, 232},
		{"orders", `{ lines: { count: { gte: 5 } } }`, nil, 37},
		{"orders", `{ or: [{ shipCountry: { eq: "France" } }, { shipCountry: { eq: "Spain" } }], freight: { lt: "1" } }`, nil, 3},
		{"customers", `{ orders: { count: { eq: 0 } } }`, nil, 2},
		{"customers", `{ orders: { some: {} } }`, nil, 89},
		{"customers", `{ companyName: { containsFold: "MARKET" } }`, nil, 4},
		{"customers", `{ companyName: { contains: "MARKET" } }`, nil, 0},
		{"customers", `{ companyName: { contains: "%" } }`, nil, 0},
		{"customers", `{ code: { startsWith: "A" } }`, nil, 4},
		{"customers", `{ code: { endsWithFold: "s" } }`, nil, 11},
		{"customers", `{ id: { in: ["` + id("Customer", 1) + `", "` + id("Order", 1) + `", "?"] } }`, nil, 1},
		{"customers", `{ id: { eq: "` + id("Order", 1) + `" } }`, nil, 0},
		{"employees", `{ manager: {} }`, nil, 8},
		{"employees", `{ not: { manager: {} } }`, nil, 1},
		{"employees", `{ hireDate: { lt: "1993-01-01" }, territories: { some: { region: { name: { eq: "Eastern" } } } } }`, nil, 2},
		{"products", `{ discontinued: { eq: true } }`, nil, 8},
		{"orders", `$w`, map[string]any{"$": "($w: OrderWhere)", "w": map[string]any{
			"or": []any{
				map[string]any{"shipCountry": map[string]any{"eq": "France"}},
				map[string]any{"shipCountry": map[string]any{"in": []any{"Spain"}}},
			},
			"freight": map[string]any{"lt": "1"},
		}}, 3},
		{"orders", `$w`, map[string]any{"$": "($w: OrderWhere)", "w": nil}, 830},
		{"orders", `{ freight: { lt: $max }, shipCountry: { in: $in } }`, map[string]any{
			"$": "($max: Decimal!, $in: [String!])", "max": "1", "in": []any{"France", "Spain"},
		}, 3},
	} {
		t.Run(c.list+" "+c.where, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, count(t, desk, c.list, c.where, c.variables))
		})
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	first := func(list, by, fields string) string {
		return desk.Do(t, fmt.Sprintf(`{ %s(first: 1, orderBy: %s) { nodes { %s } } }`, list, by, fields), nil).Raw
	}
	require.Equal(t, `{"orders":{"nodes":[{"freight":"1007.64"}]}}`, first("orders", `{ freight: DESC }`, "freight"))
	require.Equal(t, `{"customers":{"nodes":[{"code":"SAVEA"}]}}`, first("customers", `{ orders: { count: DESC } }`, "code"))
	require.Equal(t, `{"orders":{"nodes":[{"customer":{"country":"Argentina"}}]}}`,
		first("orders", `[{ customer: { country: ASC } }, { freight: DESC }]`, "customer { country }"))
	require.Equal(t, `{"orders":{"nodes":[{"shippedAt":null}]}}`, first("orders", `{ shippedAt: DESC }`, "shippedAt"))
	require.Equal(t, `{"orders":{"nodes":[{"shippedAt":"1998-05-06T00:00:00Z"}]}}`,
		first("orders", `{ shippedAt: DESC_NULLS_LAST }`, "shippedAt"))
}

func TestLookups(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	require.Equal(t, `{"customerByCode":{"companyName":"Alfreds Futterkiste"},"none":null,"order":{"freight":"32.38"},"wrong":null,`+
		`"orderLineByOrderAndProduct":{"quantity":12}}`, desk.Do(t, `query($order: ID!) {
			customerByCode(code: "ALFKI") { companyName } none: customerByCode(code: "X") { companyName }
			order(id: $order) { freight } wrong: customer(id: $order) { code }
			orderLineByOrderAndProduct(order: $order, product: "`+id("Product", 11)+`") { quantity } }`,
		map[string]any{"order": id("Order", 10248)}).Raw)
}

func TestFaultOfAFilter(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for query, message := range map[string]string{
		`{ orders(where: { freight: { gte: "NaN" } }) { totalCount } }`:              `where.freight.gte: must be a decimal number such as "12.50"`,
		`{ orders(where: { freight: { gte: null } }) { totalCount } }`:               `where.freight.gte: must not be null; ask for null with isNull`,
		`{ orders(where: { or: [{ orderedAt: { eq: "today" } }] }) { totalCount } }`: `where.or[0].orderedAt.eq: must be a time as YYYY-MM-DDThh:mm:ssZ`,
		`{ orders(where: { shipCity: { eq: "a\u0000b" } }) { totalCount } }`:         `where.shipCity.eq: must be valid text without NUL`,
		`{ employees(where: { hireDate: { in: ["1993-02-30"] } }) { totalCount } }`:  `where.hireDate.in: element 0 must be a date as YYYY-MM-DD`,
		`{ orders(orderBy: [{ freight: ASC, id: ASC }]) { totalCount } }`:            `orderBy[0]: must have exactly one member`,
		`{ orders(orderBy: [{ customer: {} }]) { totalCount } }`:                     `orderBy[0].customer: must have exactly one member`,
		`{ orders(first: 1, last: 1) { totalCount } }`:                               `last: cannot be given with first`,
		`{ orders(offset: -1) { nodes { id } } }`:                                    `offset: must be from 0 to 2147483647`,
		`{ orders(last: 1, offset: 1) { nodes { id } } }`:                            `offset: cannot be given with last`,
	} {
		r := desk.Do(t, query, nil)
		require.Len(t, r.Errors, 1, query)
		require.Contains(t, r.Errors[0].Message, message)
		require.Nil(t, r.Data)
	}
}

// The comparisons that fold case agree on every letter: a text is equal to another exactly if each has the other in it, at
// its start and at its end.
func TestFoldingComparisonsAgree(t *testing.T) {
	t.Parallel()
	desk := desktest.Empty(t)
	texts := []string{"İ", "i", "I", "ı", "i̇", "ß", "ss", "SS", "ẞ", "Σ", "σ", "ς", "K", "k", "K", "ſ", "s", "Ǆ", "ǆ", "ǅ", "%", "_", "\\", ""}
	for _, text := range texts {
		_, err := desk.DB.Exec(t.Context(), "INSERT INTO categories (name, description) VALUES ($1::text || '|' || gen_random_uuid(), $1)", text)
		require.NoError(t, err)
	}
	found := func(operator, operand string) map[string]bool {
		data := desk.Data(t, fmt.Sprintf(`query($text: String) { categories(first: 100, where: { description: { %s: $text } }) { nodes { description } } }`, operator),
			map[string]any{"text": operand})
		set := make(map[string]bool)
		for _, node := range data["categories"].(map[string]any)["nodes"].([]any) {
			set[node.(map[string]any)["description"].(string)] = true
		}
		return set
	}
	equal, within := make(map[string]map[string]bool), make(map[string]map[string]map[string]bool)
	operators := []string{"containsFold", "startsWithFold", "endsWithFold"}
	for _, text := range texts {
		equal[text], within[text] = found("eqFold", text), make(map[string]map[string]bool)
		for _, operator := range operators {
			within[text][operator] = found(operator, text)
		}
	}
	require.True(t, equal["i"]["I"] && equal["Σ"]["σ"])
	for _, a := range texts {
		for _, b := range texts {
			for _, operator := range operators {
				require.Equal(t, equal[a][b], within[a][operator][b] && within[b][operator][a], "%s %q %q", operator, a, b)
			}
		}
	}
}
