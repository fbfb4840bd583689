package telemetry

import (
	"context"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"cambium/engine/operation"
	"cambium/engine/server"
)

// The attributes that no convention has a name for.
const (
	entitiesKey = attribute.Key("cambium.entities")
	costKey     = attribute.Key("cambium.cost")
)

// BeginOperation implements [server.Observer].
func (t *Telemetry) BeginOperation(ctx context.Context, op *operation.Operation) context.Context {
	t.metrics.running.Inc()
	if t.tracer == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return ctx
	}
	ran := running{name: short(op.Operation.Name), entities: entitiesOf(op.Operation.SelectionSet)}
	title := string(op.Operation.Operation)
	if ran.name != "" {
		title += " " + ran.name
	}
	ctx, span := t.tracer.Start(ctx, title, trace.WithAttributes(
		semconv.GraphQLOperationTypeKey.String(string(op.Operation.Operation)), semconv.GraphQLOperationName(ran.name),
		costKey.Int64(op.Cost()), entitiesKey.StringSlice(ran.entities),
	))
	ran.span = span
	return context.WithValue(ctx, runningKey{}, &ran)
}

// EndOperation implements [server.Observer].
func (t *Telemetry) EndOperation(ctx context.Context, op *operation.Operation, took time.Duration, errs gqlerror.List) {
	t.metrics.running.Dec()
	s := t.metrics.operation(op.Operation.Operation, op.Operation.Name)
	s.duration.Observe(took.Seconds())
	t.metrics.cost.Observe(float64(op.Cost()))
	if len(errs) == 0 {
		s.done.Inc()
	} else {
		s.failed.Inc()
	}
	for _, err := range errs {
		t.metrics.errors.of(server.CodeOf(err)).Inc()
	}
	if t.config.Slow > 0 && took >= t.config.Slow {
		t.metrics.slow.Inc()
		t.logSlow(ctx, op, took)
	}
	if t.tracer == nil {
		return
	}
	if ran := runningOf(ctx); ran != nil {
		if len(errs) > 0 {
			code := server.CodeOf(errs[0])
			ran.span.SetAttributes(semconv.ErrorTypeKey.String(code))
			ran.span.SetStatus(codes.Error, code)
		}
		ran.span.End()
	}
}

// running is a traced operation, as its statements know it.
type running struct {
	span     trace.Span
	name     string
	entities []string
}

type runningKey struct{}

// runningOf is the traced operation of a context, nil for none.
func runningOf(ctx context.Context) *running {
	r, _ := ctx.Value(runningKey{}).(*running)
	return r
}

// entitiesOf names the entities that a selection touches, which are the types that have an id of their own.
func entitiesOf(set ast.SelectionSet) []string {
	var names []string
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if d := s.ObjectDefinition; d != nil && len(d.Interfaces) > 0 && !slices.Contains(names, d.Name) {
					names = append(names, d.Name)
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				walk(s.Definition.SelectionSet)
			}
		}
	}
	walk(set)
	slices.Sort(names)
	return names
}
