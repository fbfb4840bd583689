package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

func start(ctx context.Context, args ...string) (stdout string, err error) {
	var out, diagnostics bytes.Buffer
	err = run(ctx, args, os.Getenv, os.Environ(), strings.NewReader(""), &out, &diagnostics)
	return out.String(), errors.Join(err, nonEmpty(diagnostics.String()))
}

func nonEmpty(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

func TestStatusOfTheCommand(t *testing.T) {
	t.Parallel()
	_, err := start(t.Context(), "--", "sh", "-c", "exit 7")
	var status *exec.ExitError
	require.ErrorAs(t, err, &status)
	require.Equal(t, 7, status.ExitCode())
}

func TestTwoEmptyDatabases(t *testing.T) {
	t.Parallel()
	urls, err := start(t.Context(), "--", "sh", "-c", `echo "$DATABASE_URL"; echo "$ATLAS_DEV_URL"`)
	require.NoError(t, err)
	lines := strings.Fields(urls)
	require.Len(t, lines, 2)
	require.NotEqual(t, lines[0], lines[1])
	for _, url := range lines {
		require.Contains(t, url, "@127.0.0.1:")
	}
	// The server has ended with the command.
	cfg := database.NewConfig(lines[0])
	cfg.StartupTimeout = 0
	_, err = database.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	require.Error(t, err)
}

func TestNoCommand(t *testing.T) {
	t.Parallel()
	_, err := start(t.Context(), "--")
	require.ErrorIs(t, err, errUsage)
}
