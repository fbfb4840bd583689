package operation

import (
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputTypes are the types of a schema as values are coerced to them: what the schema says of a type is looked up when a value
// of it is met first. They are safe for concurrent use.
type inputTypes struct {
	schema *ast.Schema
	named  sync.Map // *namedType by name
}

// inputType is a type that a variable or a member has: a list, or a type by its name.
type inputType struct {
	nonNull bool
	element *inputType // nil where it is no list
	*namedType
}

// namedType is a type of the schema. An input object's fields refer to the types that they have, and those to theirs, round in
// circles: they are looked up no further than values go.
type namedType struct {
	types      *inputTypes
	definition *ast.Definition

	once   sync.Once
	fields []inputField
	oneOf  bool
}

// inputField is a member that an input object may have.
type inputField struct {
	inputType

	name      string
	byDefault *ast.Value // nil for none
}

func (s *inputTypes) of(t *ast.Type) inputType {
	if t.Elem != nil {
		element := s.of(t.Elem)
		return inputType{nonNull: t.NonNull, element: &element}
	}
	known, ok := s.named.Load(t.NamedType)
	if !ok {
		known, _ = s.named.LoadOrStore(t.NamedType, &namedType{types: s, definition: s.schema.Types[t.NamedType]})
	}
	return inputType{nonNull: t.NonNull, namedType: known.(*namedType)}
}

// members returns the fields of an input object.
func (t *namedType) members() []inputField {
	t.once.Do(func() {
		t.oneOf = t.definition.Directives.ForName("oneOf") != nil
		t.fields = make([]inputField, len(t.definition.Fields))
		for i, f := range t.definition.Fields {
			t.fields[i] = inputField{t.types.of(f.Type), f.Name, f.DefaultValue}
		}
	})
	return t.fields
}
