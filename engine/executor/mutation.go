package executor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/access"
	"cambium/engine/idempotency"
	"cambium/engine/operation"
	"cambium/engine/write"
)

// maxRaces bounds how often an operation is run again because another one was faster. A row that was missing once and in
// the way the next time is there the third time.
const maxRaces = 3

// mutation runs all fields of the operation in one transaction, one after the other. What fails undoes all of it: the
// answer is then nil, and the errors say why.
func (s *Schema) mutation(ctx context.Context, op *operation.Operation, dst []byte) []byte {
	var data []byte
	var err error
	for range maxRaces {
		err = s.config.DB.WithTx(ctx, func(ctx context.Context) (err error) {
			data, err = s.once(ctx, op, dst)
			return err
		})
		if !errors.Is(err, write.ErrRaced) {
			break
		}
	}
	if err == nil {
		return data
	}
	var failed *failure
	if !errors.As(err, &failed) {
		graphql.AddError(ctx, err)
		return nil
	}
	for _, e := range failed.shown {
		graphql.AddError(ctx, e)
	}
	return nil
}

// once runs the operation, or repeats the answer that was given to the same request under the same key.
func (s *Schema) once(ctx context.Context, op *operation.Operation, dst []byte) ([]byte, error) {
	sent := op.Headers[idempotency.Header]
	if len(sent) == 0 {
		return s.mutate(ctx, op, dst)
	}
	if s.config.Keys == nil {
		return nil, idempotency.ErrUnserved
	}
	variables, err := json.Marshal(op.Variables)
	if err != nil {
		return nil, fmt.Errorf("read variables again: %w", err)
	}
	key, err := idempotency.NewKey(access.From(ctx).ID, strings.Join(sent, ","), []byte(op.RawQuery), []byte(op.OperationName), variables)
	if err != nil {
		return nil, err
	}
	answer, replayed, err := s.config.Keys.Claim(ctx, key)
	if err != nil || replayed {
		return append(dst, answer...), err
	}
	data, err := s.mutate(ctx, op, dst)
	if err != nil {
		return nil, err
	}
	return data, s.config.Keys.Finish(ctx, key, data[len(dst):])
}

// failure is why a mutation is undone: the errors of the field that failed.
type failure struct {
	error

	shown []error
}

func (f *failure) Unwrap() error { return f.error }

// mutate runs the fields in the transaction of the context, up to the first that fails.
func (s *Schema) mutate(ctx context.Context, op *operation.Operation, data []byte) ([]byte, error) {
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, op.RecoverFunc) // of this try alone
	data = append(data, '{')
	for i, f := range op.Fields {
		if i > 0 {
			data = append(data, ',')
		}
		data = append(append(append(data, '"'), f.Alias...), '"', ':')
		value, err := s.mutateField(ctx, op, f)
		if err != nil {
			return nil, err
		}
		data = append(data, value...)
	}
	return append(data, '}'), nil
}

func (s *Schema) mutateField(ctx context.Context, op *operation.Operation, f graphql.CollectedField) (value []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fails(f, op.Recover(ctx, v))
		}
	}()
	switch {
	case f.Name == "__typename":
		return []byte(`"` + s.schema.Mutation.Name + `"`), nil
	case s.config.Writer != nil && s.config.Writer.Serves(f.Name):
		answer, err := s.config.Writer.Write(ctx, &op.OperationContext, f)
		if err == nil {
			err = errors.Join(answer.Faults...)
		}
		if err != nil {
			return nil, fails(f, err)
		}
		value = answer.Value
	default:
		field := *f.Field
		field.SelectionSet = f.Selections
		own, ok := s.others(ctx, op, ast.SelectionSet{&field})
		if errs := graphql.GetErrors(ctx); len(errs) > 0 {
			return nil, failsWith(errs)
		}
		if value = own[f.Alias]; !ok {
			value = nil
		}
	}
	if isNull(value) {
		value = null
	}
	return value, nil
}

// fails makes a failure of what a field ended with: an error for each fault.
func fails(f graphql.CollectedField, err error) error {
	var shown []error
	for _, e := range each(err) {
		shown = append(shown, located(f, e))
	}
	return &failure{err, shown}
}

// failsWith makes a failure of the errors that a field of the app ended with.
func failsWith(errs gqlerror.List) error {
	var shown, causes []error
	for _, e := range errs {
		causes = append(causes, e)
		for _, fault := range each(e.Err) {
			one := *e
			if fault != nil {
				one.Err, one.Message = fault, fault.Error()
			}
			shown = append(shown, &one)
		}
	}
	return &failure{errors.Join(causes...), shown}
}

// each returns the faults of an input one by one, and any other error as it is.
func each(err error) []error {
	var faults write.Faults
	if !errors.As(err, &faults) {
		return []error{err}
	}
	return faults.Unwrap()
}
