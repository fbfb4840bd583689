package operation

import (
	"encoding/json"
	"math"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// coerce coerces the variables of an operation where they are (GraphQL, sections 6.1.2 and 3, "Input Coercion"): Int is an
// int64 then, Float and the scalars of the schema are as they came (numbers as [json.Number]), ID is a string, a list is
// []any, a single value that stands for a list too. Nothing is taken for what it is not: "5" is no Int. Variables that the
// operation does not declare are left alone.
//
// All faults are reported, up to a bound. They name places, and repeat no value.
func coerce(types *inputTypes, op *ast.OperationDefinition, variables map[string]any) (map[string]any, gqlerror.List) {
	c := coercion{}
	for _, d := range op.VariableDefinitions {
		v, given := variables[d.Variable]
		switch {
		case given:
			v = c.within(step{name: d.Variable}, types.of(d.Type), v)
		case d.DefaultValue != nil:
			v = c.within(step{name: d.Variable}, types.of(d.Type), constant(d.DefaultValue))
		case d.Type.NonNull:
			c.missing(d.Variable)
			continue
		default:
			continue
		}
		if variables == nil {
			variables = make(map[string]any, len(op.VariableDefinitions))
		}
		variables[d.Variable] = v
	}
	return variables, c.faults
}

// mostFaults bounds what a client is told of its variables.
const mostFaults = 20

type coercion struct {
	faults gqlerror.List
	at     []step // to the value that is looked at
}

// step leads to a variable, a member of an object, or an element of a list.
type step struct {
	name  string // empty for an element
	index int
}

// path is where the value stands that is looked at.
func (c *coercion) path() ast.Path {
	path := ast.Path{ast.PathName("variable")}
	for _, s := range c.at {
		if s.name == "" {
			path = append(path, ast.PathIndex(s.index))
		} else {
			path = append(path, ast.PathName(s.name))
		}
	}
	return path
}

// within coerces a value a step further down.
func (c *coercion) within(s step, t inputType, v any) any {
	c.at = append(c.at, s)
	v = c.value(t, v)
	c.at = c.at[:len(c.at)-1]
	return v
}

func (c *coercion) fault(message string) {
	if len(c.faults) < mostFaults {
		c.faults = append(c.faults, coded(gqlerror.ErrorPathf(c.path(), "%s", message), errcode.ValidationFailed))
	}
}

// missing is the fault of what must be given a step further down and is not.
func (c *coercion) missing(name string) {
	c.at = append(c.at, step{name: name})
	c.fault("must be defined")
	c.at = c.at[:len(c.at)-1]
}

// constant is a default value, of the document or of the schema, as a client would have sent it: its numbers keep their
// digits.
func constant(v *ast.Value) any {
	switch v.Kind {
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw)
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return v.Raw
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.ListValue:
		list := make([]any, len(v.Children))
		for i, element := range v.Children {
			list[i] = constant(element.Value)
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, member := range v.Children {
			object[member.Name] = constant(member.Value)
		}
		return object
	}
	return nil
}

func (c *coercion) value(t inputType, v any) any {
	if v == nil {
		if t.nonNull {
			c.fault("must not be null")
		}
		return nil
	}
	if t.element != nil {
		list, ok := v.([]any)
		if !ok {
			return []any{c.value(*t.element, v)}
		}
		for i, element := range list {
			list[i] = c.within(step{index: i}, *t.element, element)
		}
		return list
	}
	switch d := t.definition; d.Kind {
	case ast.InputObject:
		return c.object(t.namedType, v)
	case ast.Enum:
		if name, ok := v.(string); !ok || d.EnumValues.ForName(name) == nil {
			c.fault("must be one of the values of " + d.Name)
		}
		return v
	default:
		return c.scalar(d, v)
	}
}

func (c *coercion) object(t *namedType, v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		c.fault("must be an object, a " + t.definition.Name)
		return nil
	}
	known := 0
	fields := t.members()
	for i := range fields {
		f := &fields[i]
		member, given := object[f.name]
		switch {
		case given:
			known++
			coerced := c.within(step{name: f.name}, f.inputType, member)
			if !inPlace(f.inputType, member) {
				object[f.name] = coerced
			}
		case f.byDefault != nil:
			known++
			object[f.name] = c.within(step{name: f.name}, f.inputType, constant(f.byDefault))
		case f.nonNull:
			c.missing(f.name)
		}
	}
	if known < len(object) {
		c.fault("has a member that " + t.definition.Name + " does not have")
	}
	if t.oneOf && !isOne(object) {
		c.fault("must have exactly one member, which is not null")
	}
	return object
}

// inPlace tells whether a value is what it is coerced to, where it has no fault.
func inPlace(t inputType, v any) bool {
	switch v.(type) {
	case string, bool, map[string]any:
		return t.element == nil
	}
	return false
}

// isOne tells whether an object has what an input with @oneOf must have.
func isOne(object map[string]any) bool {
	for _, v := range object {
		return len(object) == 1 && v != nil
	}
	return false
}

// scalar coerces a value of one of the five scalars of GraphQL; what one of the schema's own takes is its own affair.
func (c *coercion) scalar(d *ast.Definition, v any) any {
	switch d.Name {
	case "Int":
		if n, ok := v.(json.Number); ok {
			if i, err := n.Int64(); err == nil && i >= math.MinInt32 && i <= math.MaxInt32 {
				return i
			}
		}
		c.fault("must be an integer of 32 bits")
	case "Float":
		if n, ok := v.(json.Number); ok {
			if f, err := n.Float64(); err == nil && !math.IsInf(f, 0) {
				return v
			}
		}
		c.fault("must be a number")
	case "String":
		if _, ok := v.(string); ok {
			return v
		}
		c.fault("must be a string")
	case "Boolean":
		if _, ok := v.(bool); ok {
			return v
		}
		c.fault("must be true or false")
	case "ID":
		if _, ok := v.(string); ok {
			return v
		}
		if n, ok := v.(json.Number); ok {
			if _, err := n.Int64(); err == nil {
				return n.String()
			}
		}
		c.fault("must be a string or an integer")
	default:
		return v
	}
	return nil
}
