package telemetry

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"cambium/engine/server"
)

// BeginRequest implements [server.Observer]. The trace is the client's, where it sends a traceparent (W3C Trace Context).
// Probes have no span: they come every few seconds and say nothing.
func (t *Telemetry) BeginRequest(r *http.Request) context.Context {
	if t.tracer == nil || server.IsProbe(r.URL.Path) {
		return r.Context()
	}
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, _ = t.tracer.Start(ctx, methodOf(r.Method), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		semconv.HTTPRequestMethodKey.String(methodOf(r.Method)), semconv.URLScheme(schemeOf(r)), semconv.NetworkProtocolVersion(protocolOf(r)),
	))
	return ctx
}

// EndRequest implements [server.Observer].
func (t *Telemetry) EndRequest(ctx context.Context, r *http.Request, status int, took time.Duration) {
	s := t.metrics.requests.of(requestKey{r.Pattern, status})
	s.count.Inc()
	s.duration.Observe(took.Seconds())
	if t.tracer == nil || server.IsProbe(r.URL.Path) {
		return
	}
	span := trace.SpanFromContext(ctx)
	if span.IsRecording() {
		route := routeOf(r.Pattern)
		span.SetName(methodOf(r.Method) + " " + route)
		span.SetAttributes(semconv.HTTPRoute(route), semconv.HTTPResponseStatusCode(status), attribute.String("http.request.id", server.RequestID(ctx)))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(status))
		}
	}
	span.End()
}

// Refused implements [server.Observer].
func (t *Telemetry) Refused(ctx context.Context, code string) {
	t.metrics.errors.of(code).Inc()
	if t.tracer != nil {
		trace.SpanFromContext(ctx).SetAttributes(semconv.ErrorTypeKey.String(code))
	}
}

// Panicked implements [server.Observer].
func (t *Telemetry) Panicked(ctx context.Context) {
	t.metrics.panics.Inc()
	if t.tracer != nil {
		trace.SpanFromContext(ctx).AddEvent("panic recovered")
	}
}

// methodOf is a method that HTTP knows; any other is a client's invention.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}

func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

func protocolOf(r *http.Request) string {
	const http1 = 1
	if r.ProtoMajor > http1 {
		return "2"
	}
	return "1.1"
}
