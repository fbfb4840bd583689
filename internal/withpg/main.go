// Command withpg runs a command beside a private, empty PostgreSQL that ends with it.
//
//	withpg -- COMMAND [ARGUMENT...]
//
// DATABASE_URL and ATLAS_DEV_URL in the command's environment each name an empty database there. It ends with the
// command's status; with 1 when there is no PostgreSQL, with 2 when it was called wrongly.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"cambium/internal/devpg"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	var status *exec.ExitError
	switch {
	case err == nil:
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case errors.As(err, &status) && status.Exited(): // the command has said why
		os.Exit(status.ExitCode())
	default:
		fmt.Fprintln(os.Stderr, "withpg:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: withpg -- COMMAND [ARGUMENT...]")

const (
	// stopTimeout bounds the end of the server, which has nothing to keep.
	stopTimeout = 30 * time.Second
	// interruptGrace is how long a command that was interrupted may clean up.
	interruptGrace = 20 * time.Second
	// devDatabase is the second database.
	devDatabase = "cambium_dev"
)

func run(
	ctx context.Context, args []string, getenv func(string) string, environ []string,
	stdin io.Reader, stdout, stderr io.Writer,
) (err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errUsage
	}
	server, err := devpg.Start(ctx, devpg.Config{
		Volatile: true,
		Getenv:   getenv,
		Logger:   slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		err = errors.Join(err, server.Stop(ctx))
	}()
	if err := server.Exec(ctx, devpg.DefaultDatabase, "CREATE DATABASE "+devDatabase); err != nil {
		return fmt.Errorf("create database %s: %w", devDatabase, err)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = interruptGrace
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	cmd.Env = append(slices.Clone(environ), "DATABASE_URL="+server.URL(), "ATLAS_DEV_URL="+server.DatabaseURL(devDatabase))
	return cmd.Run()
}
