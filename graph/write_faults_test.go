package graph_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"entgo.io/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/access"
	"cambium/engine/database"
	entregion "cambium/ent/region"
	"cambium/ent/schema"
	"cambium/internal/desktest"
)

// Trap: a pool of one deadlocks itself. Every shape of mutation and every operation of the desk works with one connection, also
// when two come at once.
func TestTrapMutationsWithAPoolOfOne(t *testing.T) {
	t.Parallel()
	full := desktest.Empty(t)
	goods(t, full)
	full.Client.Shipper.Create().SetCompanyName("Speedy").ExecX(desktest.Context(t))
	d := desktest.Over(t, full.URL, "DATABASE_MAX_CONNS=1")
	var both sync.WaitGroup
	for w := range 2 {
		both.Go(func() {
			n := 0
			keyed := func(name, query string, variables map[string]any) map[string]any {
				n++
				r := d.DoKeyed(t, fmt.Sprint(w, "-", n), query, variables)
				assert.Empty(t, r.Errors, name)
				data, _ := r.Data.(map[string]any)
				return data
			}
			v := map[string]any{"a": fmt.Sprint("a", w), "b": fmt.Sprint("b", w), "c": fmt.Sprint("c", w)}
			made := keyed("create", `mutation($a: String!) { createRegion(input: {name: $a}) { id } }`, v)["createRegion"]
			v["id"] = made.(map[string]any)["id"]
			for _, query := range []string{
				`mutation($b: String!, $c: String!) { createRegions(inputs: [{name: $b}, {name: $c, territories: {create: [{code: $c, name: "t"}]}}]) { id territories { totalCount } } }`,
				`mutation($id: ID!, $a: String!) { updateRegion(id: $id, input: {name: $a}, ifVersion: 1) { name } }`,
				`mutation($a: String!, $b: String!) { updateRegions(where: {name: {in: [$a, $b]}}, input: {territories: {create: []}}, atMost: 2) { id } }`,
				`mutation($id: ID!, $a: String!) { updateRegionsEach(inputs: [{id: $id, input: {name: $a}}]) { id } }`,
				`mutation($a: String!) { upsertRegion(input: {name: $a}) { created node { id territories { totalCount } } } }`,
				`mutation($a: String!, $c: String!) { upsertRegions(inputs: [{name: $a}, {name: $c}]) { created node { name } } }`,
				`mutation($id: ID!) { deleteRegion(id: $id) { name territories { totalCount } } }`,
				`mutation($b: String!) { deleteRegions(where: {name: {eq: $b}}) { id } }`,
			} {
				keyed(query, query, v)
			}
			placed, _ := keyed("place", place, placing(3))["placeOrder"].(map[string]any)
			ship, _ := keyed("place again", place, placing(2))["placeOrder"].(map[string]any)
			keyed("cancel", `mutation($id: ID!) { cancelOrder(id: $id) { id total lines { totalCount } } }`, placed)
			keyed("ship", `mutation($id: ID!, $s: ID!) { shipOrder(id: $id, shipper: $s) { id } }`, map[string]any{"id": ship["id"], "s": id("Shipper", 1)})
			keyed("restock", `mutation($g: [GoodsInput!]!) { restockProducts(goods: $g) { unitsInStock } }`, map[string]any{"g": placing(3)["g"]})
			nested := keyed("nested", `mutation($a: String!, $e: ID!) { createCustomer(input: {code: $a, companyName: $a, orders: {create: [
				{orderedAt: "2026-01-01T00:00:00Z", freight: "1", employee: {connect: {id: $e}}}]}}) { id orders { nodes { id total } } } }`,
				map[string]any{"a": v["a"], "e": id("Employee", 1)})["createCustomer"].(map[string]any)
			keyed("nested update", `mutation($id: ID!, $e: ID!) { updateCustomer(id: $id, input: {orders: {create: [
				{orderedAt: "2026-01-02T00:00:00Z", freight: "1", employee: {connect: {id: $e}}}]}}) { orders { totalCount } } }`,
				map[string]any{"id": nested["id"], "e": id("Employee", 1)})
			sales := d.DoAs(t, &access.Viewer{ID: "1", Roles: []string{schema.RoleSales}}, place, placing(1)) // whose rows are looked at again
			assert.Empty(t, sales.Errors)
		})
	}
	both.Wait()
	assert.Zero(t, d.DB.Stats().Acquired)
}

