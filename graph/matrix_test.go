package graph_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/access"
	"cambium/engine/read"
	"cambium/ent/schema"
	"cambium/internal/desktest"
	"cambium/trade"
)

// viewers are those of the matrix: each role at each place of the organisation that makes a difference.
func viewers() map[string]*access.Viewer {
	v := func(id string, roles ...string) *access.Viewer { return &access.Viewer{ID: id, Roles: roles} }
	return map[string]*access.Viewer{
		"admin":                    v("8", schema.RoleAdmin),
		"manager":                  v("3", schema.RoleManager),
		"auditor":                  v("4", schema.RoleAuditor),
		"sales at the top":         v("2", schema.RoleSales),
		"sales in the middle":      v("5", schema.RoleSales),
		"sales at the bottom":      v("9", schema.RoleSales),
		"sales and auditor":        v("9", schema.RoleSales, schema.RoleAuditor),
		"sales who is no employee": v("77", schema.RoleSales),
		"sales with an odd id":     v("5 OR 1=1", schema.RoleSales),
		"no role":                  v("5"),
		"another role":             v("5", "Sales", "admin "),
		"anonymous":                {},
		"anonymous with a role":    {Roles: []string{schema.RoleSales}},
	}
}

// world is the plain truth: all rows, and who may see which. It shares nothing with the policies.
type world struct {
	entities []*read.Entity
	rows     map[string][]map[string]any // by table
	boss     map[string]string           // by employee
}

func newWorld(t *testing.T, desk *desktest.Desk) *world {
	t.Helper()
	w := &world{desk.Client.ReadModel(trade.Batch(time.Now)), map[string][]map[string]any{}, map[string]string{}}
	load := func(table string) {
		if w.rows[table] != nil {
			return
		}
		err := desk.DB.Query(t.Context(), fmt.Sprintf(`SELECT to_json(t) FROM %q AS t`, table), nil, func(values [][]byte) error {
			d := json.NewDecoder(bytes.NewReader(values[0]))
			d.UseNumber()
			row := map[string]any{}
			w.rows[table] = append(w.rows[table], row)
			return d.Decode(&row)
		})
		require.NoError(t, err)
	}
	for _, e := range w.entities {
		load(e.Table)
		for _, x := range e.Edges {
			if x.Join != nil {
				load(x.Join.Table)
			}
		}
	}
	for _, e := range w.rows["employees"] {
		w.boss[fmt.Sprint(e["id"])] = fmt.Sprint(e["manager_id"])
	}
	return w
}

func (w *world) entity(name string) *read.Entity {
	return w.entities[slices.IndexFunc(w.entities, func(e *read.Entity) bool { return e.Name == name })]
}

// inTeam tells whether an employee is the viewer or reports to the viewer, at any depth.
func (w *world) inTeam(v *access.Viewer, employee any) bool {
	at := fmt.Sprint(employee)
	for range len(w.boss) {
		if at == v.ID && v.ID != "" {
			return true
		}
		at = w.boss[at]
	}
	return false
}

// denied tells whether a viewer may see nothing of an entity.
func (w *world) denied(v *access.Viewer, entity string) bool {
	switch entity {
	case "Order", "OrderLine":
		for _, r := range []string{"admin", "manager", "auditor", "sales"} {
			if slices.Contains(v.Roles, r) {
				return false
			}
		}
		return true
	}
	return v.ID == ""
}

// sees tells whether a viewer may see a row.
func (w *world) sees(v *access.Viewer, entity string, row map[string]any) bool {
	if w.denied(v, entity) {
		return false
	}
	all := slices.ContainsFunc(v.Roles, func(r string) bool { return r == "admin" || r == "manager" || r == "auditor" })
	switch entity {
	case "Order":
		return all || w.inTeam(v, row["employee_id"])
	case "OrderLine":
		for _, o := range w.rows["orders"] {
			if o["id"] == row["order_id"] {
				return all || w.inTeam(v, o["employee_id"])
			}
		}
	}
	return true
}

func (w *world) idOf(e *read.Entity, row map[string]any) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", e.Name, row[e.Key.Column]))
}

