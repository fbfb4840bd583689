package limit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"cambium/engine/limit"
)

var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
	interface Node { id: ID! }
	scalar JSON
	input IDFilter { in: [ID!], eq: ID, json: JSON }
	input Where { and: [Where!], not: Where, id: IDFilter }
	type Row implements Node { id: ID!  rows(first: Int, last: Int, where: Where): RowConnection!  one: Row  rowsAggregate(first: Int): [RowAggregate!]! }
	type RowConnection { nodes: [Row!]!  edges: [RowEdge!]!  totalCount: Int! }
	type RowEdge { node: Row! }
	type RowAggregate { count: Int! }
	type Query { rows(first: Int, last: Int, where: Where): RowConnection!  nodes(ids: [ID!]!): [Node]!  node(id: ID!): Node  rowsAggregate(first: Int): [RowAggregate!]! }
	input RowInput { id: IDFilter, more: [RowInput!] }
	type Mutation { createRows(inputs: [RowInput!]!): [Row!]! }
`})

func measure(t *testing.T, query string) *limit.Measure {
	t.Helper()
	document, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	require.Empty(t, errs)
	return limit.NewConfig().Measure(schema, document.Operations[0])
}

func TestCost(t *testing.T) {
	t.Parallel()
	n := func(n int64) map[string]any { return map[string]any{"n": n} }
	for _, c := range []struct {
		query     string
		variables map[string]any
		cost      int64
	}{
		{`{ node(id: "1") { id } }`, nil, 1},
		{`{ rows { nodes { id } } }`, nil, 20},
		{`{ rows { edges { node { id } } } }`, nil, 20},
		{`{ rows(first: 5) { nodes { one { one { id } } } } }`, nil, 15},
		{`{ rows(last: 7) { nodes { id } } }`, nil, 7},
		{`{ rows(first: null, last: 7) { nodes { id } } }`, nil, 7},
		{`{ rows { totalCount } }`, nil, 200},
		{`{ rows(first: 1) { totalCount } }`, nil, 10},
		{`{ rowsAggregate { count } }`, nil, 10},
		{`{ rows(first: 10) { nodes { rows(first: 10) { nodes { id } } } } }`, nil, 110},
		{`{ ...F ...F } fragment F on Query { a: rows(first: 3) { nodes { id } } }`, nil, 6},
		{`query($n: Int) { rows(first: $n) { nodes { id } } }`, n(30), 30},
		{`query($n: Int) { rows(first: $n) { nodes { id } } }`, nil, 20},
		{`query($n: Int) { rows(first: $n) { nodes { id } } }`, n(1 << 40), 100},
		{`query($n: Int) { rows(first: $n) { nodes { id } } }`, n(-5), 0},
		{`query($i: [ID!]!) { nodes(ids: $i) { id } }`, map[string]any{"i": []any{"a", "b", "c"}}, 3},
		{`{ nodes(ids: ["a", "b"]) { ... on Row { rows(first: 4) { nodes { id } } } } }`, nil, 10},
	} {
		require.Equal(t, c.cost, measure(t, c.query).Cost(c.variables), c.query)
	}
	deep := measure(t, `query($n: Int) { rows(first: $n) { nodes { rows(first: $n) { nodes { rows(first: $n) { nodes { id } } } } } } }`)
	require.Nil(t, deep.Check(n(20)))
	require.Equal(t, limit.Cost, deep.Check(n(100)).Code)
	require.Equal(t, limit.Cost, measure(t, `{ rows(first: 100) { nodes { rows(first: 100) { nodes { rows(first: 100) { nodes { id } } } } } } }`).Check(nil).Code)
}

func TestFiltersInVariables(t *testing.T) {
	t.Parallel()
	m := measure(t, `query($w: Where, $i: [ID!]) { rows(where: $w) { nodes { id } } x: rows(where: { not: { not: $w } }) { nodes { id } } y: rows(where: { id: { in: $i } }) { nodes { id } } }`)
	nested := func(n int) any {
		var w any = map[string]any{"id": map[string]any{"eq": "1"}}
		for range n {
			w = map[string]any{"not": w}
		}
		return w
	}
	list := func(n int, v any) []any {
		l := make([]any, n)
		for i := range l {
			l[i] = v
		}
		return l
	}
	for _, c := range []struct {
		variables map[string]any
		code      string
	}{
		{map[string]any{"w": nested(8)}, ""},
		{map[string]any{"w": nested(9)}, limit.FilterDepth}, // with the two around it
		{map[string]any{"w": map[string]any{"and": list(200, nested(0))}}, ""},
		{map[string]any{"w": map[string]any{"and": list(300, nested(0))}}, limit.Conditions}, // it stands there twice
		{map[string]any{"w": map[string]any{"and": list(1001, map[string]any{})}}, limit.ListLength},
		{map[string]any{"i": list(1000, "1")}, ""},
		{map[string]any{"i": list(1001, "1")}, limit.ListLength},
		{map[string]any{"w": map[string]any{"id": map[string]any{"json": map[string]any{"a": map[string]any{"b": nested(50)}}}}}, ""},
		{nil, ""},
	} {
		fault := m.Check(c.variables)
		if c.code == "" {
			require.Nil(t, fault, c.variables)
		} else {
			require.NotNil(t, fault)
			require.Equal(t, c.code, fault.Code)
		}
	}
	// What mutations write has limits of its own.
	inputs := map[string]any{"i": list(5000, map[string]any{"id": map[string]any{"eq": "1"}})}
	require.Nil(t, measure(t, `mutation($i: [RowInput!]!) { createRows(inputs: $i) { id } }`).Check(inputs))
}

func TestGate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	g := limit.NewGate(limit.GateConfig{InFlight: 2, ViewerRate: 10, AddressRate: 1}, func() time.Time { return now })
	enter := func(viewer, address string) string {
		key, fault := g.Enter(viewer, address)
		if fault != nil {
			return fault.Code
		}
		g.Leave(key)
		return ""
	}
	for range 20 {
		require.Empty(t, enter("a", ""))
	}
	require.Equal(t, limit.Rate, enter("a", ""))
	require.Empty(t, enter("b", ""))
	require.Empty(t, enter("", "192.0.2.1:1"))
	require.Empty(t, enter("", "192.0.2.1:2"))
	require.Equal(t, limit.Rate, enter("", "192.0.2.1:3"))
	require.Equal(t, limit.Rate, enter("", "[::ffff:192.0.2.1]:3"), "the same address")
	now = now.Add(time.Second)
	require.Empty(t, enter("a", ""))
	require.Empty(t, enter("", "192.0.2.1:3"))
	first, fault := g.Enter("c", "")
	require.Nil(t, fault)
	_, fault = g.Enter("c", "")
	require.Nil(t, fault)
	_, fault = g.Enter("c", "")
	require.Equal(t, limit.InFlight, fault.Code)
	g.Leave(first)
	_, fault = g.Enter("c", "")
	require.Nil(t, fault)
	for i := range 150_000 { // strangers from everywhere share what is left
		_, _ = g.Enter("", fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>16, i&0xffff))
	}
	require.Equal(t, limit.Rate, enter("", "[2001:db8:ffff::1]:1"))
	require.Empty(t, enter("b", ""), "who was there before is not among them")
}