// Trap: a serialization failure or a deadlock reaches the client, or runs a part of the operation again. Here the whole
// operation is run again, what is to be done after its commit is done once, and the answer is that of the last try.
func TestTrapConflictsRunTheOperationAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		d := desktest.Empty(t)
		tries, told := map[string]int{}, map[string]int{}
		d.Client.Region.Use(func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				name, _ := m.Field("name")
				tries[name.(string)]++
				database.AfterCommit(ctx, func(context.Context) { told[name.(string)]++ })
				if name == "B" && tries["B"] < 3 {
					_, err := d.DB.Exec(ctx, "DO $$ BEGIN RAISE SQLSTATE '"+code+"'; END $$")
					return nil, err
				}
				return next.Mutate(ctx, m)
			})
		})
		data := d.DoKeyed(t, "k", `mutation { a: createRegion(input: {name: "A"}) { name } b: createRegion(input: {name: "B"}) { name } c: createRegion(input: {name: "C"}) { name } }`, nil)
		require.Empty(t, data.Errors, code)
		assert.Equal(t, `{"a":{"name":"A"},"b":{"name":"B"},"c":{"name":"C"}}`, data.Raw, code)
		assert.Equal(t, map[string]int{"A": 3, "B": 3, "C": 1}, tries, code)
		assert.Equal(t, map[string]int{"A": 1, "B": 1, "C": 1}, told, code)
		assert.Equal(t, 3, d.Client.Region.Query().CountX(desktest.Context(t)), code)
	}
}

// Two operations that lock the same rows in opposite order: PostgreSQL ends one of them, which is run again as a whole.
func TestDeadlockOfTwoOperations(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	ctx := desktest.Context(t)
	a, b := d.Client.Region.Create().SetName("A").SaveX(ctx).ID, d.Client.Region.Create().SetName("B").SaveX(ctx).ID
	var have, meet sync.WaitGroup
	have.Add(2)
	first := sync.Map{}
	d.Client.Region.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if name, _ := m.Field("name"); err == nil {
				if _, met := first.LoadOrStore(name, true); !met && (name == "A1" || name == "B2") {
					have.Done()
					have.Wait() // each has its first row
				}
			}
			return v, err
		})
	})
	const both = `mutation($x: ID!, $y: ID!, $n: String!, $m: String!) { x: updateRegion(id: $x, input: {name: $n}) { name } y: updateRegion(id: $y, input: {name: $m}) { name } }`
	for _, v := range []map[string]any{
		{"x": id("Region", a), "y": id("Region", b), "n": "A1", "m": "B1"},
		{"x": id("Region", b), "y": id("Region", a), "n": "B2", "m": "A2"},
	} {
		meet.Go(func() {
			r := d.Do(t, both, v)
			assert.Empty(t, r.Errors)
			assert.JSONEq(t, fmt.Sprintf(`{"x":{"name":%q},"y":{"name":%q}}`, v["n"], v["m"]), r.Raw)
		})
	}
	meet.Wait()
	assert.EqualValues(t, 3, d.Client.Region.GetX(ctx, a).Version)
	assert.EqualValues(t, 3, d.Client.Region.GetX(ctx, b).Version)
}

