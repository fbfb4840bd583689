package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/access"
	"cambium/ent/schema"
	"cambium/internal/desktest"
)

// Trap: hidden fields filterable, and edge filters bypass policy. In the stock stack a hidden value was found by bisection:
// by filters, counts, orders, cursors and errors. Here the attacker learns nothing: whatever a hidden value is, all answers
// are the same bytes.
func TestBlindExtraction(t *testing.T) {
	t.Parallel()
	attacker := &access.Viewer{ID: "9", Roles: []string{schema.RoleSales}} // reports to 5, who reports to 2
	one, other := desktest.Northwind(t), desktest.Northwind(t)
	// The two databases differ in nothing but what the attacker may not know.
	secrets := []string{
		`UPDATE employees SET salary = SALARY WHERE id <> 9`,
		`UPDATE orders SET freight = freight + MORE, ship_country = 'COUNTRY', shipped_at = SHIPPED WHERE employee_id <> 9`,
		`UPDATE order_lines SET quantity = quantity + MORE FROM orders WHERE orders.id = order_id AND employee_id <> 9`,
	}
	for desk, with := range map[*desktest.Desk]*strings.Replacer{
		one:   strings.NewReplacer("SALARY", "1000 * id", "MORE", "0", "COUNTRY", "Utopia", "SHIPPED", "now()"),
		other: strings.NewReplacer("SALARY", "77777 - id", "MORE", "12", "COUNTRY", "Erewhon", "SHIPPED", "NULL"),
	} {
		for _, statement := range secrets {
			_, err := desk.DB.Exec(t.Context(), with.Replace(statement))
			require.NoError(t, err)
		}
	}
	asked, told := 0, map[string]bool{}
	for query := range extractions() {
		asked++
		a, b := one.DoAs(t, attacker, query, nil), other.DoAs(t, attacker, query, nil)
		require.Equal(t, said(a), said(b), query)
		told[a.Raw] = true
	}
	t.Logf("%d questions, 0 bits", asked)
	require.Greater(t, asked, 300)
	require.Greater(t, len(told), 10, "the questions are not all answered alike")
	// The same questions tell the administrator the databases apart.
	bits := 0
	for query := range extractions() {
		if said(one.Do(t, query, nil)) != said(other.Do(t, query, nil)) {
			bits++
		}
	}
	require.Greater(t, bits, 150)
}

// said is all that a response says. Cursors are signed with a key of the test's, which both desks share.
func said(r desktest.Response) string { return r.Raw + r.Errors.Error() }

