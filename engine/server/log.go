package server

import (
	"context"
	"log/slog"
)

// LogHandler puts the id of the request, as "id", on every line that is logged with a request's context and has not said
// it itself.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" && !says(record, "id") {
		record = record.Clone()
		record.AddAttrs(slog.String("id", id))
	}
	return h.Handler.Handle(ctx, record)
}

func says(record slog.Record, key string) (said bool) {
	record.Attrs(func(a slog.Attr) bool {
		said = a.Key == key
		return !said
	})
	return said
}

// WithAttrs implements [slog.Handler].
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
