package database_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/internal/faultlab"
	"cambium/internal/pgtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, faultlab.Pipes())
}

// patience bounds what a test waits for. It is long because the machine may be busy; nothing waits for its end.
const patience = 20 * time.Second

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// setup opens a database of the test's own.
func setup(t testing.TB, edits ...func(*database.Config)) *database.DB {
	t.Helper()
	return open(t, pgtest.NewDatabase(t), edits...)
}

func open(t testing.TB, url string, edits ...func(*database.Config)) *database.DB {
	t.Helper()
	config := database.NewConfig(url)
	config.ApplicationName = "test"
	for _, edit := range edits {
		edit(&config)
	}
	db, err := database.Open(t.Context(), config, quiet())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func exec(t testing.TB, db *database.DB, sql string, args ...any) {
	t.Helper()
	_, err := db.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

// text reads the one text value that a statement gives.
func text(ctx context.Context, db *database.DB, sql string, args ...any) (string, error) {
	var s string
	err := db.Query(ctx, sql, args, func(values [][]byte) error {
		s = string(values[0])
		return nil
	})
	return s, err
}

func requireText(t testing.TB, db *database.DB, want, sql string, args ...any) {
	t.Helper()
	got, err := text(t.Context(), db, sql, args...)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// eventually polls the database until a statement gives what is wanted.
func eventually(t testing.TB, db *database.DB, want, sql string) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := text(t.Context(), db, sql)
		return err == nil && got == want
	}, patience, 5*time.Millisecond, "want %s from %s", want, sql)
}

// requireIdle sees to it that nobody holds a connection. One that is being closed still counts, for a moment.
func requireIdle(t testing.TB, db *database.DB) {
	t.Helper()
	require.Eventually(t, func() bool { return db.Stats().Acquired == 0 }, patience, time.Millisecond)
}
