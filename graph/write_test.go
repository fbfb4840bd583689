package graph_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/access"
	"cambium/engine/database"
	"cambium/engine/idempotency"
	"cambium/engine/write"
	"cambium/ent"
	"cambium/ent/schema"
	"cambium/internal/desktest"
)

// faultsOf returns the faults of a response as "CODE field: message".
func faultsOf(errs gqlerror.List) (list []string) {
	for _, e := range errs {
		var fault *write.Error
		if !errors.As(e, &fault) {
			list = append(list, "unknown: "+e.Error())
			continue
		}
		list = append(list, strings.TrimSpace(fault.Code+" "+fault.Field.String())+": "+fault.Message)
	}
	return list
}

// goods fills a desk with what products and orders need.
func goods(t *testing.T, d *desktest.Desk) {
	t.Helper()
	ctx := desktest.Context(t)
	c := d.Client
	c.Employee.Create().SetFirstName("Nancy").SetLastName("Davolio").ExecX(ctx)
	c.Customer.Create().SetCode("ALFKI").SetCompanyName("Alfreds").ExecX(ctx)
	supplier := c.Supplier.Create().SetCompanyName("Exotic Liquids").SaveX(ctx)
	category := c.Category.Create().SetName("Beverages").SaveX(ctx)
	var builders []*ent.ProductCreate
	for i := range 10 {
		builders = append(builders, c.Product.Create().SetSku(fmt.Sprint("P", i)).SetName("Product").SetUnitPrice(decimal.NewFromInt(10)).
			SetUnitsInStock(1000).SetSupplier(supplier).SetCategory(category))
	}
	_, err := c.CreateProducts(ctx, builders...)
	require.NoError(t, err)
}

// All faults of an input are told at once, each with the way to its field, and nothing of it is stored.
func TestFaultsOfAnInput(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	r := d.Do(t, `mutation { createCustomer(input: {code: "", companyName: "", city: "a\u0000b", orders: {create: [
		{orderedAt: "yesterday", freight: "1e5", employee: {connect: {id: "nonsense"}}},
		{orderedAt: "2026-01-01T00:00:00Z", freight: "1", lines: {create: [{unitPrice: "NaN", quantity: 0, discount: "0"}]}}
	]}}) { id } }`, nil)
	assert.Nil(t, r.Data)
	assert.ElementsMatch(t, []string{
		"BAD_USER_INPUT input.code: value is less than the required length",
		"BAD_USER_INPUT input.companyName: value is less than the required length",
		"BAD_USER_INPUT input.city: must be valid text without NUL",
		"BAD_USER_INPUT input.orders.create[0].orderedAt: must be a time as YYYY-MM-DDThh:mm:ssZ (RFC 3339) of the years 1 to 9999, with at most six digits of a second",
		`BAD_USER_INPUT input.orders.create[0].freight: must be a decimal number such as "12.50"`,
		"BAD_USER_INPUT input.orders.create[1].employee: is required",
		`BAD_USER_INPUT input.orders.create[1].lines.create[0].unitPrice: must be a decimal number such as "12.50"`,
		"BAD_USER_INPUT input.orders.create[1].lines.create[0].quantity: value out of range",
		"BAD_USER_INPUT input.orders.create[1].lines.create[0].product: is required",
	}, faultsOf(r.Errors))
	assert.Equal(t, 1, d.Client.Customer.Query().CountX(desktest.Context(t)))
}

