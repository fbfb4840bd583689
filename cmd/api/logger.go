package main

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"cambium/engine/server"
	"cambium/engine/telemetry"
)

// newLogger writes text to a terminal, and elsewhere one JSON object a line.
func newLogger(w io.Writer, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewJSONHandler(w, options)
	if isTerminal(w) {
		handler = slog.NewTextHandler(w, options)
	}
	return slog.New(server.LogHandler(telemetry.LogHandler(handler)))
}

// isTerminal reports whether a reader or writer is one.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
