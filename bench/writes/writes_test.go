package writes

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool" //nolint:depguard // the floor's
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"cambium/ent"
	"cambium/internal/desktest"
	"cambium/internal/gqltest"
)

func id(entity string, key int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%d", entity, key))
}

// pair is the two ways of one write: by hand, and by an operation of the API.
type pair struct {
	name    string
	by      func(b testing.TB, n int)
	query   string
	with    func(n int) map[string]any // its variables, as the server has read them
	perTurn int                        // so many of each are run before the other's turn
}

// products are so many, the first of which are sold and changed.
const products = 1000

// fixture are the rows that the writes refer to.
type fixture struct {
	*desktest.Desk

	employee, customer, supplier, category int64
}

// filled fills a desk.
func filled(b testing.TB) fixture {
	b.Helper()
	d := desktest.Empty(b)
	ctx := desktest.Context(b)
	c := d.Client
	employee := c.Employee.Create().SetFirstName("Nancy").SetLastName("Davolio").SaveX(ctx).ID
	customer := c.Customer.Create().SetCode("ALFKI").SetCompanyName("Alfreds").SaveX(ctx).ID
	supplier := c.Supplier.Create().SetCompanyName("Exotic Liquids").SaveX(ctx).ID
	category := c.Category.Create().SetName("Beverages").SaveX(ctx).ID
	var builders []*ent.ProductCreate
	for i := range products {
		builders = append(builders, c.Product.Create().SetSku(fmt.Sprint("P", i)).SetName("Product").SetUnitPrice(decimal.NewFromInt(10)).
			SetUnitsInStock(1_000_000_000).SetSupplierID(supplier).SetCategoryID(category))
	}
	_, err := c.CreateProducts(ctx, builders...)
	require.NoError(b, err)
	return fixture{d, employee, customer, supplier, category}
}

// pairs returns the pairs over the filled desk, at its address.
func (x fixture) pairs(b testing.TB) []pair {
	b.Helper()
	ctx := desktest.Context(b)
	pool, err := pgxpool.New(ctx, x.URL)
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	f := floor{pool}

	var five, four []int64
	var goods, lines, upserts []any
	var skus, names, prices []string
	for i := range int64(products) {
		if i < 5 {
			five = append(five, i+1)
			goods = append(goods, map[string]any{"product": id("Product", i+1), "quantity": 2})
		}
		if i < 4 {
			four = append(four, i+1)
			lines = append(lines, map[string]any{"unitPrice": "1", "quantity": 1, "discount": "0", "product": map[string]any{"connect": map[string]any{"id": id("Product", i+1)}}})
		}
		skus, names, prices = append(skus, fmt.Sprint("P", i)), append(names, "Product"), append(prices, "10")
		upserts = append(upserts, map[string]any{"sku": fmt.Sprint("P", i), "name": "Product", "unitPrice": "10",
			"category": map[string]any{"connect": map[string]any{"id": id("Category", x.category)}}, "supplier": map[string]any{"connect": map[string]any{"id": id("Supplier", x.supplier)}}})
	}
	var orders []any
	for range 3 {
		orders = append(orders, map[string]any{"orderedAt": "2026-01-01T00:00:00Z", "freight": "1",
			"employee": map[string]any{"connect": map[string]any{"id": id("Employee", x.employee)}}, "lines": map[string]any{"create": lines}})
	}
	// They are decoded once: a request's JSON is read before what is measured, and as little of its garbage as can be is
	// collected in it.
	goods, upserts, orders = gqltest.Decoded(b, goods), gqltest.Decoded(b, upserts), gqltest.Decoded(b, orders)
	const fresh = 10
	mixed := func(n int) ([]string, []any) { // products of which some are new
		skus, upserts := slices.Clone(skus), slices.Clone(upserts)
		for i := range fresh {
			skus[i] = fmt.Sprint("N", n, "-", i)
			upsert := maps.Clone(upserts[i].(map[string]any))
			upsert["sku"] = skus[i]
			upserts[i] = upsert
		}
		return skus, upserts
	}
	return []pair{
		{"M1 placeOrder with 5 lines", func(b testing.TB, _ int) {
			b.Helper()
			total, err := f.place(ctx, x.customer, x.employee, five, 2)
			require.NoError(b, err)
			require.Equal(b, "100", total)
		}, `mutation($c: ID!, $e: ID!, $g: [GoodsInput!]!) { placeOrder(input: {customer: $c, employee: $e, goods: $g}) { total } }`, func(int) map[string]any {
			return map[string]any{"c": id("Customer", x.customer), "e": id("Employee", x.employee), "g": goods}
		}, 20},
		{"M2 upsert of 1,000 products", func(b testing.TB, _ int) {
			b.Helper()
			created, err := f.upsert(ctx, skus, names, prices, x.supplier, x.category)
			require.NoError(b, err)
			require.Zero(b, created)
		}, `mutation($in: [ProductCreateInput!]!) { upsertProducts(inputs: $in) { created node { id name version } } }`, func(int) map[string]any {
			return map[string]any{"in": upserts}
		}, 1},
		{"M2 with 10 of them new", func(b testing.TB, n int) {
			b.Helper()
			skus, _ := mixed(2 * n)
			created, err := f.upsert(ctx, skus, names, prices, x.supplier, x.category)
			require.NoError(b, err)
			require.Equal(b, fresh, created)
		}, `mutation($in: [ProductCreateInput!]!) { upsertProducts(inputs: $in) { created node { id name version } } }`, func(n int) map[string]any {
			_, upserts := mixed(2*n + 1)
			return map[string]any{"in": upserts}
		}, 1},
		{"M3 update of one row", func(b testing.TB, _ int) {
			b.Helper()
			_, err := f.update(ctx, 10, "12.50")
			require.NoError(b, err)
		}, `mutation($id: ID!) { updateProduct(id: $id, input: {unitPrice: "12.50"}) { version } }`, func(int) map[string]any {
			return map[string]any{"id": id("Product", 10)}
		}, 50},
		{"M4 customer with 3 orders of 4 lines", func(b testing.TB, n int) {
			b.Helper()
			totals, err := f.customer(ctx, fmt.Sprint("F", n), x.employee, 3, four)
			require.NoError(b, err)
			require.Len(b, totals, 3)
		}, `mutation($in: CustomerCreateInput!) { createCustomer(input: $in) { orders { nodes { total } } } }`, func(n int) map[string]any {
			return map[string]any{"in": map[string]any{"code": fmt.Sprint("C", n), "companyName": "C", "orders": map[string]any{"create": orders}}}
		}, 10},
	}
}