// What the database refuses is told in the same way: a code and a field, no constraint, no value, no SQL.
func TestViolations(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	d.Data(t, `mutation { createRegion(input: {name: "North"}) { id } }`, nil)
	product := func(sku, price string) string {
		return fmt.Sprintf(`{sku: %q, name: "n, (1)", unitPrice: %q, supplier: {connect: {id: %q}}, category: {connect: {name: "Beverages"}}}, `, sku, price, id("Supplier", 1))
	}
	for query, want := range map[string]string{
		`mutation { createCustomer(input: {code: "ALFKI", companyName: "x"}) { id } }`:                                                                                            "CONFLICT input.code: is taken by another row",
		`mutation { createCustomers(inputs: [{code: "NEW", companyName: "x"}, {code: "ALFKI", companyName: "x"}]) { id } }`:                                                       "CONFLICT inputs[1].code: is taken by another row",
		`mutation { updateProducts(where: {sku: {eq: "P0"}}, input: {unitPrice: "-1"}) { id } }`:                                                                                  "BAD_USER_INPUT input.unitPrice: is out of its range",
		`mutation { createProducts(inputs: [` + product("N1", "1") + product("N2", "-1") + product("N3", "1") + `]) { id } }`:                                                     "BAD_USER_INPUT inputs[1].unitPrice: is out of its range",
		`mutation { upsertProducts(inputs: [` + product("P1", "1") + product("P2", "-1") + product("P3", "-1") + `]) { created } }`:                                               "BAD_USER_INPUT inputs[1].unitPrice: is out of its range",
		`mutation { updateProductsEach(inputs: [{id: "` + id("Product", 2) + `", input: {unitPrice: "1"}}, {id: "` + id("Product", 1) + `", input: {unitPrice: "-1"}}]) { id } }`: "BAD_USER_INPUT inputs[1].input.unitPrice: is out of its range",
		`mutation { deleteCategories(where: {name: {eq: "Beverages"}}) { id } }`:                                                                                                  "CONFLICT where: is still referred to by other rows",
		`mutation { updateProducts(where: {}, input: {name: "x"}) { id } }`:                                                                                                       "BAD_USER_INPUT where: takes more rows than atMost allows",
		`mutation { updateRegion(id: "` + id("Region", 1) + `", input: {name: null}) { id } }`:                                                                                    "BAD_USER_INPUT input.name: must not be null",
		`mutation { updateRegion(id: "` + id("Region", 1) + `", input: {territories: {disconnect: [{id: "` + id("Territory", 1) + `"}]}}) { id } }`:                               "BAD_USER_INPUT input.territories.disconnect[0]: cannot be disconnected: it must have one",
	} {
		r := d.Do(t, query, nil)
		assert.Equal(t, []string{want}, faultsOf(r.Errors), query)
		assert.Nil(t, r.Data)
	}
}

// All fields of an operation commit or none do; those after the first that fails are not run.
func TestOneOperationOneTransaction(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	r := d.Do(t, `mutation { a: createRegion(input: {name: "A"}) { id } b: createRegion(input: {name: "A"}) { id } c: createRegion(input: {name: ""}) { id } }`, nil)
	assert.Equal(t, []string{"CONFLICT input.name: is taken by another row"}, faultsOf(r.Errors))
	assert.Equal(t, "b", r.Errors[0].Path.String())
	assert.Nil(t, r.Data)
	assert.Zero(t, d.Client.Region.Query().CountX(desktest.Context(t)))
	data := d.Data(t, `mutation { a: createRegion(input: {name: "A"}) { name } t: __typename b: updateRegions(where: {name: {eq: "A"}}, input: {name: "B"}) { name } }`, nil)
	assert.Equal(t, map[string]any{"a": map[string]any{"name": "A"}, "t": "Mutation", "b": []any{map[string]any{"name": "B"}}}, data)
}

// Trap: edge ids in inputs attach rows across tenants, and errors tell which ids exist. A hidden row and a missing one are
// the same NOT_FOUND, as a target and as a reference.
func TestTrapEdgeIDsInInputs(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	ctx := desktest.Context(t)
	other := d.Client.Employee.Create().SetFirstName("Andrew").SetLastName("Fuller").SaveX(ctx)
	hidden := d.Data(t, `mutation($e: ID!) { createOrder(input: {orderedAt: "2026-01-01T00:00:00Z", freight: "0", customer: {connect: {code: "ALFKI"}}, employee: {connect: {id: $e}},
		lines: {create: [{unitPrice: "1", quantity: 1, discount: "0", product: {connect: {sku: "P0"}}}]}}) { id } }`,
		map[string]any{"e": id("Employee", other.ID)})["createOrder"].(map[string]any)["id"].(string)
	sales := &access.Viewer{ID: "1", Roles: []string{schema.RoleSales}}
	var answers [][]string
	for _, order := range []string{hidden, id("Order", 99999), id("Customer", 1), "nonsense"} {
		var faults []string
		for _, query := range []string{
			`mutation($o: ID!) { updateOrder(id: $o, input: {freight: "2"}) { id } }`,
			`mutation($o: ID!) { updateOrder(id: $o, input: {freight: "2"}, ifVersion: 7) { id } }`,
			`mutation($o: ID!) { createOrderLine(input: {unitPrice: "1", quantity: 1, discount: "0", product: {connect: {sku: "P1"}}, order: {connect: {id: $o}}}) { id } }`,
			`mutation($o: ID!) { cancelOrder(id: $o) { id } }`,
		} {
			r := d.DoAs(t, sales, query, map[string]any{"o": order})
			assert.Nil(t, r.Data)
			faults = append(faults, faultsOf(r.Errors)...)
		}
		answers = append(answers, faults)
	}
	assert.Equal(t, []string{
		"NOT_FOUND id: there is no such row", "NOT_FOUND id: there is no such row",
		"NOT_FOUND input.order.connect: there is no such row", "NOT_FOUND id: there is no such row",
	}, answers[0])
	for _, a := range answers[1:] {
		assert.Equal(t, answers[0], a)
	}
}

