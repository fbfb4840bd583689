package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/access"
	"cambium/ent/schema"
	"cambium/graph"
	"cambium/internal/desktest"
)

// state is all that mutations could have changed.
func state(t *testing.T, desk *desktest.Desk) (s string) {
	t.Helper()
	for _, table := range []string{"orders", "order_lines", "products", "customers", "employees", "categories", "suppliers", "shippers", "regions", "territories", "employee_territories"} {
		err := desk.DB.Query(t.Context(), fmt.Sprintf(`SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM %q AS t`, table), nil, func(values [][]byte) error {
			s += string(values[0]) + "\n"
			return nil
		})
		require.NoError(t, err)
	}
	return s
}

// messages are all that a response says.
func messages(r desktest.Response) string { return r.Raw + r.Errors.Error() }

// Traps: mutations without a policy, and edge ids in inputs. In the stock stack another tenant's row was changed and
// returned, rows were attached across tenants, and errors told which ids exist.
func TestTrapMutationsAcrossTeams(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	fill(t, desk)
	sales := &access.Viewer{ID: "9", Roles: []string{schema.RoleSales}} // at the bottom
	manager := &access.Viewer{ID: "3", Roles: []string{schema.RoleManager}}
	auditor := &access.Viewer{ID: "4", Roles: []string{schema.RoleAuditor}}
	id := encoded
	var own, line int
	require.NoError(t, desk.DB.Query(t.Context(), `SELECT o.id, l.id FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id WHERE employee_id = 9 ORDER BY 1, 2 LIMIT 1`, nil, func(v [][]byte) error {
		own, line = number(v[0]), number(v[1])
		return nil
	}))
	var foreignLine int
	require.NoError(t, desk.DB.Query(t.Context(), `SELECT min(id) FROM order_lines WHERE order_id = 10248`, nil, func(v [][]byte) error {
		foreignLine = number(v[0])
		return nil
	}))
	const hidden, missing = 10248, 999999 // 10248 is of 5, to whom 9 reports
	before := state(t, desk)
	order := func(employee int) string {
		return fmt.Sprintf(`{ orderedAt: "2026-01-01T00:00:00Z", freight: "1", customer: { connect: { code: "ALFKI" } }, employee: { connect: { id: %q } } }`, id("Employee", employee))
	}
	for name, c := range map[string]struct {
		viewer *access.Viewer
		format string // %[1]q is the id of an order, %[2]q that of a line
		twins  bool   // what is hidden and what is missing have to be told alike
	}{
		"another's order changed":          {sales, `mutation { updateOrder(id: %[1]q, input: { freight: "1" }) { id freight } }`, true},
		"another's order among one's own":  {sales, `mutation { updateOrdersEach(inputs: [{ id: "` + id("Order", own) + `", input: { freight: "1" } }, { id: %[1]q, input: { freight: "1" } }]) { id } }`, true},
		"another's order deleted":          {sales, `mutation { deleteOrder(id: %[1]q) { id freight } }`, true},
		"another's line changed":           {sales, `mutation { updateOrderLine(id: %[2]q, input: { quantity: 9 }) { id quantity } }`, true},
		"another's line deleted":           {sales, `mutation { deleteOrderLine(id: %[2]q) { id quantity } }`, true},
		"a line for another's order":       {sales, `mutation { createOrderLine(input: { quantity: 1, unitPrice: "1", discount: "0", order: { connect: { id: %[1]q } }, product: { connect: { id: "` + id("Product", 1) + `" } } }) { id } }`, true},
		"another's line taken over":        {sales, `mutation { updateOrder(id: "` + id("Order", own) + `", input: { lines: { connect: [{ id: %[2]q }] } }) { id } }`, true},
		"a line moved to another's order":  {sales, `mutation { updateOrderLine(id: "` + id("OrderLine", line) + `", input: { order: { connect: { id: %[1]q } } }) { id } }`, true},
		"an order for another":             {sales, `mutation { createOrder(input: ` + order(5) + `) { id } }`, false},
		"orders, one for another":          {sales, `mutation { createOrders(inputs: [` + order(9) + `, ` + order(1) + `]) { id } }`, false},
		"an order given away":              {sales, `mutation { updateOrder(id: "` + id("Order", own) + `", input: { employee: { connect: { id: "` + id("Employee", 5) + `" } } }) { id } }`, false},
		"orders given away":                {sales, `mutation { updateOrders(where: { id: { eq: "` + id("Order", own) + `" } }, input: { employee: { connect: { id: "` + id("Employee", 1) + `" } } }) { id } }`, false},
		"one's own order deleted":          {sales, `mutation { deleteOrder(id: "` + id("Order", own) + `") { id } }`, false},
		"a price changed":                  {sales, `mutation { updateProduct(id: "` + id("Product", 1) + `", input: { unitPrice: "1" }) { id } }`, false},
		"one's salary raised":              {sales, `mutation { updateEmployee(id: "` + id("Employee", 9) + `", input: { salary: "99999" }) { id } }`, false},
		"a product by way of a line":       {sales, `mutation { updateOrderLine(id: "` + id("OrderLine", line) + `", input: { product: { update: { unitPrice: "1" } } }) { id } }`, false},
		"a customer by way of an order":    {sales, `mutation { updateOrder(id: "` + id("Order", own) + `", input: { customer: { update: { companyName: "x" } } }) { id } }`, false},
		"a customer made for an order":     {sales, `mutation { createOrder(input: { orderedAt: "2026-01-01T00:00:00Z", freight: "1", customer: { create: { code: "EVIL", companyName: "x" } }, employee: { connect: { id: "` + id("Employee", 9) + `" } } }) { id } }`, false},
		"an employee's orders taken":       {sales, `mutation { updateEmployee(id: "` + id("Employee", 9) + `", input: { orders: { connect: [{ id: %[1]q }] } }) { id } }`, false},
		"an order by way of its customer":  {manager, `mutation { updateCustomer(id: "` + id("Customer", 1) + `", input: { orders: { connect: [{ id: "` + id("Order", hidden) + `" }] } }) { id } }`, false},
		"an order made by way of customer": {manager, `mutation { updateCustomer(id: "` + id("Customer", 1) + `", input: { orders: { create: [{ orderedAt: "2026-01-01T00:00:00Z", freight: "1", employee: { connect: { id: "` + id("Employee", 3) + `" } } }] } }) { id } }`, false},
		"an order changed by its customer": {manager, `mutation { updateCustomer(id: "` + id("Customer", 85) + `", input: { orders: { update: [{ where: { id: "` + id("Order", hidden) + `" }, input: { freight: "1" } }] } }) { id } }`, false},
		"a line deleted by its product":    {manager, `mutation { updateProduct(id: "` + id("Product", 11) + `", input: { lines: { delete: [{ id: "` + id("OrderLine", foreignLine) + `" }] } }) { id } }`, false},
		"an order placed for another":      {sales, `mutation { placeOrder(input: { customer: "` + id("Customer", 1) + `", employee: "` + id("Employee", 1) + `", goods: [{ product: "` + id("Product", 1) + `", quantity: 1 }] }) { id } }`, false},
		"an order placed by an auditor":    {auditor, `mutation { placeOrder(input: { customer: "` + id("Customer", 1) + `", employee: "` + id("Employee", 4) + `", goods: [{ product: "` + id("Product", 1) + `", quantity: 1 }] }) { id } }`, false},
		"another's order shipped":          {sales, `mutation { shipOrder(id: %[1]q, shipper: "` + id("Shipper", 1) + `") { id } }`, true},
		"another's order cancelled":        {sales, `mutation { cancelOrder(id: %[1]q) { id } }`, true},
		"an order shipped by a manager":    {manager, `mutation { shipOrder(id: "` + id("Order", 11077) + `", shipper: "` + id("Shipper", 1) + `") { id } }`, false},
		"an order cancelled by an auditor": {auditor, `mutation { cancelOrder(id: "` + id("Order", 11077) + `") { id } }`, false},
		"stock filled by sales":            {sales, `mutation { restockProducts(goods: [{ product: "` + id("Product", 1) + `", quantity: 5 }]) { id } }`, false},
		"stock filled by an auditor":       {auditor, `mutation { restockProducts(goods: [{ product: "` + id("Product", 1) + `", quantity: 5 }]) { id } }`, false},
		"stock filled by nobody":           {&access.Viewer{}, `mutation { restockProducts(goods: [{ product: "` + id("Product", 1) + `", quantity: 5 }]) { id } }`, false},
		"two things, one of them allowed":  {sales, `mutation { a: updateOrder(id: "` + id("Order", own) + `", input: { freight: "3" }) { id } b: updateProduct(id: "` + id("Product", 1) + `", input: { unitPrice: "1" }) { id } }`, false},
		"a salary set by a manager":        {manager, `mutation { updateEmployee(id: "` + id("Employee", 3) + `", input: { salary: "1" }) { id } }`, false},
		"territories handed out":           {manager, `mutation { updateEmployee(id: "` + id("Employee", 3) + `", input: { territories: { set: [] } }) { id } }`, false},
	} {
		ask := func(order, line int) desktest.Response {
			query := strings.NewReplacer("%[1]q", `"`+id("Order", order)+`"`, "%[2]q", `"`+id("OrderLine", line)+`"`).Replace(c.format)
			return desk.DoAs(t, c.viewer, query, nil)
		}
		r := ask(hidden, foreignLine)
		if assert.NotEmpty(t, r.Errors, name) {
			for _, e := range r.Errors {
				assert.NotContains(t, e.Message, "no such field", name)
				assert.NotContains(t, e.Message, "Unknown", "%s is a test of nothing: %s", name, e.Message)
				assert.NotContains(t, e.Message, "Field ", "%s is a test of nothing: %s", name, e.Message)
			}
		}
		if c.twins {
			twin := strings.NewReplacer(id("Order", missing), id("Order", hidden), id("OrderLine", missing), id("OrderLine", foreignLine)).Replace(messages(ask(missing, missing)))
			assert.Equal(t, twin, messages(r), name)
		}
		if !assert.Equal(t, before, state(t, desk), name) {
			return
		}
	}
	// What is allowed works.
	for _, query := range []string{
		`mutation { createOrder(input: ` + order(9) + `) { id employee { id salary manager { salary } } } }`,
		fmt.Sprintf(`mutation { updateOrder(id: %q, input: { freight: "12.5" }) { freight } }`, id("Order", own)),
		fmt.Sprintf(`mutation { updateOrderLine(id: %q, input: { quantity: 7 }) { quantity } }`, id("OrderLine", line)),
		fmt.Sprintf(`mutation { createOrderLine(input: { quantity: 1, unitPrice: "1", discount: "0", order: { connect: { id: %q } }, product: { connect: { id: %q } } }) { id } }`, id("Order", own), id("Product", 77)),
	} {
		r := desk.DoAs(t, sales, query, nil)
		require.Empty(t, r.Errors, query)
		require.NotContains(t, r.Raw, `"15000"`, "the manager's salary")
	}
	require.Empty(t, desk.Do(t, fmt.Sprintf(`mutation { updateEmployee(id: %q, input: { salary: "20000" }) { salary } }`, id("Employee", 9)), nil).Errors)
}

