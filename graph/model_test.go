package graph_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/internal/desktest"
)

// area is what a model knows of the sales area: regions of territories, and the employees who look after these.
type area struct {
	regions     map[string]bool
	territories map[string]string          // regions by codes
	after       map[string]map[string]bool // codes of territories by employees
	managers    map[string]string          // by employees; empty at the top
	ids         map[string]any             // of employees
}

func names(prefix string) *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(0, 4), func(i int) string { return fmt.Sprint(prefix, i) })
}

// Random sequences of mutations leave what a model in memory says, and are refused where it says so.
func TestMutationsAgainstModel(t *testing.T) {
	t.Parallel()
	d := desktest.Empty(t)
	rapid.Check(t, func(r *rapid.T) {
		_, err := d.DB.Exec(t.Context(), "TRUNCATE regions, territories, employees, employee_territories CASCADE")
		require.NoError(r, err)
		m := &area{map[string]bool{}, map[string]string{}, map[string]map[string]bool{}, map[string]string{}, map[string]any{}}
		region, code, person := names("R"), names("T"), names("E")
		// do runs a mutation that the model wants done, or refused.
		do := func(allowed bool, query string, variables map[string]any) map[string]any {
			response := d.Do(t, query, variables)
			if !allowed {
				require.NotEmpty(r, response.Errors, "%s %v", query, variables)
				require.NotContains(r, faultsOf(response.Errors)[0], "unknown", query)
				return nil
			}
			require.Empty(r, response.Errors, "%s %v", query, variables)
			return response.Data.(map[string]any)
		}
		territory := func(code string) map[string]any { return map[string]any{"code": code, "name": "town of " + code} }
		r.Repeat(map[string]func(*rapid.T){
			"create a region with territories": func(r *rapid.T) {
				name, codes := region.Draw(r, "name"), rapid.SliceOfNDistinct(code, 0, 3, rapid.ID[string]).Draw(r, "codes")
				ok, list := !m.regions[name], []any{}
				for _, c := range codes {
					ok = ok && m.territories[c] == ""
					list = append(list, territory(c))
				}
				do(ok, `mutation($n: String!, $t: [TerritoryCreateInput!]) { createRegion(input: {name: $n, territories: {create: $t}}) { id } }`, map[string]any{"n": name, "t": list})
				if ok {
					m.regions[name] = true
					for _, c := range codes {
						m.territories[c] = name
					}
				}
			},
			"upsert territories": func(r *rapid.T) {
				name, codes := region.Draw(r, "name"), rapid.SliceOfNDistinct(code, 1, 4, rapid.ID[string]).Draw(r, "codes")
				var list, created []any
				for _, c := range codes {
					in := territory(c)
					in["region"] = map[string]any{"connect": map[string]any{"name": name}}
					list, created = append(list, in), append(created, map[string]any{"created": m.territories[c] == ""})
				}
				data := do(m.regions[name], `mutation($t: [TerritoryCreateInput!]!) { upsertTerritories(inputs: $t) { created } }`, map[string]any{"t": list})
				if m.regions[name] {
					require.Equal(r, created, data["upsertTerritories"])
					for _, c := range codes {
						m.territories[c] = name
					}
				}
			},
			"rename a region": func(r *rapid.T) {
				from, to := region.Draw(r, "from"), region.Draw(r, "to")
				if !m.regions[from] {
					return
				}
				ok := from == to || !m.regions[to]
				do(ok, `mutation($f: String!, $t: String!) { updateRegions(where: {name: {eq: $f}}, input: {name: $t}) { id } }`, map[string]any{"f": from, "t": to})
				if ok && from != to {
					delete(m.regions, from)
					m.regions[to] = true
					for c, of := range m.territories {
						if of == from {
							m.territories[c] = to
						}
					}
				}
			},
			"delete a region": func(r *rapid.T) {
				name := region.Draw(r, "name")
				ok := !slices.Contains(slices.Collect(maps.Values(m.territories)), name)
				do(ok, `mutation($n: String!) { deleteRegions(where: {name: {eq: $n}}) { name } }`, map[string]any{"n": name})
				if ok {
					delete(m.regions, name)
				}
			},
			"delete territories": func(r *rapid.T) {
				codes := rapid.SliceOfNDistinct(code, 1, 3, rapid.ID[string]).Draw(r, "codes")
				do(true, `mutation($c: [String!]!) { deleteTerritories(where: {code: {in: $c}}, atMost: 3) { code } }`, map[string]any{"c": codes})
				for _, c := range codes {
					delete(m.territories, c)
					for _, after := range m.after {
						delete(after, c)
					}
				}
			},
			"hire": func(r *rapid.T) {
				name, manager := person.Draw(r, "name"), person.Draw(r, "manager")
				if m.ids[name] != nil || m.ids[manager] == nil && len(m.ids) > 0 {
					return
				}
				in := map[string]any{"firstName": name, "lastName": name}
				if m.ids[manager] != nil {
					in["manager"] = map[string]any{"connect": map[string]any{"id": m.ids[manager]}}
					m.managers[name] = manager
				}
				data := do(true, `mutation($e: EmployeeCreateInput!) { createEmployee(input: $e) { id } }`, map[string]any{"e": in})
				m.ids[name], m.after[name] = data["createEmployee"].(map[string]any)["id"], map[string]bool{}
			},
			"fire": func(r *rapid.T) {
				name := person.Draw(r, "name")
				if m.ids[name] == nil {
					return
				}
				do(true, `mutation($id: ID!) { deleteEmployee(id: $id) { id } }`, map[string]any{"id": m.ids[name]})
				delete(m.ids, name)
				delete(m.after, name)
				delete(m.managers, name)
				for e, of := range m.managers {
					if of == name {
						delete(m.managers, e)
					}
				}
			},
			"assign territories": func(r *rapid.T) {
				name, member := person.Draw(r, "name"), rapid.SampledFrom([]string{"connect", "disconnect", "set"}).Draw(r, "member")
				codes := rapid.SliceOfNDistinct(code, 0, 3, rapid.ID[string]).Draw(r, "codes")
				if m.ids[name] == nil {
					return
				}
				ok, refs := true, []any{}
				for _, c := range codes {
					ok = ok && m.territories[c] != "" && (member != "disconnect" || m.after[name][c])
					refs = append(refs, map[string]any{"code": c})
				}
				do(ok, `mutation($id: ID!, $t: TerritoryToManyUpdateInput!) { updateEmployee(id: $id, input: {territories: $t}) { id } }`, map[string]any{"id": m.ids[name], "t": map[string]any{member: refs}})
				if !ok {
					return
				}
				if member == "set" {
					m.after[name] = map[string]bool{}
				}
				for _, c := range codes {
					if member == "disconnect" {
						delete(m.after[name], c)
					} else {
						m.after[name][c] = true
					}
				}
			},
			"promote": func(r *rapid.T) {
				name, manager := person.Draw(r, "name"), person.Draw(r, "manager")
				if m.ids[name] == nil || m.ids[manager] == nil {
					return
				}
				to := map[string]any{"disconnect": true}
				delete(m.managers, name)
				if name != manager {
					to = map[string]any{"connect": map[string]any{"id": m.ids[manager]}}
					m.managers[name] = manager
				}
				do(true, `mutation($id: ID!, $m: EmployeeToOneUpdateInput!) { updateEmployee(id: $id, input: {manager: $m}) { id } }`, map[string]any{"id": m.ids[name], "m": to})
			},
			"": func(r *rapid.T) { m.check(t, r, d) },
		})
	})
}

// check compares what is stored with the model.
func (m *area) check(t *testing.T, r *rapid.T, d *desktest.Desk) {
	t.Helper()
	data := d.Data(t, `{ regions { nodes { name territories { nodes { code } } } }
		employees { nodes { firstName manager { firstName } territories { nodes { code } } } } }`, nil)
	got := &area{map[string]bool{}, map[string]string{}, map[string]map[string]bool{}, map[string]string{}, m.ids}
	nodes := func(of any) []any { return of.(map[string]any)["nodes"].([]any) }
	for _, n := range nodes(data["regions"]) {
		n := n.(map[string]any)
		got.regions[n["name"].(string)] = true
		for _, c := range nodes(n["territories"]) {
			got.territories[c.(map[string]any)["code"].(string)] = n["name"].(string)
		}
	}
	for _, n := range nodes(data["employees"]) {
		n := n.(map[string]any)
		name := n["firstName"].(string)
		got.after[name] = map[string]bool{}
		for _, c := range nodes(n["territories"]) {
			got.after[name][c.(map[string]any)["code"].(string)] = true
		}
		if of, ok := n["manager"].(map[string]any); ok {
			got.managers[name] = of["firstName"].(string)
		}
	}
	require.Equal(r, m, got)
}
