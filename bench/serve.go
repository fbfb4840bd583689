package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"

	"cambium/bench/child"
	"cambium/bench/floor"
	"cambium/bench/measure"
	"cambium/bench/target"
)

// serveArgument makes the program one of the measured servers.
const serveArgument = "serve"

func serve(ctx context.Context, name string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	switch name {
	case measure.Floor:
		return child.Serve(ctx, getenv, stdin, stdout, func(ctx context.Context, listener net.Listener) error {
			return floor.Serve(ctx, getenv(child.DatabaseURL), listener)
		})
	case measure.Cambium:
		logger := slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
		return child.Serve(ctx, getenv, stdin, stdout, func(ctx context.Context, listener net.Listener) error {
			return target.Serve(ctx, getenv, listener, logger)
		})
	}
	return fmt.Errorf("there is no such server here")
}
