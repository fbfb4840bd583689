package limit

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// Measure is what an operation's document fixes of what it asks for.
type Measure struct {
	config     Config
	schema     *ast.Schema
	fault      *Exceeded // whatever the variables are
	conditions int
	uses       []use    // of variables in filters and lists
	fixed      int64    // cost that no variable changes
	variable   []*price // what variables change
}

// use is a variable that stands in a filter or is a list.
type use struct {
	name  string
	of    *ast.Type
	depth int // of objects around it
	at    *ast.Position
}

// Measure measures an operation of a document that was validated.
func (c Config) Measure(schema *ast.Schema, operation *ast.OperationDefinition) *Measure {
	m := &Measure{config: c, schema: schema}
	m.arguments(operation.SelectionSet)
	for _, p := range c.prices(schema, operation.SelectionSet) {
		if p.varies() {
			m.variable = append(m.variable, p)
		} else {
			m.fixed = add(m.fixed, p.cost(c, nil))
		}
	}
	if m.fault == nil && len(m.uses) == 0 && len(m.variable) == 0 {
		m.fault = over(Cost, "the operation asks for too much", m.fixed, c.Cost, operation.Position)
	}
	return m
}

// Check returns the limit that the operation is over with its variables, which were coerced; nil for none.
func (m *Measure) Check(variables map[string]any) *Exceeded {
	if m.fault != nil {
		return m.fault
	}
	if len(m.uses) > 0 {
		n := m.conditions
		for _, u := range m.uses {
			v, given := variables[u.name]
			if !given {
				continue
			}
			if fault := m.value(u.of, v, u.depth, &n, u.at); fault != nil {
				return fault
			}
		}
	}
	if len(m.variable) == 0 && len(m.uses) == 0 {
		return nil
	}
	return over(Cost, "the operation asks for too much", m.Cost(variables), m.config.Cost, nil)
}

// Cost is what the operation costs with its variables.
func (m *Measure) Cost(variables map[string]any) int64 {
	cost := m.fixed
	for _, p := range m.variable {
		cost = add(cost, p.cost(m.config, variables))
	}
	return cost
}

// arguments measures the filters and lists of all fields.
func (m *Measure) arguments(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			for _, a := range s.Arguments {
				definition := s.Definition.Arguments.ForName(a.Name)
				if definition != nil && m.measured(definition) {
					m.literal(definition.Type, a.Value, 0)
				}
			}
			m.arguments(s.SelectionSet)
		case *ast.InlineFragment:
			m.arguments(s.SelectionSet)
		case *ast.FragmentSpread:
			m.arguments(s.Definition.SelectionSet)
		}
	}
}

// measured tells whether an argument is a filter or a plain value: other objects are what mutations write, and have limits
// of their own.
func (m *Measure) measured(a *ast.ArgumentDefinition) bool {
	t := m.schema.Types[a.Type.Name()]
	return a.Name == "where" || a.Name == "having" || t != nil && t.Kind != ast.InputObject
}

// literal measures a value of the document.
func (m *Measure) literal(t *ast.Type, v *ast.Value, depth int) {
	if m.fault != nil || v == nil {
		return
	}
	switch v.Kind {
	case ast.Variable:
		m.uses = append(m.uses, use{v.Raw, t, depth, v.Position})
	case ast.ListValue:
		m.fail(over(ListLength, "a list is too long", int64(len(v.Children)), int64(m.config.ListLength), v.Position))
		elem, objects := m.elem(t)
		if !objects {
			m.count(v.Position) // one condition, however many values
		}
		for _, c := range v.Children {
			if objects || c.Value.Kind == ast.Variable {
				m.literal(elem, c.Value, depth)
			}
		}
	case ast.ObjectValue:
		definition := m.schema.Types[t.Name()]
		if definition == nil || definition.Kind != ast.InputObject {
			m.count(v.Position) // JSON
			return
		}
		m.fail(over(FilterDepth, "a filter is nested too deeply", int64(depth+1), int64(m.config.FilterDepth), v.Position))
		for _, c := range v.Children {
			if f := definition.Fields.ForName(c.Name); f != nil {
				m.literal(f.Type, c.Value, depth+1)
			}
		}
	default:
		m.count(v.Position)
	}
}

func (m *Measure) count(at *ast.Position) {
	m.conditions++
	m.fail(over(Conditions, "too many values in filters", int64(m.conditions), int64(m.config.Conditions), at))
}

// elem is the type of a list's elements, and whether they are input objects.
func (m *Measure) elem(t *ast.Type) (elem *ast.Type, objects bool) {
	elem = t
	if t.Elem != nil {
		elem = t.Elem
	}
	definition := m.schema.Types[elem.Name()]
	return elem, elem.Elem == nil && definition != nil && definition.Kind == ast.InputObject
}

func (m *Measure) fail(e *Exceeded) {
	if m.fault == nil {
		m.fault = e
	}
}

// value measures a value of a variable, and adds what it has to n.
func (m *Measure) value(t *ast.Type, v any, depth int, n *int, at *ast.Position) *Exceeded {
	switch value := v.(type) {
	case []any:
		if fault := over(ListLength, "a list is too long", int64(len(value)), int64(m.config.ListLength), at); fault != nil {
			return fault
		}
		elem, objects := m.elem(t)
		if !objects {
			break // one condition, however many values
		}
		for _, e := range value {
			if fault := m.value(elem, e, depth, n, at); fault != nil {
				return fault
			}
		}
		return nil
	case map[string]any:
		definition := m.schema.Types[t.Name()]
		if definition == nil || definition.Kind != ast.InputObject {
			break
		}
		if fault := over(FilterDepth, "a filter is nested too deeply", int64(depth+1), int64(m.config.FilterDepth), at); fault != nil {
			return fault
		}
		for name, member := range value {
			f := definition.Fields.ForName(name)
			if f == nil {
				continue
			}
			if fault := m.value(f.Type, member, depth+1, n, at); fault != nil {
				return fault
			}
		}
		return nil
	}
	*n++
	return over(Conditions, "too many values in filters", int64(*n), int64(m.config.Conditions), at)
}
