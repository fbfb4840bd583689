package migration_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
)

func carryOut(context.Context, migration.DownPlan) (bool, error) { return true, nil }

// reversible is a history whose files have their reverse.
func reversible(t *testing.T) string {
	t.Helper()
	path := tree(t, files{
		"20250101000000_a.sql": "CREATE TABLE a (id bigint);\n",
		"20250102000000_b.sql": "ALTER TABLE a ADD COLUMN note text;\n",
		"20250103000000_c.sql": "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY a_note ON a (note);\n",
		"20250104000000_d.sql": "CREATE TABLE d (id bigint);\n",
	})
	require.NoError(t, os.MkdirAll(filepath.Join(path, "down"), 0o700))
	write(t, path, "down/20250101000000_a.sql", "DROP TABLE a;\n")
	write(t, path, "down/20250102000000_b.sql", "ALTER TABLE a DROP COLUMN note;\n")
	write(t, path, "down/20250103000000_c.sql", "-- atlas:txmode none\n\nDROP INDEX CONCURRENTLY IF EXISTS a_note;\n")
	write(t, path, "down/20250104000000_d.sql", "DROP TABLE d;\n")
	return path
}

func down(t *testing.T, db *database.DB, path string, opts migration.DownOptions) (migration.DownPlan, error) {
	t.Helper()
	if opts.Confirm == nil {
		opts.Confirm = carryOut
	}
	return migration.Down(t.Context(), db, migration.LocalDir(path), opts)
}

func TestDownThenUp(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := reversible(t)
	_, err := apply(t, db, path)
	require.NoError(t, err)
	before := relations(t, db)

	plan, err := migration.Down(t.Context(), db, migration.LocalDir(path), migration.DownOptions{})
	require.NoError(t, err, "without anyone to ask it only plans")
	require.Len(t, plan.Files, 1)
	require.Equal(t, []string{"DROP TABLE d"}, plan.Files[0].Statements)
	require.Equal(t, before, relations(t, db))

	_, err = down(t, db, path, migration.DownOptions{})
	require.NoError(t, err)
	require.Len(t, status(t, db, path).Pending, 1)
	_, err = down(t, db, path, migration.DownOptions{To: "20250101000000"})
	require.NoError(t, err)
	require.Equal(t, "20250101000000", status(t, db, path).Applied[0].Version)
	require.Len(t, status(t, db, path).Pending, 3)
	_, err = down(t, db, path, migration.DownOptions{To: "0"})
	require.NoError(t, err)
	require.Equal(t, []string{"atlas_schema_revisions.atlas_schema_revisions", "public."}, relations(t, db))

	out, err := atlasApply(t, at, path)
	require.NoError(t, err, out)
	require.Equal(t, before, relations(t, db))
	_, err = down(t, db, path, migration.DownOptions{To: "20250102000000"})
	require.NoError(t, err, "what the Atlas CLI has applied, too")
	_, err = apply(t, db, path)
	require.NoError(t, err)
	requireAtlasUpToDate(t, at, path, "20250104000000")
}

func TestDownCountsWhatItWouldLose(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := reversible(t)
	_, err := apply(t, db, path)
	require.NoError(t, err)
	run(t, db, "INSERT INTO d VALUES (1), (2); INSERT INTO a VALUES (1, NULL), (2, 'x')")
	before := relations(t, db)

	plan, err := down(t, db, path, migration.DownOptions{To: "20250101000000"})
	var loss *migration.LossError
	require.ErrorAs(t, err, &loss)
	require.ErrorIs(t, err, migration.ErrDataLoss)
	require.Equal(t, []migration.Loss{{Name: "d", Rows: 2}, {Name: "a.note", Rows: 1}}, loss.Losses)
	require.ErrorContains(t, err, `nothing was changed: d (2 rows), a.note (1 row): if that is meant: --lose "d" --lose "a.note"`)
	require.Len(t, plan.Files, 3)
	require.Equal(t, before, relations(t, db))
	_, err = down(t, db, path, migration.DownOptions{To: "20250101000000", Lose: []string{"d"}})
	require.ErrorAs(t, err, &loss)
	require.Len(t, loss.Losses, 1)

	_, err = down(t, db, path, migration.DownOptions{To: "20250101000000", Lose: []string{"d", "a.note"}, Confirm: func(context.Context, migration.DownPlan) (bool, error) { return false, nil }})
	require.ErrorIs(t, err, migration.ErrDeclined)
	require.Equal(t, before, relations(t, db))
	_, err = down(t, db, path, migration.DownOptions{To: "20250101000000", Lose: []string{"d", "a.note"}})
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, query(t, db, "SELECT id FROM a ORDER BY 1"), "what need not go stays")
}

func TestDownRefuses(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := reversible(t)
	_, err := apply(t, db, path)
	require.NoError(t, err)
	before := relations(t, db)
	_, err = down(t, db, path, migration.DownOptions{To: "20240101000000"})
	require.ErrorContains(t, err, "has never been at version 20240101000000")

	write(t, path, "down/20250103000000_c.sql", "DROP TABLE nothing;\n")
	_, err = down(t, db, path, migration.DownOptions{To: "0"})
	var failed *migration.StatementError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "down/20250103000000_c.sql", failed.File)
	require.ErrorContains(t, err, "nothing was changed")
	require.NoError(t, os.Remove(filepath.Join(path, "down", "20250103000000_c.sql")))
	_, err = down(t, db, path, migration.DownOptions{To: "0"})
	require.ErrorIs(t, err, migration.ErrIrreversible)
	require.ErrorContains(t, err, "20250103000000_c.sql")
	edit(t, path, files{"20250104000000_d.sql": "CREATE TABLE other (id bigint);\n"})
	_, err = down(t, db, path, migration.DownOptions{})
	require.ErrorIs(t, err, migration.ErrHistory)
	require.Equal(t, before, relations(t, db))
}