// Trap: sensitive fields are writable in the stock stack. Here they are no inputs, and a field that only some may give is
// FORBIDDEN to others.
func TestTrapSensitiveFieldsAreNoInputs(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	r := d.Do(t, `mutation { createCustomer(input: {code: "A", companyName: "A", searchDocument: "x"}) { id } }`, nil)
	require.NotEmpty(t, r.Errors)
	r = d.Do(t, `mutation { createCustomer(input: {code: "A", companyName: "A", version: 7}) { id } }`, nil)
	require.NotEmpty(t, r.Errors)
}

// Trap: CreateBulk fails at 65,535 parameters. 100,000 rows are stored, with defaults, validators and hooks for each, and
// so are 100,000 changes and upserts.
func TestTrapParameterLimit(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	ctx := desktest.Context(t)
	const n = 100_000
	builders := make([]*ent.RegionCreate, n)
	for i := range builders {
		builders[i] = d.Client.Region.Create().SetName(fmt.Sprint("r", i))
	}
	before := d.Statements()
	rows, err := d.Client.CreateRegions(ctx, builders...)
	require.NoError(t, err)
	require.Len(t, rows, n)
	assert.LessOrEqual(t, d.Statements()-before, int64(n/5000))
	assert.Equal(t, n, d.Client.Region.Query().CountX(ctx))
	assert.Equal(t, "r77777", d.Client.Region.GetX(ctx, rows[77777].ID).Name)
	for i := range builders {
		builders[i] = d.Client.Region.Create().SetName(fmt.Sprint("r", i+n/2))
	}
	_, created, err := d.Client.UpsertRegions(ctx, "name", builders...)
	require.NoError(t, err)
	assert.False(t, created[n/2-1])
	assert.True(t, created[n/2])
	assert.Equal(t, n+n/2, d.Client.Region.Query().CountX(ctx))
	assert.EqualValues(t, 2, d.Client.Region.GetX(ctx, rows[77777].ID).Version, "the hook has counted")
	_, err = d.Client.CreateRegions(ctx, d.Client.Region.Create().SetName("fine"), d.Client.Region.Create().SetName(""))
	var fault *write.Error
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, "[1].name", fault.Field.String())
}

// Trap: a bulk upsert returns no rows, or "no rows" as an error. Here it returns each row and whether it was created.
func TestTrapUpsertReturnsRows(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	const upsert = `mutation { upsertRegions(inputs: [{name: "A"}, {name: "B"}]) { created node { name version } } }`
	assert.JSONEq(t, `{"upsertRegions":[{"created":true,"node":{"name":"A","version":1}},{"created":true,"node":{"name":"B","version":1}}]}`, d.Do(t, upsert, nil).Raw)
	assert.JSONEq(t, `{"upsertRegions":[{"created":false,"node":{"name":"A","version":2}},{"created":false,"node":{"name":"B","version":2}}]}`, d.Do(t, upsert, nil).Raw)
	r := d.Do(t, `mutation { upsertRegions(inputs: [{name: "A"}, {name: "A"}]) { created } }`, nil)
	assert.Equal(t, []string{"BAD_USER_INPUT inputs[1]: gives a row that is given twice"}, faultsOf(r.Errors))
}