// Attack: a field that only some may write is given through every input that leads to it, by viewers who are not among them.
// It is refused by its place before anything runs, wherever it stands, also as null and beside what is allowed.
func TestAttackFieldsThatOthersMayWrite(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	goods(t, d)
	ctx := desktest.Context(t)
	d.Client.Employee.Create().SetFirstName("Andrew").SetLastName("Fuller").SetManagerID(1).ExecX(ctx)
	before := state(t, d)
	self, other := id("Employee", 1), id("Employee", 2)
	const person = `firstName: "E", lastName: "V", salary: "1"`
	for field, mutation := range map[string]string{
		"input.salary":                                  `createEmployee(input: {` + person + `}) { id }`,
		"inputs[0].salary":                              `createEmployees(inputs: [{` + person + `}]) { id }`,
		"input.reports.create[0].salary":                `createEmployee(input: {firstName: "E", lastName: "V", reports: {create: [{` + person + `}]}}) { id }`,
		"input.manager.create.salary":                   `updateEmployee(id: "` + self + `", input: {title: "x", manager: {create: {` + person + `}}}) { id }`,
		"input.manager.update.salary":                   `updateEmployee(id: "` + other + `", input: {manager: {update: {salary: null}}}) { id }`,
		"input.manager.upsert.create.salary":            `updateEmployee(id: "` + other + `", input: {manager: {upsert: {create: {` + person + `}, update: {}}}}) { id }`,
		"input.manager.upsert.update.salary":            `updateEmployee(id: "` + other + `", input: {manager: {upsert: {create: {firstName: "E", lastName: "V"}, update: {salary: "1"}}}}) { id }`,
		"input.reports.update[0].input.salary":          `updateEmployee(id: "` + self + `", input: {reports: {update: [{where: {id: "` + other + `"}, input: {salary: "1"}}]}}) { id }`,
		"input.reports.upsert[0].update.salary":         `updateEmployee(id: "` + self + `", input: {reports: {upsert: [{where: {id: "` + other + `"}, create: {firstName: "E", lastName: "V"}, update: {salary: "1"}}]}}) { id }`,
		"inputs[0].input.salary":                        `updateEmployeesEach(inputs: [{id: "` + self + `", input: {salary: "1"}}]) { id }`,
		"input.employee.create.salary":                  `createOrder(input: {orderedAt: "2026-01-01T00:00:00Z", freight: "1", customer: {connect: {code: "ALFKI"}}, employee: {create: {` + person + `}}}) { id }`,
		"input.orders.create[0].employee.create.salary": `createCustomer(input: {code: "X", companyName: "X", orders: {create: [{orderedAt: "2026-01-01T00:00:00Z", freight: "1", employee: {create: {` + person + `}}}]}}) { id }`,
	} {
		for _, role := range []string{schema.RoleManager, schema.RoleSales, schema.RoleAuditor} {
			r := d.DoAs(t, &access.Viewer{ID: "1", Roles: []string{role}}, "mutation { "+mutation+" }", nil)
			assert.Contains(t, faultsOf(r.Errors), "FORBIDDEN "+field+": is not for the viewer to give", "%s: %s", role, mutation)
			assert.Nil(t, r.Data, mutation)
		}
	}
	where := d.DoAs(t, &access.Viewer{ID: "1", Roles: []string{schema.RoleManager}}, `mutation { updateEmployees(where: {lastName: {eq: "Davolio"}}, input: {salary: "1"}) { id } }`, nil)
	assert.Equal(t, []string{"FORBIDDEN input.salary: is not for the viewer to give"}, faultsOf(where.Errors))
	assert.Equal(t, before, state(t, d))
	d.Data(t, `mutation { updateEmployee(id: "`+self+`", input: {salary: "12.50"}) { salary } }`, nil)
}

// Trap: a row that is there when it is looked for, and gone when it is written. An upsert creates it then, and an input that names
// it is told that it is missing.
func TestTrapUpsertOfARowThatGoes(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	ctx := desktest.Context(t)
	for _, c := range []struct{ query, missing string }{
		{`mutation { upsertRegions(inputs: [{name: "goes"}, {name: "other"}]) { node { name } } }`, ""},
		{`mutation { upsertRegion(input: {name: "goes", territories: {create: [{code: "1", name: "one"}]}}) { node { name } } }`, ""},
		{`mutation($id: ID!) { updateRegion(id: $id, input: {name: "stays"}) { name } }`, "NOT_FOUND id: there is no such row"},
	} {
		region := d.Client.Region.Create().SetName("goes").SaveX(ctx).ID
		gone, answered := make(chan struct{}), make(chan struct{})
		var deletion sync.WaitGroup
		deletion.Go(func() {
			assert.NoError(t, d.DB.WithTx(ctx, func(tx context.Context) error {
				if _, err := d.DB.Exec(tx, "DELETE FROM regions WHERE id = $1", region); err != nil {
					return err
				}
				close(gone)
				return untilOneWaits(ctx, d.DB, answered)
			}))
		})
		<-gone
		r := d.Do(t, c.query, map[string]any{"id": id("Region", region)})
		close(answered)
		deletion.Wait()
		if c.missing != "" {
			assert.Equal(t, []string{c.missing}, faultsOf(r.Errors))
			continue
		}
		require.Empty(t, r.Errors)
		assert.Equal(t, 1, d.Client.Region.Query().Where(entregion.Name("goes")).CountX(ctx))
		_, err := d.DB.Exec(ctx, "TRUNCATE regions, territories CASCADE")
		require.NoError(t, err)
	}
}

// untilOneWaits returns when a statement waits for a lock, or fails when what was to wait has its answer. It is not for the
// context of a transaction, whose view of what runs is of one moment.
func untilOneWaits(ctx context.Context, db *database.DB, answered <-chan struct{}) error {
	for {
		waits := false
		err := db.Query(ctx, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`, nil, func(v [][]byte) error {
			waits = v[0][0] == 1
			return nil
		})
		if err != nil || waits {
			return err
		}
		select {
		case <-answered:
			return errors.New("there was nothing to wait for")
		case <-time.After(5 * time.Millisecond):
		}
	}
}
