package executor

import (
	"context"
	"io"
	"reflect"

	"github.com/99designs/gqlgen/graphql"

	"cambium/engine/read"
)

// render replaces what a resolver returned by its JSON where that is an entity or a list of entities, with one
// statement for the whole list. Any other result stays as it is.
func (s *Schema) render(ctx context.Context, result any) (any, error) {
	refs, list, ok := refsOf(result)
	if !ok {
		return result, nil
	}
	field := graphql.GetFieldContext(ctx)
	values, err := s.reader.Render(ctx, graphql.GetOperationContext(ctx), field.Field, field.Path(), refs)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		for _, fault := range v.Faults {
			graphql.AddError(ctx, located(field.Field, fault))
		}
	}
	if !list {
		if isNull(values[0].Value) {
			return nil, nil //nolint:nilnil // null: gqlgen reports it where the schema promises a value
		}
		return bytesMarshaler(values[0].Value), nil
	}
	promised := field.Field.Definition.Type.Elem.NonNull
	data := []byte{'['}
	for i, v := range values {
		if i > 0 {
			data = append(data, ',')
		}
		value := v.Value
		if isNull(value) {
			if promised {
				graphql.AddErrorf(ctx, "element %d must not be null", i)
				return nil, nil //nolint:nilnil // null, as above
			}
			value = null
		}
		data = append(data, value...)
	}
	return bytesMarshaler(append(data, ']')), nil
}

func bytesMarshaler(data []byte) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(data) }) // into gqlgen's buffer, which does not fail
}

// refsOf returns the entities of a resolver's result: one, or the elements of a slice. A nil pointer is no entity.
func refsOf(result any) (refs []read.Ref, list, ok bool) {
	v := reflect.ValueOf(result)
	switch {
	case !v.IsValid():
		return nil, false, false
	case v.Kind() == reflect.Slice && v.Type().Elem().Implements(refType):
		refs = make([]read.Ref, v.Len())
		for i := range refs {
			if element := v.Index(i); !element.IsNil() {
				refs[i] = element.Interface().(read.Ref)
			}
		}
		return refs, true, true
	case v.Type().Implements(refType) && !v.IsNil():
		return []read.Ref{result.(read.Ref)}, false, true
	}
	return nil, false, false
}

var refType = reflect.TypeFor[read.Ref]()