// Of many who upsert the same new row one creates it.
func TestUpsertRace(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	var wg sync.WaitGroup
	made := make([]string, 8)
	for i := range made {
		wg.Go(func() {
			made[i] = d.Do(t, `mutation { upsertRegion(input: {name: "A"}) { created } }`, nil).Raw
		})
	}
	wg.Wait()
	created := 0
	for _, m := range made {
		if strings.Contains(m, "true") {
			created++
		} else {
			assert.Contains(t, m, "false")
		}
	}
	assert.Equal(t, 1, created)
}

// Trap: lost updates. Of 8 workers with 50 changes each, which read a version and write only over it, none is lost.
func TestTrapLostUpdates(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	product := id("Product", 1)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				for {
					row := d.Data(t, `query($id: ID!) { product(id: $id) { version unitsInStock } }`, map[string]any{"id": product})["product"].(map[string]any)
					r := d.Do(t, `mutation($id: ID!, $n: Int!, $v: Int!) { updateProduct(id: $id, input: {unitsInStock: $n}, ifVersion: $v) { id } }`,
						map[string]any{"id": product, "n": int(row["unitsInStock"].(float64)) + 1, "v": int(row["version"].(float64))})
					if len(r.Errors) == 0 {
						break
					}
					if got := faultsOf(r.Errors); !assert.Equal(t, []string{"CONFLICT id: was changed since"}, got) {
						return
					}
				}
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1400, d.Client.Product.GetX(desktest.Context(t), 1).UnitsInStock)
}

const place = `mutation($c: ID!, $e: ID!, $g: [GoodsInput!]!) { placeOrder(input: {customer: $c, employee: $e, goods: $g}) { id total } }`

func placing(n int) map[string]any {
	var list []any
	for i := range n {
		list = append(list, map[string]any{"product": id("Product", i+1), "quantity": 2})
	}
	return map[string]any{"c": id("Customer", 1), "e": id("Employee", 1), "g": list}
}

// The same request twice under one key, at once or one after the other, makes one order and two equal answers.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	answers := make([]string, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = d.DoKeyed(t, "k1", place, placing(3)).Raw })
	}
	wg.Wait()
	for _, a := range answers {
		assert.Equal(t, answers[0], a)
		assert.Contains(t, a, `"total":"60"`)
	}
	ctx := desktest.Context(t)
	assert.Equal(t, 1, d.Client.Order.Query().CountX(ctx))
	r := d.DoKeyed(t, "k1", place, placing(2))
	require.Len(t, r.Errors, 1)
	require.ErrorIs(t, r.Errors[0], idempotency.ErrReused)
	require.ErrorIs(t, d.DoKeyed(t, "\x01", place, placing(2)).Errors[0], idempotency.ErrKey)
	_, err := d.DB.Exec(ctx, "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
	require.NoError(t, err)
	require.Empty(t, d.DoKeyed(t, "k1", place, placing(2)).Errors, "a day later the key is free")
	assert.Equal(t, 2, d.Client.Order.Query().CountX(ctx))
}

// A failure changes nothing and is not kept: the same key may try again.
func TestIdempotencyKeepsNoFailure(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	many := placing(1)
	many["g"].([]any)[0].(map[string]any)["quantity"] = 5000
	r := d.DoKeyed(t, "k", place, many)
	assert.Equal(t, []string{"OUT_OF_STOCK input.goods[0].quantity: there are not so many units to be sold"}, faultsOf(r.Errors))
	require.Empty(t, d.DoKeyed(t, "k", place, placing(1)).Errors)
}

