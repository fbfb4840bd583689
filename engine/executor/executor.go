// Package executor turns one validated operation into one response: entity fields are answered by engine/read, the
// app's own root fields and introspection by gqlgen's generated code, and both stand in the order that was asked for.
package executor

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/read"
)

// Schema implements [graphql.ExecutableSchema] for the whole API.
type Schema struct {
	reader *read.Reader
	schema *ast.Schema
	app    graphql.ExecutableSchema
}

// New joins the reader with the executor that gqlgen generated for the app's own fields. The schema is the one that
// clients see.
func New(reader *read.Reader, schema *ast.Schema, app graphql.ExecutableSchema) *Schema {
	return &Schema{reader, schema, app}
}

// Schema implements [graphql.ExecutableSchema].
func (s *Schema) Schema() *ast.Schema { return s.schema }

// Complexity implements [graphql.ExecutableSchema]: it has no opinion.
func (s *Schema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec implements [graphql.ExecutableSchema].
func (s *Schema) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Query {
		return s.app.Exec(graphql.WithOperationContext(ctx, s.appContext(op, op.Operation.SelectionSet)))
	}
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return &graphql.Response{Data: s.query(ctx, op)}
	}
}

// query answers the fields of the root. A null where the schema promises a value makes the whole data null.
func (s *Schema) query(ctx context.Context, op *graphql.OperationContext) []byte {
	fields := graphql.CollectFields(op, op.Operation.SelectionSet, []string{s.schema.Query.Name})
	var entities []graphql.CollectedField
	var others ast.SelectionSet
	for _, f := range fields {
		switch {
		case f.Name == "__typename":
		case s.reader.Serves(f.Name):
			entities = append(entities, f)
		default:
			field := *f.Field
			field.SelectionSet = f.Selections
			others = append(others, &field)
		}
	}
	answers := s.reader.Read(ctx, op, entities)
	for i, a := range answers {
		for _, fault := range a.Faults {
			graphql.AddError(ctx, located(entities[i], fault))
		}
	}
	own, ok := s.others(ctx, op, others)
	if !ok {
		return null
	}
	data := make([]byte, 0, sizeOf(answers, own))
	data = append(data, '{')
	for i, f := range fields {
		if i > 0 {
			data = append(data, ',')
		}
		data = append(append(append(data, '"'), f.Alias...), '"', ':')
		var value []byte
		switch {
		case f.Name == "__typename":
			value = []byte(`"` + s.schema.Query.Name + `"`)
		case s.reader.Serves(f.Name):
			value = answers[0].Value
			answers = answers[1:]
		default:
			value = own[f.Alias]
		}
		if isNull(value) {
			if f.Definition.Type.NonNull {
				return null
			}
			value = null
		}
		data = append(data, value...)
	}
	return append(data, '}')
}

var null = []byte("null")

func isNull(value []byte) bool { return len(value) == 0 || string(value) == "null" }

func sizeOf(answers []read.Answer, own map[string]json.RawMessage) int {
	const perField = 64
	n := perField
	for _, a := range answers {
		n += len(a.Value) + perField
	}
	for _, v := range own {
		n += len(v) + perField
	}
	return n
}

// located wraps an error with the path of its field and where it stands in the document.
func located(f graphql.CollectedField, err error) error {
	path := ast.Path{ast.PathName(f.Alias)}
	var fault *read.Error
	if errors.As(err, &fault) && len(fault.Path) > 0 {
		path = fault.Path
	}
	e := gqlerror.WrapPath(path, err)
	if f.Position != nil {
		e.Locations = []gqlerror.Location{{Line: f.Position.Line, Column: f.Position.Column}}
	}
	return e
}

// others has the app's executor answer its fields, by their response keys; false where it answers null as a whole.
func (s *Schema) others(ctx context.Context, op *graphql.OperationContext, fields ast.SelectionSet) (map[string]json.RawMessage, bool) {
	if len(fields) == 0 {
		return nil, true
	}
	ctx = graphql.WithOperationContext(ctx, s.appContext(op, fields))
	response := s.app.Exec(ctx)(ctx)
	for _, err := range response.Errors {
		graphql.AddError(ctx, err)
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(response.Data, &values); err != nil {
		graphql.AddError(ctx, err)
		return nil, false
	}
	return values, values != nil
}

// appContext is the operation as the app's executor sees it: its own fields only, and entities rendered.
func (s *Schema) appContext(op *graphql.OperationContext, fields ast.SelectionSet) *graphql.OperationContext {
	operation := *op.Operation
	operation.SelectionSet = fields
	return &graphql.OperationContext{
		RawQuery:             op.RawQuery,
		Variables:            op.Variables,
		OperationName:        op.OperationName,
		Doc:                  op.Doc,
		Extensions:           op.Extensions,
		Headers:              op.Headers,
		Operation:            &operation,
		DisableIntrospection: op.DisableIntrospection,
		RecoverFunc:          op.RecoverFunc,
		ResolverMiddleware: func(ctx context.Context, next graphql.Resolver) (any, error) {
			result, err := op.ResolverMiddleware(ctx, next)
			if err != nil {
				return result, err
			}
			return s.render(ctx, result)
		},
		RootResolverMiddleware: op.RootResolverMiddleware,
		Stats:                  op.Stats,
	}
}
