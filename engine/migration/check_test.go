package migration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
)

func check(t *testing.T, db *database.DB, dir *migration.Dir, want migration.Schema) migration.Drift {
	t.Helper()
	drift, err := migration.Check(t.Context(), db, db, dir, want)
	require.NoError(t, err)
	return drift
}

func TestCheck(t *testing.T) {
	t.Parallel()
	db, dir, path := created(t)
	drift := check(t, db, dir, wanted(shop()))
	require.False(t, drift.None(), "a file is pending")
	require.Len(t, drift.Status.Pending, 1)
	require.True(t, drift.Live.Empty(), "which is all: %s", drift.Live)
	_, err := apply(t, db, path)
	require.NoError(t, err)
	require.True(t, check(t, db, dir, wanted(shop())).None())

	next := shop()
	next[0].Comment = "Other words."
	drift = check(t, db, dir, wanted(next))
	require.False(t, drift.None())
	require.True(t, drift.Live.Empty())
	require.Contains(t, drift.Files.String(), "Other words.")
	for _, c := range []struct{ do, says, undo string }{
		{"ALTER TABLE owners ADD COLUMN extra text", `DROP COLUMN "extra"`, "ALTER TABLE owners DROP COLUMN extra"},
		{"DROP INDEX shops_open", `CREATE INDEX "shops_open"`, "CREATE INDEX shops_open ON shops (open) INCLUDE (size) WHERE open AND rent > 0"},
		{"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION f()", "DROP FUNCTION f()"},
		{"CREATE VIEW v AS SELECT 1 AS x", "DROP VIEW v", "DROP VIEW v"},
		{"ALTER TABLE shops ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY", "ALTER TABLE shops DISABLE ROW LEVEL SECURITY"},
	} {
		run(t, db, c.do)
		drift = check(t, db, dir, wanted(shop()))
		require.False(t, drift.None(), c.do)
		require.True(t, drift.Files.Empty())
		require.Contains(t, drift.Live.String(), c.says)
		run(t, db, c.undo)
	}
	require.True(t, check(t, db, dir, wanted(shop())).None())
}
