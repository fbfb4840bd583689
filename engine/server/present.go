package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// presenter decides what a client is told of an error: what is on the list, and of anything else that it is in the log.
type presenter struct {
	classify func(error) (*Fault, bool)
	observer Observer
	logger   *slog.Logger
}

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	var place *gqlerror.Error // where it happened, and for faults of the document what
	if !errors.As(err, &place) {
		place = &gqlerror.Error{Path: graphql.GetPath(ctx)}
	}
	if _, shown := errors.AsType[*Fault](place.Err); shown {
		return place // by a presenter already, in an execution within this one
	}
	fault, id := p.fault(ctx, err, place)
	e := fault.graphql(id)
	e.Locations = place.Locations
	if len(e.Path) == 0 {
		e.Path = slices.Clone(place.Path)
	}
	return e
}

// mostRequestErrors bounds what a document full of faults can make the server write.
const mostRequestErrors = 20

// ofDocument shows what is wrong with a document or with its variables. gqlparser quotes; the bound sees to it that a
// large request is not sent back.
func ofDocument(errs gqlerror.List) gqlerror.List {
	shown := make(gqlerror.List, 0, mostRequestErrors)
	for _, e := range errs[:min(len(errs), mostRequestErrors)] {
		fault := Fault{Code: CodeOf(e), Message: clip(e.Message)}
		if len(e.Path.String()) <= longestClipped {
			fault.Path = e.Path
		}
		one := fault.graphql("")
		one.Locations = e.Locations
		shown = append(shown, one)
	}
	return shown
}

// fault finds the fault that the error is, with the id under which the log has more.
func (p presenter) fault(ctx context.Context, err error, place *gqlerror.Error) (*Fault, string) {
	id := RequestID(ctx)
	known, ok := p.classify(err)
	if ok && !known.Logged {
		return known, ""
	}
	ended := ctx.Err()
	if ended != nil && errors.Is(err, context.Canceled) && !errors.Is(ended, context.DeadlineExceeded) {
		return gone, id
	}
	if place.Err != nil {
		err = place.Err // without GraphQL's prefix
	}
	attrs := append(make([]slog.Attr, 0, 5), slog.String("id", id), slog.String("operation", operationName(ctx)),
		slog.String("path", place.Path.String()), slog.Any("error", err))
	if ok {
		p.logger.LogAttrs(ctx, slog.LevelWarn, "operation failed", attrs...)
		return known, id
	}
	if errors.Is(ended, context.DeadlineExceeded) {
		p.logger.LogAttrs(ctx, slog.LevelWarn, "operation took too long", attrs...)
		return timedOut, id
	}
	if recovered, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.String("stack", recovered.stack))
	}
	p.logger.LogAttrs(ctx, slog.LevelError, "operation failed", attrs...)
	return internal, id
}

// unauthenticated finds the fault of a request of whom nobody knows who sent it. Why is in the log alone.
func (p presenter) unauthenticated(ctx context.Context, err error) *Fault {
	fault, ok := p.classify(err)
	if !ok {
		fault = internal
	}
	p.logger.LogAttrs(ctx, slog.LevelWarn, "request not authenticated", slog.String("id", RequestID(ctx)), slog.Any("error", err))
	return fault
}

func operationName(ctx context.Context) string {
	if e := exchangeOf(ctx); e != nil {
		return e.operation
	}
	return ""
}

// panicError is a resolver's panic, for the log.
type panicError struct {
	value any
	stack string
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

func (p presenter) recovered(ctx context.Context, v any) error {
	p.observer.Panicked(ctx)
	return &panicError{value: v, stack: string(debug.Stack())}
}