// copied copies decoded JSON: the server writes into its variables when it coerces them.
func copied(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, member := range v {
			c[k] = copied(member)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, element := range v {
			c[i] = copied(element)
		}
		return c
	}
	return v
}

// What a mutation costs the application and PostgreSQL, in microseconds of CPU, beside a transaction by hand, taken in turns.
// Cambium's is of the whole operation but for HTTP: variables, input, hooks, statements, answer.
func BenchmarkWrite(b *testing.B) {
	x := filled(b)
	d, trips := x.Desk, x.counted(b)
	n := 0
	for i, p := range x.pairs(b) {
		b.Run(p.name, func(b *testing.B) {
			var byHand, byAPI [2]time.Duration
			ops := 0
			measured := func(sum *[2]time.Duration, of func(n int) func()) {
				turn := make([]func(), p.perTurn)
				for i := range turn {
					turn[i] = of(n + i)
				}
				database, app := backendsCPU(b, d.DB), processCPU(b)
				for _, do := range turn {
					do()
				}
				sum[0] += processCPU(b) - app
				sum[1] += backendsCPU(b, d.DB) - database
			}
			api := func(n int) func() {
				variables := copied(p.with(n)).(map[string]any)
				return func() { d.RunDecoded(b, p.query, variables) }
			}
			hand := func(n int) func() { return func() { p.by(b, n) } }
			for i := range 3 { // plans and statements are made
				hand(n + i)()
				api(n + i)()
			}
			n += 3
			for b.Loop() {
				measured(&byHand, hand)
				measured(&byAPI, api)
				ops += p.perTurn
				n += p.perTurn
			}
			perOp := func(t time.Duration) float64 { return float64(t.Microseconds()) / float64(ops) }
			b.ReportMetric(perOp(byHand[0]), "hand-app-us/op")
			b.ReportMetric(perOp(byHand[1]), "hand-pg-us/op")
			b.ReportMetric(perOp(byAPI[0]), "app-us/op")
			b.ReportMetric(perOp(byAPI[1]), "pg-us/op")
			b.ReportMetric(perOp(byAPI[0]+byAPI[1])/perOp(byHand[0]+byHand[1]), "times-hand")
			b.ReportMetric(perOp(byAPI[0])/perOp(byHand[0]), "times-hand-app")
			b.ReportMetric(float64(trips[i].hand.RoundTrips), "hand-trips/op")
			b.ReportMetric(float64(trips[i].api.RoundTrips), "trips/op")
			b.ReportMetric(float64(trips[i].hand.Statements), "hand-statements/op")
			b.ReportMetric(float64(trips[i].api.Statements), "statements/op")
			b.ReportMetric(0, "ns/op")
		})
	}
}
