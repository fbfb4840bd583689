package migration_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/internal/faultlab"
)

// pgbouncer runs a real PgBouncer before the server of a database URL, and returns the URL through it.
func pgbouncer(t *testing.T, at, mode string) string {
	t.Helper()
	return faultlab.StartPgBouncer(t, at, faultlab.PgBouncer{Mode: mode, More: []string{
		"ignore_startup_parameters = extra_float_digits, statement_timeout, lock_timeout, idle_in_transaction_session_timeout, jit",
	}})
}

// Nothing in the configuration tells of the pooler: it is found.
func TestTrapPgBouncerInTransactionModeIsRefused(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	for _, conns := range []int32{1, 4} {
		cfg := database.NewConfig(pgbouncer(t, at, "transaction"))
		cfg.MaxConns = conns
		pooled := openConfig(t, cfg)
		_, err := apply(t, pooled, path)
		require.ErrorIs(t, err, migration.ErrPooler)
		_, err = migration.Down(t.Context(), pooled, migration.LocalDir(path), migration.DownOptions{})
		require.ErrorIs(t, err, migration.ErrPooler)
		require.Equal(t, []string{"public."}, relations(t, db))
	}
}

func TestPgBouncerInSessionModeIsFine(t *testing.T) {
	t.Parallel()
	_, at := setup(t)
	path := tree(t, three())
	ctx, cancel := context.WithTimeout(t.Context(), eventually)
	defer cancel()
	db, err := database.Open(ctx, database.NewConfig(pgbouncer(t, at, "session")), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	rep, err := migration.Apply(ctx, db, migration.LocalDir(path), migration.Options{})
	require.NoError(t, err)
	require.Len(t, rep.Applied, 3)
	require.NoError(t, db.Close())
}
