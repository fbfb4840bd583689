package operation_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/operation"
)

// echo is an executor that is never run.
type echo struct{ schema *ast.Schema }

func (e echo) Schema() *ast.Schema { return e.schema }

func (e echo) Execute(_ context.Context, _ *operation.Operation, dst []byte) []byte { return dst }

func service() *operation.Service {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		scalar Decimal
		enum Colour { RED GREEN }
		input Filter { name: String! = "x", n: Int, list: [Int!], deep: Filter }
		input One @oneOf { a: Int, b: String }
		type Query { f(i: Int, fl: Float, s: String, b: Boolean, id: ID, d: Decimal, c: Colour, w: Filter, l: [Int!], ll: [[Int]], o: One): String }
	`})
	return operation.New(echo{schema}, operation.Config{MaxTokens: 1000, CachedDocuments: 10})
}

func number(text string) json.Number { return json.Number(text) }

func TestCoercion(t *testing.T) {
	t.Parallel()
	s := service()
	for name, c := range map[string]struct {
		of     string // type of $v
		given  any    // absent where it is the string "absent"
		wanted any
		fault  string
	}{
		"int":                     {of: "Int", given: number("5"), wanted: int64(5)},
		"int as text":             {of: "Int", given: "5", fault: "variable.v must be an integer of 32 bits"},
		"int of 33 bits":          {of: "Int", given: number("2147483648"), fault: "must be an integer of 32 bits"},
		"int with a point":        {of: "Int", given: number("5.0"), fault: "must be an integer of 32 bits"},
		"int of a boolean":        {of: "Int", given: true, fault: "must be an integer of 32 bits"},
		"int null":                {of: "Int", given: nil, wanted: nil},
		"int! null":               {of: "Int!", given: nil, fault: "variable.v must not be null"},
		"int! absent":             {of: "Int!", given: "absent", fault: "variable.v must be defined"},
		"int absent":              {of: "Int", given: "absent", wanted: "absent"},
		"int with default":        {of: "Int = 7", given: "absent", wanted: int64(7)},
		"int null over default":   {of: "Int = 7", given: nil, wanted: nil},
		"float":                   {of: "Float", given: number("0.1"), wanted: number("0.1")},
		"float of an int":         {of: "Float", given: number("3"), wanted: number("3")},
		"float as text":           {of: "Float", given: "0.1", fault: "must be a number"},
		"float without end":       {of: "Float", given: number("1e999"), fault: "must be a number"},
		"text":                    {of: "String", given: "x", wanted: "x"},
		"text of a number":        {of: "String", given: number("5"), fault: "must be a string"},
		"boolean":                 {of: "Boolean", given: false, wanted: false},
		"boolean of a text":       {of: "Boolean", given: "true", fault: "must be true or false"},
		"id":                      {of: "ID", given: "x", wanted: "x"},
		"id of a number":          {of: "ID", given: number("5"), wanted: "5"},
		"id with a point":         {of: "ID", given: number("5.5"), fault: "must be a string or an integer"},
		"decimal keeps digits":    {of: "Decimal", given: number("0.10000000000000000000001"), wanted: number("0.10000000000000000000001")},
		"default keeps digits":    {of: "Decimal = 0.10000000000000000000001", given: "absent", wanted: number("0.10000000000000000000001")},
		"enum":                    {of: "Colour", given: "RED", wanted: "RED"},
		"enum in small letters":   {of: "Colour", given: "red", fault: "must be one of the values of Colour"},
		"enum of a number":        {of: "Colour", given: number("0"), fault: "must be one of the values of Colour"},
		"list":                    {of: "[Int!]", given: []any{number("1"), number("2")}, wanted: []any{int64(1), int64(2)}},
		"list of one":             {of: "[Int!]", given: number("1"), wanted: []any{int64(1)}},
		"list with null":          {of: "[Int!]", given: []any{number("1"), nil}, fault: "variable.v[1] must not be null"},
		"list default of one":     {of: "[Int!] = 3", given: "absent", wanted: []any{int64(3)}},
		"list of lists of one":    {of: "[[Int]]", given: number("1"), wanted: []any{[]any{int64(1)}}},
		"object":                  {of: "Filter", given: map[string]any{"name": "n", "n": number("1")}, wanted: map[string]any{"name": "n", "n": int64(1)}},
		"object's default":        {of: "Filter", given: map[string]any{"deep": map[string]any{"name": "n"}}, wanted: map[string]any{"name": "x", "deep": map[string]any{"name": "n"}}},
		"object without a member": {of: "Filter", given: map[string]any{"nope": number("1")}, fault: "variable.v has a member that Filter does not have"},
		"object of a text":        {of: "Filter", given: "x", fault: "variable.v must be an object"},
		"member in a list":        {of: "Filter", given: map[string]any{"list": []any{"x"}}, fault: "variable.v.list[0] must be an integer"},
		"one of":                  {of: "One", given: map[string]any{"a": number("1")}, wanted: map[string]any{"a": int64(1)}},
		"two of one":              {of: "One", given: map[string]any{"a": number("1"), "b": "x"}, fault: "must have exactly one member"},
		"null of one":             {of: "One", given: map[string]any{"a": nil}, fault: "must have exactly one member"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := map[string]any{}
			if c.given != "absent" {
				variables["v"] = c.given
			}
			base, _, _ := strings.Cut(c.of, " ")
			argument := map[string]string{
				"Int": "i", "Float": "fl", "String": "s", "Boolean": "b", "ID": "id", "Decimal": "d", "Colour": "c", "Filter": "w", "[Int]": "l", "[[Int]]": "ll", "One": "o",
			}[strings.ReplaceAll(base, "!", "")]
			op, errs := s.Prepare(&graphql.RawParams{Query: "query($v: " + c.of + ") { f(" + argument + ": $v) }", Variables: variables})
			if c.fault != "" {
				require.Len(t, errs, 1)
				assert.Contains(t, errs[0].Error(), c.fault)
				assert.Equal(t, "GRAPHQL_VALIDATION_FAILED", errs[0].Extensions["code"])
				return
			}
			require.Empty(t, errs)
			got, given := op.Variables["v"]
			if c.wanted == "absent" {
				assert.False(t, given)
				return
			}
			assert.Equal(t, c.wanted, got)
		})
	}
}

// All faults are told at once, none with the value that was sent.
func TestCoercionTellsAllFaults(t *testing.T) {
	t.Parallel()
	list := make([]any, 100)
	for i := range list {
		list[i] = "secret"
	}
	_, errs := service().Prepare(&graphql.RawParams{
		Query:     `query($i: Int!, $l: [Int!], $s: String) { f(i: $i, l: $l, s: $s) }`,
		Variables: map[string]any{"l": list, "s": true},
	})
	require.Len(t, errs, 20)
	assert.Equal(t, "input: variable.i must be defined", errs[0].Error())
	assert.Equal(t, "input: variable.l[18] must be an integer of 32 bits", errs[19].Error())
	assert.NotContains(t, errs.Error(), "secret")
}

// Directives with variables decide anew in every run which fields there are at the root.
func TestConditionalFields(t *testing.T) {
	t.Parallel()
	s := service()
	const query = `query($b: Boolean!) { a: f @include(if: $b) ...F @skip(if: $b) b: f } fragment F on Query { c: f }`
	for _, c := range []struct {
		given  bool
		wanted []string
	}{{true, []string{"a", "b"}}, {false, []string{"c", "b"}}, {true, []string{"a", "b"}}} {
		op, errs := s.Prepare(&graphql.RawParams{Query: query, Variables: map[string]any{"b": c.given}})
		require.Empty(t, errs)
		var aliases []string
		for _, f := range op.Fields {
			aliases = append(aliases, f.Alias)
		}
		assert.Equal(t, c.wanted, aliases)
	}
}

func TestOperationIsChosenByName(t *testing.T) {
	t.Parallel()
	s := service()
	const two = `query A { a: f } query B { b: f }`
	op, errs := s.Prepare(&graphql.RawParams{Query: two, OperationName: "B"})
	require.Empty(t, errs)
	assert.Equal(t, "b", op.Fields[0].Alias)
	for _, name := range []string{"", "C"} {
		_, errs = s.Prepare(&graphql.RawParams{Query: two, OperationName: name})
		require.Len(t, errs, 1)
	}
	op, errs = s.Prepare(&graphql.RawParams{Query: `query A { f }`})
	require.Empty(t, errs)
	assert.Equal(t, "A", op.Operation.Name)
}