// visible returns the ids of the rows that a viewer may see.
func (w *world) visible(v *access.Viewer, e *read.Entity) map[string]bool {
	ids := make(map[string]bool)
	for _, row := range w.rows[e.Table] {
		if w.sees(v, e.Name, row) {
			ids[w.idOf(e, row)] = true
		}
	}
	return ids
}

// beyond returns the rows at the far side of an edge.
func (w *world) beyond(x read.Edge, row map[string]any) (far []map[string]any) {
	for _, candidate := range w.rows[w.entity(x.Target).Table] {
		if x.Join == nil {
			if row[x.From] != nil && row[x.From] == candidate[x.To] {
				far = append(far, candidate)
			}
			continue
		}
		for _, pair := range w.rows[x.Join.Table] {
			if pair[x.Join.From] == row[x.From] && pair[x.Join.To] == candidate[x.To] {
				far = append(far, candidate)
			}
		}
	}
	return far
}

// cells asserts the matrix.
type cells struct {
	*testing.T

	desk *desktest.Desk
	*world
	viewer *access.Viewer
	who    string
	n      *int
}

// data runs an operation for the viewer: what is denied has to be denied, with nothing in its place.
func (c *cells) data(query string, denied bool) map[string]any {
	c.Helper()
	*c.n++
	r := c.desk.DoAs(c, c.viewer, query, nil)
	if !denied {
		require.Empty(c, r.Errors, "%s: %s", c.who, query)
		return r.Data.(map[string]any)
	}
	require.Len(c, r.Errors, 1, "%s: %s", c.who, query)
	if object, ok := r.Data.(map[string]any); ok {
		for name, value := range object {
			require.Nil(c, value, "%s: %s: %s", c.who, query, name)
		}
	}
	return nil
}

func nodesOf(connection any) (ids []string) {
	for _, n := range connection.(map[string]any)["nodes"].([]any) {
		ids = append(ids, n.(map[string]any)["id"].(string))
	}
	return ids
}

// The matrix: every role by every entity by every way in which an operation can touch a row. What comes back is compared
// with the plain rows; an entity that is denied answers nothing on any way.
func TestAccessMatrix(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	fill(t, desk)
	w := newWorld(t, desk)
	n := 0
	for who, v := range viewers() {
		for _, e := range w.entities {
			c := &cells{t, desk, w, v, who, &n}
			denied := w.denied(v, e.Name)
			visible := w.visible(v, e)
			c.named(e, denied, visible)
			c.lists(e, denied, visible)
			c.orders(e, denied, visible)
			c.groups(e, denied, visible)
			for _, x := range e.Edges {
				c.edge(e, x, denied)
			}
		}
	}
	t.Logf("%d cells", n)
	require.Greater(t, n, 5000)
}

// fill gives everybody a salary, and every column of what is hidden from somebody a value to find.
func fill(t *testing.T, desk *desktest.Desk) {
	t.Helper()
	_, err := desk.DB.Exec(t.Context(), `UPDATE employees SET salary = 10000 + 1000 * id`)
	require.NoError(t, err)
}

// sample returns ids of rows that the viewer sees and of rows that the viewer does not.
func (c *cells) sample(e *read.Entity, visible map[string]bool) (ids []string) {
	const each = 5
	shown, hidden := 0, 0
	for i, row := range c.rows[e.Table] {
		id := c.idOf(e, row)
		switch {
		case i%7 != 0 && len(c.rows[e.Table]) > 2*each: // from all over the table
		case visible[id] && shown < each:
			shown++
			ids = append(ids, id)
		case !visible[id] && hidden < each:
			hidden++
			ids = append(ids, id)
		}
	}
	return ids
}

