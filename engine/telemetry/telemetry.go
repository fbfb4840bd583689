// Package telemetry tells operators what the process does: metrics, traces, slow operations.
//
// It is told by others ([server.Observer], [database.Observer]) and asks others when it is asked itself ([Telemetry.Pool]
// and its like). What it says has names, numbers and codes; never a variable, an argument, a document or an error's text.
//
// A request that is not traced costs it no allocation: the series of a label are made when the label is first seen, and
// found by one look into a map that nobody changes ([family]).
package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/vektah/gqlparser/v2/ast"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config tunes a [Telemetry].
type Config struct {
	// Version is the program's.
	Version string
	// Slow is how long an operation takes that is logged as slow; 0 logs none. Default 1s.
	Slow time.Duration
}

// Telemetry is where everything is told. It is safe for concurrent use. [New] makes one.
type Telemetry struct {
	config   Config
	logger   *slog.Logger
	start    time.Time
	registry *prometheus.Registry
	metrics  *metrics
	provider *sdktrace.TracerProvider // nil without traces
	tracer   trace.Tracer             // nil without traces
	status   map[string]func() any
}

// New returns a telemetry, which sends traces if the environment says where to (see [traces]). The caller ends it with
// [Telemetry.Close].
func New(ctx context.Context, config Config, getenv func(string) string, logger *slog.Logger) (*Telemetry, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	t := &Telemetry{
		config: config, logger: logger, start: time.Now(), registry: registry,
		metrics: newMetrics(registry, config), status: make(map[string]func() any),
	}
	var err error
	if t.provider, err = traces(ctx, config, getenv, logger); err != nil {
		return nil, err
	}
	if t.provider != nil {
		t.tracer = t.provider.Tracer("cambium")
	}
	return t, nil
}

// Operation is one that has series of its own, whatever else clients may think of.
func (t *Telemetry) Operation(kind ast.Operation, name string) {
	if name != "" && len(name) <= longestName {
		t.metrics.operations.reserve(operationKey{kind, name})
	}
}

// closeTimeout bounds the sending of the last spans: a collector that does not answer does not hold up the end.
const closeTimeout = 3 * time.Second

// Close sends the spans that were not sent yet. Without a collector that answers they are lost, which is logged.
func (t *Telemetry) Close(ctx context.Context) {
	if t.provider == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.logger.WarnContext(ctx, "the last spans are lost", "error", err)
	}
}
