package read

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// input is an argument of a field: written in the document, or a variable's value, or the default of its definition.
type input struct {
	name  string
	path  ast.Path
	value *ast.Value // nil where the document gives none
	def   *ast.Value // nil where there is no default
}

func (c *compiler) input(f graphql.CollectedField, name string) input {
	in := input{name: name, path: c.pathOf(f)}
	if a := f.Arguments.ForName(name); a != nil {
		in.value = a.Value
	}
	if f.Definition != nil {
		if d := f.Definition.Arguments.ForName(name); d != nil {
			in.def = d.DefaultValue
		}
	}
	return in
}

// fixed tells whether the value is the same for every run of the operation.
func (in input) fixed() bool {
	return in.value == nil || in.value.Kind != ast.Variable && len(in.value.Children) == 0
}

// get returns the value under the variables; nil where it is null, or absent without a default.
func (in input) get(variables map[string]any) (any, error) {
	v := in.value
	if v != nil && v.Kind == ast.Variable {
		if value, given := variables[v.Raw]; given {
			return value, nil
		}
		v = nil
	}
	if v == nil {
		v = in.def
	}
	if v == nil {
		return nil, nil
	}
	return v.Value(variables)
}

// fault is an [Error] about the input.
func (in input) fault(code, format string, args ...any) error {
	return &Error{Code: code, Message: in.name + ": " + fmt.Sprintf(format, args...), Path: in.path}
}

// integerOf accepts the forms in which gqlparser and encoding/json hand over an Int.
func integerOf(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int32:
		return int64(n), true
	case int64:
		return n, true
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}