// extractions are questions about values that are hidden.
func extractions() map[string]bool {
	found := make(map[string]bool)
	add := func(format string, args ...any) { found[fmt.Sprintf(format, args...)] = true }
	hidden := encoded("Order", 10248) // taken by 5
	conditions := []string{
		`{ freight: { gt: "30" } }`, `{ shipCountry: { startsWith: "U" } }`, `{ shipCountry: { eq: "Utopia" } }`, `{ shippedAt: { isNull: true } }`,
		`{ status: { eq: SHIPPED } }`, `{ total: { gt: "500" } }`, `{ lines: { some: { quantity: { gt: 20 } } } }`, `{ lines: { count: { gt: 2 } } }`,
		`{ id: { eq: "` + hidden + `" } }`, `{ employee: { lastName: { eq: "Buchanan" } } }`, `{ not: { freight: { lt: "30" } } }`,
		`{ lines: { every: { amount: { gt: "100" } } } }`,
	}
	for n := range 10 { // bisection
		conditions = append(conditions, fmt.Sprintf(`{ freight: { gte: "%d" } }`, 1<<n))
		add(`{ employees(where: { salary: { gt: "%d" } }) { totalCount nodes { lastName } } }`, 1<<(n+7))
		add(`{ employees(where: { manager: { salary: { lt: "%d" } } }) { totalCount } }`, 1<<(n+7))
		add(`{ employees(where: { reports: { some: { salary: { gt: "%d" } } } }) { totalCount } }`, 1<<(n+7))
	}
	for _, c := range conditions {
		add(`{ orders(where: %s, first: 5) { totalCount nodes { id } } }`, c)
		add(`{ ordersAggregate(where: %s) { count sum { freight } } }`, c)
		add(`{ customers(where: { orders: { some: %s } }, first: 5) { totalCount nodes { code } } }`, c)
		add(`{ customers(where: { orders: { none: %s } }) { totalCount } }`, c)
		add(`{ customers(where: { orders: { every: %s } }) { totalCount } }`, c)
		add(`{ employees(where: { orders: { some: %s } }) { totalCount nodes { lastName } } }`, c)
		add(`{ shippers { nodes { companyName orders(where: %s, first: 3) { totalCount nodes { id } } ordersAggregate(where: %s) { count } } } }`, c, c)
		add(`{ products(where: { lines: { some: { order: %s } } }, first: 5) { totalCount nodes { name } } }`, c)
		add(`{ productsAggregate(where: { lines: { some: { order: %s } } }, groupBy: [{ category: { name: true } }]) { count group { category { name } } } }`, c)
		add(`{ orderLines(where: { order: %s }, first: 3) { totalCount edges { cursor node { id quantity } } } }`, c)
	}
	for _, by := range []string{
		`{ freight: DESC }`, `{ freight: ASC }`, `{ shipCountry: ASC }`, `{ shippedAt: DESC_NULLS_FIRST }`, `{ total: DESC }`, `{ status: ASC }`,
		`{ lines: { count: DESC } }`, `{ employee: { salary: DESC } }`, `{ employee: { lastName: ASC } }`,
	} {
		add(`{ orders(first: 10, orderBy: [%s]) { edges { cursor node { id freight } } pageInfo { hasNextPage endCursor } } }`, by)
		add(`{ orders(last: 10, orderBy: [%s]) { edges { cursor node { id } } pageInfo { hasPreviousPage startCursor } } }`, by)
	}
	for _, by := range []string{`{ salary: ASC }`, `{ salary: DESC_NULLS_LAST }`, `{ orders: { count: DESC } }`, `{ manager: { salary: DESC } }`} {
		add(`{ employees(orderBy: [%s]) { edges { cursor node { lastName salary manager { salary } } } } }`, by)
	}
	for _, by := range []string{`{ shipCountry: true }`, `{ status: true }`, `{ shippedAt: MONTH }`, `{ employee: { lastName: true } }`, `{ employee: { salary: true } }`, `{ customer: { country: true } }`} {
		add(`{ ordersAggregate(first: 100, groupBy: [%s]) { count sum { freight } min { freight } max { freight } avg { freight } } }`, by)
		add(`{ ordersAggregate(first: 100, groupBy: [%s], having: { sum: { freight: { gt: "1000" } } }) { count } }`, by)
		add(`{ ordersAggregate(first: 3, groupBy: [%s], orderBy: [{ max: { freight: DESC } }]) { count } }`, by)
	}
	for _, f := range []string{"sum", "avg", "min", "max"} {
		add(`{ employeesAggregate { %s { salary } } }`, f)
		add(`{ employeesAggregate(groupBy: [{ city: true }], having: { %s: { salary: { gt: "10" } } }) { count } }`, f)
		add(`{ employees { nodes { reportsAggregate { %s { salary } } } } }`, f)
		add(`{ customers(first: 100) { nodes { ordersAggregate { %s { freight } } } } }`, f)
	}
	add(`{ overdueOrders(first: 100) { id freight } }`)
	for id := 10248; id < 10300; id++ {
		add(`{ node(id: %q) { ... on Order { freight total daysLate } } order(id: %q) { shipCountry } nodes(ids: [%q]) { id } }`,
			encoded("Order", id), encoded("Order", id), encoded("Order", id))
	}
	return found
}

// What hidden and missing cost differs by less than the noise of one machine: see docs/security.md.
func TestHiddenAndMissingTakeTheSameTime(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	attacker := &access.Viewer{ID: "9", Roles: []string{schema.RoleSales}}
	median := func(id string) time.Duration {
		const rounds = 300
		took := make([]time.Duration, rounds)
		query := fmt.Sprintf(`{ node(id: %q) { id } }`, id)
		for i := range took {
			start := time.Now()
			desk.DoAs(t, attacker, query, nil)
			took[i] = time.Since(start)
		}
		slices.Sort(took)
		return took[rounds/2]
	}
	hidden, missing := encoded("Order", 10248), encoded("Order", 999999)
	median(hidden) // warm
	best := time.Hour
	for range 5 { // the machine is shared: the quietest comparison counts
		best = min(best, (median(hidden) - median(missing)).Abs())
	}
	t.Logf("the medians differ by %v", best)
	require.Less(t, best, 250*time.Microsecond)
}