// The statements of mutations, without BEGIN and COMMIT; bench/writes counts round trips.
func TestStatementsOfMutations(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	upserts := make([]any, 1000)
	for i := range upserts {
		upserts[i] = map[string]any{"sku": fmt.Sprint("P", i), "name": "n", "unitPrice": "1", "category": map[string]any{"connect": map[string]any{"name": "Beverages"}},
			"supplier": map[string]any{"connect": map[string]any{"id": id("Supplier", 1)}}}
	}
	var orders []any
	for range 3 {
		var lines []any
		for i := range 4 {
			lines = append(lines, map[string]any{"unitPrice": "1", "quantity": 1, "discount": "0", "product": map[string]any{"connect": map[string]any{"id": id("Product", i+1)}}})
		}
		orders = append(orders, map[string]any{"orderedAt": "2026-01-01T00:00:00Z", "freight": "1", "employee": map[string]any{"connect": map[string]any{"id": id("Employee", 1)}}, "lines": map[string]any{"create": lines}})
	}
	for _, m := range []struct {
		name, query string
		variables   map[string]any
		statements  int64
	}{
		{"M1 placeOrder with 5 lines", place, placing(5), 5},
		{"M2 upsert of 1,000 products, 10 of which are there", `mutation($in: [ProductCreateInput!]!) { upsertProducts(inputs: $in) { created node { id } } }`, map[string]any{"in": upserts}, 3},
		{"M3 update of one row", `mutation($id: ID!) { updateProduct(id: $id, input: {unitPrice: "3"}) { unitPrice version } }`, map[string]any{"id": id("Product", 1)}, 1},
		{"M4 nested create of a customer with 3 orders of 4 lines", `mutation($in: CustomerCreateInput!) { createCustomer(input: $in) { orders { nodes { total lines { nodes { id } } } } } }`,
			map[string]any{"in": map[string]any{"code": "NEW", "companyName": "New", "orders": map[string]any{"create": orders}}}, 5},
	} {
		before := d.Statements()
		d.Data(t, m.query, m.variables)
		assert.Equal(t, m.statements, d.Statements()-before, m.name)
	}
}

// An answer comes from what the statement returned only if nothing was written after it.
func TestAnswerSeesWhatHooksWriteAfterwards(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	d.Client.Region.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if err != nil {
				return v, err
			}
			return v, d.DB.Driver().Exec(ctx, "UPDATE regions SET name = upper(name)", []any{}, nil)
		})
	})
	made := d.Data(t, `mutation { createRegion(input: {name: "north"}) { id name } }`, nil)["createRegion"].(map[string]any)
	assert.Equal(t, "NORTH", made["name"])
	changed := d.Data(t, `mutation($id: ID!) { updateRegion(id: $id, input: {name: "south"}) { name } }`, map[string]any{"id": made["id"]})
	assert.Equal(t, map[string]any{"name": "SOUTH"}, changed["updateRegion"])
	both := d.Data(t, `mutation { upsertRegions(inputs: [{name: "SOUTH"}, {name: "east"}]) { created node { id name version } } }`, nil)["upsertRegions"].([]any)
	assert.Equal(t, "SOUTH", both[0].(map[string]any)["node"].(map[string]any)["name"])
	assert.Equal(t, "EAST", both[1].(map[string]any)["node"].(map[string]any)["name"])
}

// One mutation stands for many rows where nothing depends on the row; a hook of the client's is run for each.
func TestHooksRunForEachRow(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	each := func(names ...string) []any {
		inputs := make([]any, len(names))
		for i, n := range names {
			inputs[i] = map[string]any{"id": id("Product", i+1), "ifVersion": 1, "input": map[string]any{"name": n, "unitPrice": fmt.Sprint(i)}}
		}
		return inputs
	}
	const change = `mutation($in: [ProductUpdateEachInput!]!) { updateProductsEach(inputs: $in) { name unitPrice version updatedAt } }`

	r := d.Do(t, change, map[string]any{"in": each("a", "b", "")})
	assert.Equal(t, []string{"BAD_USER_INPUT inputs[2].input.name: value is less than the required length"}, faultsOf(r.Errors))
	changed := d.Data(t, change, map[string]any{"in": each("a", "b", "c")})["updateProductsEach"].([]any)
	for i, row := range changed {
		row := row.(map[string]any)
		assert.Equal(t, string(rune('a'+i)), row["name"])
		assert.Equal(t, fmt.Sprint(i), row["unitPrice"])
		assert.Equal(t, "2", fmt.Sprint(row["version"]))
		assert.Equal(t, changed[0].(map[string]any)["updatedAt"], row["updatedAt"])
	}
	r = d.Do(t, change, map[string]any{"in": each("a", "b", "c")})
	assert.Len(t, r.Errors, 3)
	assert.Contains(t, faultsOf(r.Errors)[2], "CONFLICT inputs[2].id: was changed since")

	var seen []string
	d.Client.Product.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			n, _ := m.Field("name")
			seen = append(seen, n.(string))
			return next.Mutate(ctx, m)
		})
	})
	again := each("x", "y", "z")
	for _, input := range again {
		input.(map[string]any)["ifVersion"] = 2
	}
	d.Data(t, change, map[string]any{"in": again})
	assert.Equal(t, []string{"x", "y", "z"}, seen)
}

