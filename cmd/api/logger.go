package main

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"cambium/engine/server"
)

// newLogger writes text to a terminal, and elsewhere one JSON object a line.
func newLogger(w io.Writer, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if isTerminal(w) {
		return slog.New(server.LogHandler(slog.NewTextHandler(w, options)))
	}
	return slog.New(server.LogHandler(slog.NewJSONHandler(w, options)))
}

// isTerminal reports whether a reader or writer is one.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