// named: node, nodes, the lookup by id, a filter by id; and the same bytes for what is hidden and what is not there.
func (c *cells) named(e *read.Entity, denied bool, visible map[string]bool) {
	missing := base64.RawURLEncoding.EncodeToString([]byte(e.Name + ":987654321"))
	answers := func(id string) []string {
		lookup := e.Lookups[0].Name
		var raw []string
		for _, query := range []string{
			`{ x: node(id: %q) { id } }`, `{ x: nodes(ids: [%q]) { id __typename } }`, `{ x: ` + lookup + `(id: %q) { id } }`,
			`{ x: ` + e.Connection + `(where: { id: { in: [%q] } }) { totalCount nodes { id } } }`,
			`{ x: ` + e.Aggregate + `(where: { id: { eq: %q } }) { count } }`,
		} {
			query = fmt.Sprintf(query, id)
			c.data(query, denied)
			r := c.desk.DoAs(c, c.viewer, query, nil)
			raw = append(raw, r.Raw+r.Errors.Error())
		}
		return raw
	}
	absent := answers(missing)
	for _, id := range c.sample(e, visible) {
		got := answers(id)
		if !visible[id] {
			require.Equal(c, absent, got, "%s: hidden and missing differ: %s", c.who, id)
			continue
		}
		for i := range got {
			require.NotEqual(c, absent[i], got[i], "%s: %s", c.who, id)
		}
	}
}

// lists: every page, the count, the search, the aggregate's count.
func (c *cells) lists(e *read.Entity, denied bool, visible map[string]bool) {
	seen, after := make(map[string]bool), "null"
	for {
		query := fmt.Sprintf(`{ x: %s(first: 100, after: %s) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`, e.Connection, after)
		data := c.data(query, denied)
		if denied {
			break
		}
		page := data["x"].(map[string]any)
		require.EqualValues(c, len(visible), page["totalCount"], "%s: %s", c.who, query)
		for _, id := range nodesOf(page) {
			seen[id] = true
		}
		info := page["pageInfo"].(map[string]any)
		if info["hasNextPage"] == false {
			break
		}
		after = fmt.Sprintf("%q", info["endCursor"])
	}
	require.Equal(c, visible, seen, "%s: %s", c.who, e.Name)
	if data := c.data(fmt.Sprintf(`{ x: %s { count } }`, e.Aggregate), denied); data != nil {
		require.EqualValues(c, len(visible), data["x"].([]any)[0].(map[string]any)["count"], "%s: %s", c.who, e.Name)
	}
	if e.Search != "" {
		data := c.data(fmt.Sprintf(`{ x: %s(search: "a OR e OR the OR Germany OR box", first: 100) { nodes { id } } }`, e.Connection), denied)
		if !denied {
			for _, id := range nodesOf(data["x"]) {
				require.True(c, visible[id], "%s: search: %s", c.who, id)
			}
		}
	}
}

// private tells whether the viewer may read a field of no row.
func (c *cells) private(f read.Field) bool {
	return f.Guard != nil && !slices.ContainsFunc(f.Guard.Roles, func(r string) bool { return c.viewer.Has(r) }) && c.viewer.ID == ""
}

// orders: the first rows in the order of each field.
func (c *cells) orders(e *read.Entity, denied bool, visible map[string]bool) {
	for _, f := range e.Fields {
		if f.Kind == read.JSON || f.Kind == read.Bytes {
			continue
		}
		for _, direction := range []string{"ASC", "DESC"} {
			query := fmt.Sprintf(`{ x: %s(first: 100, orderBy: [{ %s: %s }]) { nodes { id } } }`, e.Connection, f.Name, direction)
			data := c.data(query, denied || c.private(f))
			if data == nil {
				continue
			}
			ids := nodesOf(data["x"])
			require.Len(c, ids, min(100, len(visible)), "%s: %s", c.who, query)
			for _, id := range ids {
				require.True(c, visible[id], "%s: %s: %s", c.who, query, id)
			}
		}
	}
}

// groups: the rows of all groups of each field.
func (c *cells) groups(e *read.Entity, denied bool, visible map[string]bool) {
	for _, f := range e.Fields {
		by := "true"
		if f.Kind == read.Time || f.Kind == read.Date {
			by = "YEAR"
		}
		const most = 100
		query := fmt.Sprintf(`{ x: %s(first: %d, groupBy: [{ %s: %s }]) { count group { %s } } }`, e.Aggregate, most, f.Name, by, f.Name)
		data := c.data(query, denied || c.private(f))
		if data == nil {
			continue
		}
		groups, sum := data["x"].([]any), 0
		for _, g := range groups {
			sum += int(g.(map[string]any)["count"].(float64))
		}
		if len(groups) < most {
			require.Equal(c, len(visible), sum, "%s: %s", c.who, query)
		}
		require.LessOrEqual(c, sum, len(visible), "%s: %s", c.who, query)
	}
}