func number(v []byte) (n int) {
	for _, b := range v {
		n = n<<8 | int(b)
	}
	return n
}

// The matrix of mutations: every role by every generated field that takes an id, for a row that is there and one that is
// not. Who may not write an entity changes nothing and learns nothing.
func TestMutationMatrix(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	sdl, err := graph.Schema()
	require.NoError(t, err)
	// may tells whether a role may do something with some row of an entity: the oracle.
	may := func(v *access.Viewer, entity, does string) bool {
		has := func(r string) bool { return slices.Contains(v.Roles, r) }
		switch entity {
		case "Order":
			return has("admin") || has("sales") && does == "update" && v.ID != ""
		case "OrderLine":
			return has("admin") || has("sales") && v.ID != ""
		case "Category", "Product", "Supplier", "Customer":
			return has("admin") || has("manager")
		}
		return has("admin")
	}
	before, cells := state(t, desk), 0
	for who, v := range viewers() {
		for _, f := range sdl.Mutation.Fields {
			does := "update"
			if strings.HasPrefix(f.Name, "delete") {
				does = "delete"
			}
			if f.Arguments.ForName("id") == nil || f.Arguments.ForName("id").Type.Name() != "ID" || !strings.HasPrefix(f.Name, does) {
				continue
			}
			entity := f.Type.Name()
			if may(v, entity, does) {
				continue // TestTrapMutationsAcrossTeams
			}
			for _, key := range []int{1, 2, 10248, 999999} {
				cells++
				input := ""
				if does == "update" {
					input = ", input: {}"
				}
				query := fmt.Sprintf(`mutation { x: %s(id: %q%s) { id } }`, f.Name, encoded(entity, key), input)
				r := desk.DoAs(t, v, query, nil)
				require.NotEmpty(t, r.Errors, "%s: %s", who, query)
				require.NotContains(t, r.Raw, encoded(entity, key))
				missing := desk.DoAs(t, v, strings.ReplaceAll(query, encoded(entity, key), encoded(entity, 888888)), nil)
				if denied := newWorldDenied(v, entity); denied {
					require.Equal(t, messages(missing), messages(r), "%s: %s", who, query)
				}
			}
		}
	}
	require.Equal(t, before, state(t, desk))
	t.Logf("%d cells", cells)
	require.Greater(t, cells, 500)
}

// newWorldDenied tells whether a viewer sees no row of an entity, so that every id has to look like none.
func newWorldDenied(v *access.Viewer, entity string) bool { return new(world).denied(v, entity) }
