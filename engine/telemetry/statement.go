package telemetry

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// verbs are the statements that are told apart; a transaction's are events of its operation.
var verbs = [...]string{"select", "insert", "update", "delete", "with", "begin", "commit", "rollback", "savepoint", "set", "copy", "do"}

func isTransaction(verb string) bool {
	return verb == "begin" || verb == "commit" || verb == "rollback"
}

// verbOf is the first word of a statement.
func verbOf(sql string) string {
	sql = strings.TrimLeft(sql, " \t\r\n(")
	for _, verb := range verbs {
		if len(sql) >= len(verb) && strings.EqualFold(sql[:len(verb)], verb) {
			return verb
		}
	}
	return other
}

type statementKey struct{}

// BeginStatement implements [database.Observer]. Only statements of a traced operation have a span.
func (t *Telemetry) BeginStatement(ctx context.Context, sql string) context.Context {
	if t.tracer == nil {
		return ctx
	}
	ran := runningOf(ctx)
	if ran == nil || isTransaction(verbOf(sql)) {
		return ctx
	}
	verb := strings.ToUpper(verbOf(sql))
	ctx, span := t.tracer.Start(trace.ContextWithSpan(ctx, ran.span), verb, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		semconv.DBSystemNamePostgreSQL, semconv.DBOperationName(verb), semconv.GraphQLOperationName(ran.name), entitiesKey.StringSlice(ran.entities),
	))
	return context.WithValue(ctx, statementKey{}, span)
}

// EndStatement implements [database.Observer].
func (t *Telemetry) EndStatement(ctx context.Context, sql string, took time.Duration, rows int64, err error) {
	verb := verbOf(sql)
	s := t.metrics.statements.of(verb)
	s.duration.Observe(took.Seconds())
	if err != nil {
		s.failed.Inc()
	}
	if t.tracer == nil {
		return
	}
	if span, ok := ctx.Value(statementKey{}).(trace.Span); ok {
		if err != nil {
			span.SetAttributes(semconv.ErrorTypeKey.String(typeOf(err)))
			span.SetStatus(codes.Error, typeOf(err))
		} else {
			span.SetAttributes(semconv.DBResponseReturnedRows(int(rows)))
		}
		span.End()
		return
	}
	if ran := runningOf(ctx); ran != nil && isTransaction(verb) {
		attributes := []attribute.KeyValue{attribute.Int64("duration_us", took.Microseconds())}
		if err != nil {
			attributes = append(attributes, semconv.ErrorTypeKey.String(typeOf(err)))
		}
		ran.span.AddEvent("transaction "+verb, trace.WithAttributes(attributes...))
	}
}

// Retry implements [database.Observer].
func (t *Telemetry) Retry(ctx context.Context, try int, err error) {
	t.metrics.retries.Inc()
	if t.tracer == nil {
		return
	}
	if ran := runningOf(ctx); ran != nil {
		ran.span.AddEvent("retry", trace.WithAttributes(attribute.Int("try", try), semconv.ErrorTypeKey.String(typeOf(err))))
	}
}

// typeOf is the SQLSTATE of an error; its text may have values.
func typeOf(err error) string {
	var state interface{ SQLState() string }
	switch {
	case errors.As(err, &state):
		return state.SQLState()
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return other
}