// edge: what is beyond it, how many, and what can be asked about it.
func (c *cells) edge(e *read.Entity, x read.Edge, denied bool) {
	far := c.entity(x.Target)
	denied = denied || c.denied(c.viewer, x.Target)
	selection := x.Name + ` { id }`
	if !x.Unique {
		selection = x.Name + `(first: 100) { totalCount nodes { id } } ` + x.Aggregate + ` { count }`
	}
	data := c.data(fmt.Sprintf(`{ x: %s(first: 20) { nodes { id %s } } }`, e.Connection, selection), denied)
	near := make(map[string]map[string]any)
	for _, row := range c.rows[e.Table] {
		near[c.idOf(e, row)] = row
	}
	if data != nil {
		for _, n := range data["x"].(map[string]any)["nodes"].([]any) {
			node := n.(map[string]any)
			wanted := make(map[string]bool)
			for _, row := range c.beyond(x, near[node["id"].(string)]) {
				if c.sees(c.viewer, far.Name, row) {
					wanted[c.idOf(far, row)] = true
				}
			}
			c.farSide(x, node, wanted)
		}
	}
	c.across(e, x, far, denied)
}

func (c *cells) farSide(x read.Edge, node map[string]any, wanted map[string]bool) {
	*c.n++
	if x.Unique {
		if node[x.Name] == nil {
			require.Empty(c, wanted, "%s: %s of %s", c.who, x.Name, node["id"])
			return
		}
		require.True(c, wanted[node[x.Name].(map[string]any)["id"].(string)], "%s: %s of %s", c.who, x.Name, node["id"])
		return
	}
	list := node[x.Name].(map[string]any)
	require.EqualValues(c, len(wanted), list["totalCount"], "%s: %s of %s", c.who, x.Name, node["id"])
	require.EqualValues(c, len(wanted), node[x.Aggregate].([]any)[0].(map[string]any)["count"], "%s: %s of %s", c.who, x.Name, node["id"])
	ids := nodesOf(list)
	require.Len(c, ids, min(100, len(wanted)))
	for _, id := range ids {
		require.True(c, wanted[id], "%s: %s of %s: %s", c.who, x.Name, node["id"], id)
	}
}

// across: filters and orders that go over the edge tell of rows that are hidden what they tell of rows that are not there.
func (c *cells) across(e *read.Entity, x read.Edge, far *read.Entity, denied bool) {
	visible := c.visible(c.viewer, far)
	for _, id := range c.sample(far, visible) {
		condition := fmt.Sprintf(`{ id: { eq: %q } }`, id)
		filters := []string{fmt.Sprintf(`{ %s: %s }`, x.Name, condition)}
		if !x.Unique {
			filters = []string{
				fmt.Sprintf(`{ %s: { some: %s } }`, x.Name, condition),
				fmt.Sprintf(`{ not: { %s: { none: %s } } }`, x.Name, condition),
				fmt.Sprintf(`{ not: { %s: { every: { not: %s } } } }`, x.Name, condition),
			}
		}
		for _, filter := range filters {
			query := fmt.Sprintf(`{ x: %s(where: %s) { totalCount } }`, e.Connection, filter)
			data := c.data(query, denied)
			if data != nil && !visible[id] {
				require.EqualValues(c, 0, data["x"].(map[string]any)["totalCount"], "%s: %s", c.who, query)
			}
		}
	}
	order := fmt.Sprintf(`{ %s: { id: DESC } }`, x.Name)
	if !x.Unique {
		order = fmt.Sprintf(`{ %s: { count: DESC } }`, x.Name)
	}
	c.data(fmt.Sprintf(`{ x: %s(first: 5, orderBy: [%s]) { nodes { id } } }`, e.Connection, order), denied)
	if x.Unique {
		return
	}
	// The counts by which lists are ordered and filtered are those of what the viewer sees.
	seen := 0
	for _, row := range c.rows[e.Table] {
		if !c.sees(c.viewer, e.Name, row) {
			continue
		}
		if slices.ContainsFunc(c.beyond(x, row), func(r map[string]any) bool { return c.sees(c.viewer, far.Name, r) }) {
			seen++
		}
	}
	if data := c.data(fmt.Sprintf(`{ x: %s(where: { %s: { count: { gt: 0 } } }) { totalCount } }`, e.Connection, x.Name), denied); data != nil {
		require.EqualValues(c, seen, data["x"].(map[string]any)["totalCount"], "%s: %s of %s", c.who, x.Name, e.Name)
	}
}

