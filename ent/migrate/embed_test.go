package migrate_test

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/engine/migration/migrationtest"
	"cambium/ent/migrate"
	"cambium/internal/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// setup is an empty database of the test's own, and its URL.
func setup(t *testing.T) (*database.DB, string) {
	t.Helper()
	at := pgtest.NewDatabase(t)
	db, err := database.Open(t.Context(), database.NewConfig(at), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db, at
}

// A schema change without its migration fails here: make db-generate name=... writes it.
func TestMigrationsLeadToTheSchema(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	plan, err := migration.Changes(t.Context(), db, migration.NewDir(migrate.Migrations()), migrate.Target())
	require.NoError(t, err)
	require.Empty(t, plan.String(), "run make db-generate name=...")
}

// Every file goes up, down and up again, with the rows of fixtures kept, and ends at the schema.
func TestMigrationsUpDownUp(t *testing.T) {
	t.Parallel()
	migrationtest.Run(t, migration.NewDir(migrate.Migrations()), migrate.Target(), os.DirFS("fixtures"))
}

func TestEmbeddedMigrationsApply(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	dir := migration.NewDir(migrate.Migrations())
	require.ErrorIs(t, migration.Verify(t.Context(), db, dir), migration.ErrBehind)
	_, err := migration.Apply(t.Context(), db, dir, migration.Options{})
	require.NoError(t, err)
	require.NoError(t, migration.Verify(t.Context(), db, dir))

	plan, err := migration.Push(t.Context(), db, migrate.Target(), migration.PushOptions{})
	require.NoError(t, err)
	require.Empty(t, plan.String(), "a push after the files has nothing to do")
}

func TestPushAloneLeadsToTheSchema(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	yes := func(context.Context, migration.Plan) (bool, error) { return true, nil }
	plan, err := migration.Push(t.Context(), db, migrate.Target(), migration.PushOptions{Confirm: yes})
	require.NoError(t, err)
	require.False(t, plan.Empty())
	plan, err = migration.Push(t.Context(), db, migrate.Target(), migration.PushOptions{Confirm: yes})
	require.NoError(t, err)
	require.Empty(t, plan.String())
}
