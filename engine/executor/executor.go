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

	"cambium/engine/database"
	"cambium/engine/idempotency"
	"cambium/engine/operation"
	"cambium/engine/read"
	"cambium/engine/write"
)

// Config is what an API is made of. All of it is required but for Keys.
type Config struct {
	// Schema is the one that clients see.
	Schema *ast.Schema
	// Reader answers the fields of entities.
	Reader *read.Reader
	// Writer answers the generated mutations.
	Writer *write.Writer
	// DB is where a mutation's transaction is: a *[database.DB], or what begins transactions in its place.
	DB Transactor
	// Keys has the answers of mutations that came with an idempotency key; nil refuses such.
	Keys *idempotency.Store
	// App is the executor that gqlgen generated for the app's own fields.
	App graphql.ExecutableSchema
}

// Transactor runs a function in a transaction, as [database.DB.WithTx] does.
type Transactor interface {
	WithTx(ctx context.Context, fn func(context.Context) error, opts ...database.TxOption) error
}

// Schema implements [operation.Executor] for the whole API.
type Schema struct {
	config Config
	reader *read.Reader
	schema *ast.Schema
	app    graphql.ExecutableSchema
}

// New joins the reader and the writer with the executor of the app's own fields.
func New(config Config) *Schema {
	return &Schema{config, config.Reader, config.Schema, config.App}
}

// Schema implements [operation.Executor].
func (s *Schema) Schema() *ast.Schema { return s.schema }

// Execute implements [operation.Executor]. A null where the schema promises a value makes the whole data null.
func (s *Schema) Execute(ctx context.Context, op *operation.Operation, dst []byte) []byte {
	var data []byte
	switch op.Operation.Operation {
	case ast.Query:
		data = s.query(ctx, op, dst)
	case ast.Mutation:
		data = s.mutation(ctx, op, dst)
	default:
		response := s.app.Exec(graphql.WithOperationContext(ctx, s.appContext(&op.OperationContext, op.Operation.SelectionSet)))(ctx)
		return append(dst, response.Data...)
	}
	if data == nil {
		return append(dst, null...)
	}
	return data
}

// query appends the fields of the root; nil where the data is null.
func (s *Schema) query(ctx context.Context, op *operation.Operation, dst []byte) []byte {
	var entities []graphql.CollectedField
	var others ast.SelectionSet
	for i := range op.Fields {
		f := &op.Fields[i]
		switch {
		case f.Name == "__typename":
		case s.reader.Serves(f.Name):
			entities = append(entities, *f)
		default:
			field := *f.Field
			field.SelectionSet = f.Selections
			others = append(others, &field)
		}
	}
	read := s.reader.Read(ctx, &op.OperationContext, entities)
	defer read.Release()
	answers := read.Answers
	for i, a := range answers {
		for _, fault := range a.Faults {
			graphql.AddError(ctx, located(entities[i], fault))
		}
	}
	own, ok := s.others(ctx, op, others)
	if !ok {
		return nil
	}
	dst = append(dst, '{')
	for i := range op.Fields {
		f := &op.Fields[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), f.Alias...), '"', ':')
		var value []byte
		switch {
		case f.Name == "__typename":
			dst = append(append(append(dst, '"'), s.schema.Query.Name...), '"')
			continue
		case s.reader.Serves(f.Name):
			value = answers[0].Value
			answers = answers[1:]
		default:
			value = own[f.Alias]
		}
		if isNull(value) {
			if f.Definition.Type.NonNull {
				return nil
			}
			value = null
		}
		dst = append(dst, value...)
	}
	return append(dst, '}')
}

var null = []byte("null")

func isNull(value []byte) bool { return len(value) == 0 || string(value) == "null" }

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
func (s *Schema) others(ctx context.Context, op *operation.Operation, fields ast.SelectionSet) (map[string]json.RawMessage, bool) {
	if len(fields) == 0 {
		return nil, true
	}
	ctx = graphql.WithOperationContext(ctx, s.appContext(&op.OperationContext, fields))
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
	definition := *op.Operation
	definition.SelectionSet = fields
	return &graphql.OperationContext{
		RawQuery:             op.RawQuery,
		Variables:            op.Variables,
		OperationName:        op.OperationName,
		Doc:                  op.Doc,
		Extensions:           op.Extensions,
		Headers:              op.Headers,
		Operation:            &definition,
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
	}
}
