package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// traces returns where spans go, nil for nowhere: to the collector of OTEL_EXPORTER_OTLP_ENDPOINT, by OTLP over HTTP. The
// SDK itself reads the other variables that OpenTelemetry has for it, from the process's environment: headers, timeouts,
// sampling, batches, the resource.
func traces(ctx context.Context, config Config, getenv func(string) string, logger *slog.Logger) (*sdktrace.TracerProvider, error) {
	if getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" ||
		strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return nil, nil //nolint:nilnil // nowhere is where most send them
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("send traces: %w", err)
	}
	described, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("cambium"), semconv.ServiceVersion(config.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv()) // the last word is the environment's
	if err != nil {
		return nil, fmt.Errorf("describe the process for traces: %w", err)
	}
	// The SDK has one handler for a process; without it a collector that is away is told of on the standard error, past
	// the log.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		logger.WarnContext(context.WithoutCancel(ctx), "traces are not sent", "error", err)
	}))
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described)), nil
}
