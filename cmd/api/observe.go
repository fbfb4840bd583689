package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/engine/telemetry"
)

// observation is what operators see of a program that serves.
type observation struct {
	*telemetry.Telemetry

	debug   *http.Server // nil for none
	address string       // where it listens
}

// The bounds of the debug listener, whose slowest answer is a profile.
const (
	debugHeaderTimeout = 5 * time.Second
	debugWriteTimeout  = 5 * time.Minute
)

// observe begins to. The caller closes what it returns, last of all.
func (s *settings) observe(ctx context.Context, getenv func(string) string, logger *slog.Logger) (*observation, error) {
	t, err := telemetry.New(ctx, telemetry.Config{Version: version(), Slow: s.slow}, getenv, logger)
	if err != nil {
		return nil, err
	}
	return &observation{Telemetry: t}, nil
}

// listen opens the debug listener, unless the address is empty.
func (o *observation) listen(ctx context.Context, address string, logger *slog.Logger) error {
	if address == "" {
		return nil
	}
	listener, err := listen(ctx, address)
	if err != nil {
		return err
	}
	o.address = listener.Addr().String()
	o.debug = &http.Server{
		Handler: o.Debug(), ReadHeaderTimeout: debugHeaderTimeout, WriteTimeout: debugWriteTimeout,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := o.debug.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.ErrorContext(ctx, "the debug listener ended", "error", err)
		}
	}()
	logger.InfoContext(ctx, "debug listener", "address", o.address)
	return nil
}

func (o *observation) close(ctx context.Context) {
	if o.debug != nil {
		_ = o.debug.Close() // of connections that are only looked through
	}
	o.Telemetry.Close(ctx)
}

// pending counts the migrations that a database lacks.
func pending(db *database.DB) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		status, err := migration.ReadStatus(ctx, db, migrations())
		return len(status.Pending), err
	}
}

// register keeps series for the operations of documents that clients may name.
func (o *observation) register(documents map[string]string) {
	for _, text := range documents {
		parsed, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			continue // whoever sends it is told
		}
		for _, operation := range parsed.Operations {
			o.Operation(operation.Operation, operation.Name)
		}
	}
}

// parseDebugAddr wants an address of this machine: whoever reaches the debug listener sees and profiles everything.
func parseDebugAddr(s *settings, text string) error {
	host, _, err := net.SplitHostPort(text)
	if err != nil || !isLoopback(net.JoinHostPort(strings.Trim(host, "[]"), "0")) {
		return errors.New("must be host:port of this machine alone, such as 127.0.0.1:9090")
	}
	s.debugAddr = text
	return nil
}

func showDebugAddr(s *settings) string {
	if s.debugAddr == "" {
		return "(none)"
	}
	return s.debugAddr
}