// New rows that give the same fields are stored by one mutation too: each has its own values, and its defaults where it gives none
// or null.
func TestNewRowsOfOneMutation(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	input := func(name string, more map[string]any) map[string]any {
		in := map[string]any{"name": name, "unitPrice": "1.50", "category": map[string]any{"connect": map[string]any{"id": id("Category", 1)}},
			"supplier": map[string]any{"connect": map[string]any{"id": id("Supplier", 1)}}}
		maps.Copy(in, more)
		return in
	}
	const create = `mutation($in: [ProductCreateInput!]!) { createProducts(inputs: $in) { name sku unitPrice unitsInStock version supplier { companyName } } }`
	made := d.Data(t, create, map[string]any{"in": []any{
		input("a", map[string]any{"sku": "A", "unitsInStock": 5}), input("b", map[string]any{"sku": nil, "unitsInStock": 6}),
		input("c", nil), input("d", map[string]any{"sku": "D", "unitsInStock": 7}), input("e", nil),
	}})["createProducts"].([]any)
	for i, want := range []string{"a A 1.50 5 1", "b <nil> 1.50 6 1", "c <nil> 1.50 0 1", "d D 1.50 7 1", "e <nil> 1.50 0 1"} {
		row := made[i].(map[string]any)
		assert.Equal(t, want, fmt.Sprintf("%v %v %v %v %v", row["name"], row["sku"], row["unitPrice"], row["unitsInStock"], row["version"]))
		assert.Equal(t, map[string]any{"companyName": "Exotic Liquids"}, row["supplier"])
	}
	r := d.Do(t, create, map[string]any{"in": []any{input("f", map[string]any{"sku": "F"}), input("g", map[string]any{"sku": "A"})}})
	assert.Equal(t, []string{"CONFLICT inputs[1].sku: is taken by another row"}, faultsOf(r.Errors))
}

// Trap: work that is to be done after the commit is done on a rollback.
func TestTrapAfterCommit(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	told := 0
	d.Client.Region.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, err := next.Mutate(ctx, m)
			database.AfterCommit(ctx, func(context.Context) { told++ })
			return v, err
		})
	})
	d.Do(t, `mutation { a: createRegion(input: {name: "A"}) { id } b: createRegion(input: {name: ""}) { id } }`, nil)
	assert.Zero(t, told)
	d.Data(t, `mutation { createRegions(inputs: [{name: "A"}, {name: "B"}]) { id } }`, nil)
	assert.Equal(t, 2, told)
}

// An edge that is set is emptied for ten thousand rows in a few statements: one part for each row was more than PostgreSQL
// could parse, and took seconds for a thousand.
func TestSetOfManyRows(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	for _, rows := range []string{
		`INSERT INTO regions (name) VALUES ('N')`,
		`INSERT INTO territories (code, name, region_id) VALUES ('T', 't', 1)`,
		`INSERT INTO employees (first_name, last_name) SELECT 'F', 'L' FROM generate_series(1, 10000)`,
		`INSERT INTO employee_territories (employee_id, territory_id) SELECT id, 1 FROM employees`,
	} {
		_, err := d.DB.Exec(t.Context(), rows)
		require.NoError(t, err)
	}
	before := d.Statements()
	d.Data(t, `mutation { updateEmployees(where: {}, atMost: 10000, input: {reports: {set: []}, territories: {set: []}}) { __typename } }`, nil)
	assert.LessOrEqual(t, d.Statements()-before, int64(10))
	assert.Zero(t, d.Client.EmployeeTerritory.Query().CountX(desktest.Context(t)))
}

// A row that its own input deletes is no answer.
func TestDeleteOfOneself(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	d.Data(t, `mutation($id: ID!) { updateEmployee(id: $id, input: {manager: {connect: {id: $id}}}) { id } }`, map[string]any{"id": id("Employee", 1)})
	r := d.Do(t, `mutation($id: ID!) { updateEmployee(id: $id, input: {manager: {delete: true}}) { id } }`, map[string]any{"id": id("Employee", 1)})
	assert.Nil(t, r.Data)
	require.Len(t, r.Errors, 1)
	assert.Equal(t, 1, d.Client.Employee.Query().CountX(desktest.Context(t)))
}