// A private field, by everything that can be done with it, for each viewer: what the oracle says, null, or FORBIDDEN.
func TestPrivateFieldMatrix(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	fill(t, desk)
	for who, v := range viewers() {
		if v.ID == "" {
			continue // sees no employee: TestAccessMatrix
		}
		salary := func(id int) any {
			if slices.Contains(v.Roles, schema.RoleAdmin) || v.ID == fmt.Sprint(id) {
				return fmt.Sprint(10000 + 1000*id)
			}
			return nil
		}
		shown := map[string]any{}
		sum, least, count := 0, 0, 0
		for id := 1; id <= 9; id++ {
			shown[encoded("Employee", id)] = salary(id)
			if salary(id) != nil {
				count, sum = count+1, sum+10000+1000*id
				if least == 0 {
					least = 10000 + 1000*id
				}
			}
		}
		ask := func(query string) map[string]any {
			r := desk.DoAs(t, v, query, nil)
			require.Empty(t, r.Errors, "%s: %s", who, query)
			return r.Data.(map[string]any)
		}
		number := func(n int) any {
			if count == 0 {
				return nil
			}
			return fmt.Sprint(n)
		}
		got := map[string]any{}
		for _, n := range ask(`{ employees { nodes { id salary } } }`)["employees"].(map[string]any)["nodes"].([]any) {
			got[n.(map[string]any)["id"].(string)] = n.(map[string]any)["salary"]
		}
		require.Equal(t, shown, got, who)
		total := func(where string) any {
			return ask(`{ employees(where: ` + where + `) { totalCount } }`)["employees"].(map[string]any)["totalCount"]
		}
		require.EqualValues(t, count, total(`{ salary: { gt: "0" } }`), who)
		require.EqualValues(t, 9-count, total(`{ salary: { isNull: true } }`), who)
		require.EqualValues(t, 9-count, total(`{ not: { salary: { gte: "0" } } }`), who)
		require.EqualValues(t, min(count, 1), total(`{ salary: { in: ["`+fmt.Sprint(least)+`"] } }`), who)
		aggregate := ask(`{ employeesAggregate { sum { salary } min { salary } max { salary } } }`)["employeesAggregate"].([]any)[0].(map[string]any)
		require.Equal(t, number(sum), aggregate["sum"].(map[string]any)["salary"], who)
		require.Equal(t, number(least), aggregate["min"].(map[string]any)["salary"], who)
		groups := ask(`{ employeesAggregate(groupBy: [{ salary: true }]) { count group { salary } } }`)["employeesAggregate"].([]any)
		require.Len(t, groups, min(count+1, 9), who)
		having := ask(`{ employeesAggregate(groupBy: [{ city: true }], having: { max: { salary: { gt: "0" } } }) { count } }`)["employeesAggregate"].([]any)
		require.Equal(t, count == 0, len(having) == 0, who)
		first := ask(`{ employees(first: 1, orderBy: [{ salary: DESC_NULLS_LAST }]) { nodes { salary } } }`)["employees"].(map[string]any)["nodes"].([]any)
		if count > 0 {
			require.NotNil(t, first[0].(map[string]any)["salary"], who)
		} else {
			require.Nil(t, first[0].(map[string]any)["salary"], who)
		}
		// Over an edge: the manager's salary.
		above := ask(`{ employees(where: { manager: { salary: { gt: "0" } } }) { totalCount } }`)["employees"].(map[string]any)["totalCount"]
		wanted := 0
		for _, boss := range map[int]int{1: 2, 3: 2, 4: 2, 5: 2, 6: 5, 7: 5, 8: 2, 9: 5} {
			if salary(boss) != nil {
				wanted++
			}
		}
		require.EqualValues(t, wanted, above, who)
	}
}

func encoded(entity string, key int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%d", entity, key))
}
