package read

import (
	"sort"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// shape describes the variables of an operation as far as a plan depends on them: which are null or absent, booleans
// and enum values, the entities of ids, and the structure of lists of objects and of objects. Numbers, texts and plain
// lists are arguments of the statement and do not count.
func (m *model) shape(op *graphql.OperationContext, schema *ast.Schema) string {
	definitions := op.Operation.VariableDefinitions
	if len(definitions) == 0 {
		return ""
	}
	var b strings.Builder
	for _, d := range definitions {
		v, given := op.Variables[d.Variable]
		if !given {
			b.WriteByte('-')
			continue
		}
		m.shapeOf(&b, v, d.Type, schema)
	}
	return b.String()
}

func (m *model) shapeOf(b *strings.Builder, v any, t *ast.Type, schema *ast.Schema) {
	if v == nil {
		b.WriteByte('n')
		return
	}
	if t.Elem != nil {
		m.shapeOfList(b, v, t.Elem, schema)
		return
	}
	switch value := v.(type) {
	case bool:
		if value {
			b.WriteByte('t')
		} else {
			b.WriteByte('f')
		}
	case string:
		m.shapeOfText(b, value, schema.Types[t.NamedType])
	case map[string]any:
		m.shapeOfObject(b, value, schema.Types[t.NamedType], schema)
	default:
		b.WriteByte('v')
	}
}

func (m *model) shapeOfText(b *strings.Builder, text string, t *ast.Definition) {
	switch {
	case t != nil && t.Kind == ast.Enum:
		b.WriteString(text)
		b.WriteByte(';')
	case t != nil && t.Name == "ID":
		if e := m.target(text).entity; e != nil {
			b.WriteString(e.Name)
		}
		b.WriteByte(';')
	default:
		b.WriteByte('v')
	}
}

// shapeOfList says of a list of ids which entities there are, of a list of objects what each looks like, and of other
// lists that there is one.
func (m *model) shapeOfList(b *strings.Builder, v any, elem *ast.Type, schema *ast.Schema) {
	list, ok := asList(v).([]any)
	if !ok {
		list = []any{v}
	}
	definition := schema.Types[elem.NamedType]
	switch {
	case elem.NamedType == "ID":
		var names []string
		seen := make(map[*entity]bool)
		for _, id := range list {
			if e := m.target(id).entity; e != nil && !seen[e] {
				seen[e] = true
				names = append(names, e.Name)
			}
		}
		sort.Strings(names)
		b.WriteString("[" + strings.Join(names, ",") + "]")
	case elem.Elem != nil, definition != nil && definition.Kind == ast.InputObject:
		b.WriteByte('[')
		for _, element := range list {
			m.shapeOf(b, element, elem, schema)
		}
		b.WriteByte(']')
	default:
		b.WriteByte('l')
	}
}

func (m *model) shapeOfObject(b *strings.Builder, object map[string]any, t *ast.Definition, schema *ast.Schema) {
	if t == nil || t.Kind != ast.InputObject {
		b.WriteByte('v') // a JSON value
		return
	}
	b.WriteByte('{')
	for _, f := range t.Fields {
		if v, given := object[f.Name]; given {
			b.WriteString(f.Name)
			b.WriteByte(':')
			m.shapeOf(b, v, f.Type, schema)
		}
	}
	b.WriteByte('}')
}
