// Package operation turns a request of GraphQL into one operation that is ready to run, and runs it.
package operation

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/limit"
)

// Executor answers operations of its schema.
type Executor interface {
	Schema() *ast.Schema
	// Execute appends the data to dst as JSON. What goes wrong with it, and extensions, it adds to the response of the
	// context ([graphql.AddError], [graphql.RegisterExtension]).
	Execute(ctx context.Context, op *Operation, dst []byte) []byte
}

// Operation is one operation of a document that was validated, with its variables coerced.
type Operation struct {
	// OperationContext is what gqlgen's generated code takes.
	graphql.OperationContext

	// Fields are those of the root, collected: to be read only.
	Fields []graphql.CollectedField

	measure *limit.Measure
}

// Cost is what the operation may cost at most, in points of [limit.Config].
func (o *Operation) Cost() int64 { return o.measure.Cost(o.Variables) }

// Config tunes a [Service].
type Config struct {
	// Introspection answers __schema and __type, and puts "did you mean" into validation errors.
	Introspection bool
	// MaxTokens is the most tokens that a document may have. More than 0.
	MaxTokens int
	// Limits bound what an operation may ask for. Default: nothing does.
	Limits limit.Config
	// CachedDocuments is how many documents are kept parsed and validated, those of up to 8 KiB. More than 0.
	CachedDocuments int
	// Present decides what a client is told of an error. Default: gqlgen's, which tells all.
	Present graphql.ErrorPresenterFunc
	// Recover turns the panic of a resolver into an error. Default: gqlgen's.
	Recover graphql.RecoverFunc
}

// Service prepares operations and runs them. It is safe for concurrent use.
type Service struct {
	executor  Executor
	config    Config
	documents *documents
	inputs    *inputTypes
}

// New returns the service of an executor's schema, from which it takes what is not served.
func New(executor Executor, config Config) *Service {
	if config.Present == nil {
		config.Present = graphql.DefaultErrorPresenter
	}
	if config.Recover == nil {
		config.Recover = graphql.DefaultRecover
	}
	// gqlparser puts @defer into every schema, and introspection would offer it: a response is one document here.
	delete(executor.Schema().Directives, "defer")
	return &Service{executor, config, newDocuments(executor.Schema(), config), &inputTypes{schema: executor.Schema()}}
}

// Prepare returns the operation that a request names. The errors are of the document, of the name or of the variables, and
// have a code in their extensions. The variables of the request are coerced where they are.
func (s *Service) Prepare(params *graphql.RawParams) (*Operation, gqlerror.List) {
	d, errs := s.documents.get(params.Query)
	if len(errs) > 0 {
		return nil, errs
	}
	known := d.operation(params.OperationName)
	if known == nil {
		return nil, gqlerror.List{invalid(gqlerror.Errorf("there is no such operation in the document"))}
	}
	variables, errs := coerce(s.inputs, known.definition, params.Variables)
	if len(errs) > 0 {
		return nil, errs
	}
	if fault := known.measure.Check(variables); fault != nil {
		return nil, gqlerror.List{exceeded(fault)}
	}
	op := &Operation{measure: known.measure, OperationContext: graphql.OperationContext{
		RawQuery:               params.Query,
		Variables:              variables,
		OperationName:          params.OperationName,
		Doc:                    d.document,
		Extensions:             params.Extensions,
		Headers:                params.Headers,
		Operation:              known.definition,
		DisableIntrospection:   !s.config.Introspection,
		RecoverFunc:            s.config.Recover,
		ResolverMiddleware:     resolve,
		RootResolverMiddleware: resolveRoot,
	}, Fields: known.fields}
	if known.conditional {
		op.Fields = graphql.CollectFields(&op.OperationContext, known.definition.SelectionSet, []string{known.root})
	}
	return op, nil
}

func resolve(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }

func resolveRoot(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) }

// Response is what came of an operation.
type Response struct {
	Data       []byte // what it was to be appended to, with the data as JSON behind it
	Errors     gqlerror.List
	Extensions map[string]any
}

// Run runs an operation, and appends its data to dst. A mutation is refused in a context of [ReadOnly].
func (s *Service) Run(ctx context.Context, op *Operation, dst []byte) Response {
	if refused(ctx, op) {
		return Response{Data: append(dst, "null"...), Errors: readOnly()}
	}
	ctx = graphql.WithOperationContext(ctx, &op.OperationContext)
	ctx = graphql.WithResponseContext(ctx, s.config.Present, s.config.Recover)
	data := s.executor.Execute(ctx, op, dst)
	return Response{data, graphql.GetErrors(ctx), graphql.GetExtensions(ctx)}
}
