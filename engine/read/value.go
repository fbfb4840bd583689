package read

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// value is an input value before its variables are known: a place in the document, or a place in a variable.
//
// The compiler looks at its structure (which [model.shape] makes part of the plan's key) and, for what does not count as
// structure, keeps the value itself to get its content when the plan is bound.
type value struct {
	c     *compiler
	label string   // for messages: the way to it from the argument
	path  ast.Path // of the field that it is an argument of
	of    *ast.Type

	doc      *ast.Value // nil for a place in a variable, and for an absent argument
	variable string
	steps    []any // from the variable's value: names of members and indexes of elements
}

// argument returns an argument of a field, or its default where the document gives none.
func (c *compiler) argument(f graphql.CollectedField, name string) value {
	v := value{c: c, label: name, path: c.pathOf(f)}
	definition := f.Definition.Arguments.ForName(name)
	if definition == nil {
		return v
	}
	v.of, v.doc = definition.Type, definition.DefaultValue
	if a := f.Arguments.ForName(name); a != nil && !c.unset(a.Value) {
		v.doc = a.Value
	}
	return v.resolved()
}

// unset tells whether the document's value is a variable that was not given: it stands for nothing at all.
func (c *compiler) unset(v *ast.Value) bool {
	if v.Kind != ast.Variable {
		return false
	}
	_, given := c.op.Variables[v.Raw]
	return !given
}

// resolved turns a place in the document that is a variable into a place in that variable.
func (v value) resolved() value {
	if v.doc != nil && v.doc.Kind == ast.Variable {
		v.variable, v.doc = v.doc.Raw, nil
	}
	return v
}

// fixed tells whether the value is the same for every run of the operation.
func (v value) fixed() bool { return v.variable == "" }

// get returns the value under the variables, nil for null and for nothing. Numbers of the document are [json.Number], so
// that they keep their digits.
func (v value) get(variables map[string]any) any {
	if v.variable == "" {
		return literal(v.doc, variables)
	}
	at := asList(variables[v.variable])
	for _, step := range v.steps {
		switch s := step.(type) {
		case string:
			at = asList(at.(map[string]any)[s])
		case int:
			at = asList(at.([]any)[s])
		}
	}
	return at
}

// asList returns a list as []any: of a single value that stands for a list in a variable (GraphQL, section 3.11)
// gqlparser makes a slice of the value's own type.
func asList(v any) any {
	switch v.(type) {
	case nil, string, bool, float64, json.Number, []any, map[string]any:
		return v
	}
	slice := reflect.ValueOf(v)
	if slice.Kind() != reflect.Slice {
		return v
	}
	list := make([]any, slice.Len())
	for i := range list {
		list[i] = asList(slice.Index(i).Interface())
	}
	return list
}

// now returns the value under the variables of compilation; only its structure may be looked at.
func (v value) now() any { return v.get(v.c.op.Variables) }

func (v value) given() bool { return v.now() != nil }

// literal evaluates a value of the document.
func literal(v *ast.Value, variables map[string]any) any {
	if v == nil {
		return nil
	}
	switch v.Kind {
	case ast.Variable:
		return asList(variables[v.Raw])
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw)
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return v.Raw
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.ListValue:
		list := make([]any, len(v.Children))
		for i, e := range v.Children {
			list[i] = literal(e.Value, variables)
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, m := range v.Children {
			if _, given := variables[m.Value.Raw]; given || m.Value.Kind != ast.Variable {
				object[m.Name] = literal(m.Value, variables)
			}
		}
		return object
	}
	return nil
}

// memberValue is a member of an input object.
type memberValue struct {
	value
	name string
}

// members returns the members that are given of an input object, in the order of its definition.
func (v value) members() (members []memberValue) {
	definition := v.c.schema.Types[v.of.Name()]
	if definition == nil {
		return nil
	}
	object, _ := v.now().(map[string]any)
	for _, f := range definition.Fields {
		if _, given := object[f.Name]; given {
			members = append(members, memberValue{v.member(f), f.Name})
		}
	}
	return members
}

func (v value) member(f *ast.FieldDefinition) value {
	m := v
	m.label += "." + f.Name
	m.of = f.Type
	if v.doc == nil {
		m.steps = append(append([]any(nil), v.steps...), f.Name)
		return m
	}
	m.doc = v.doc.Children.ForName(f.Name)
	return m.resolved()
}

// elements returns the elements of a list; a single value stands for a list of it (GraphQL, section 3.11).
func (v value) elements() []value {
	list, ok := v.now().([]any)
	if !ok {
		v.of = v.of.Elem
		return []value{v}
	}
	elements := make([]value, len(list))
	for i := range list {
		e := v
		e.label = fmt.Sprintf("%s[%d]", v.label, i)
		e.of = v.of.Elem
		if v.doc == nil {
			e.steps = append(append([]any(nil), v.steps...), i)
		} else {
			e.doc = v.doc.Children[i].Value
			e = e.resolved()
		}
		elements[i] = e
	}
	return elements
}

// fault is an [Error] about the value.
func (v value) fault(code, format string, args ...any) error {
	return &Error{Code: code, Message: v.label + ": " + fmt.Sprintf(format, args...), Path: v.path}
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
