package migration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/migration"
)

func TestApplyTo(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	dir := migration.LocalDir(path)
	rep, err := migration.Apply(t.Context(), db, dir, migration.Options{To: "20250102000000"})
	require.NoError(t, err)
	require.Len(t, rep.Applied, 2)
	require.Equal(t, "20250102000000", rep.Current)
	rep, err = migration.Apply(t.Context(), db, dir, migration.Options{To: "20250101000000"})
	require.NoError(t, err, "it is there already")
	require.Empty(t, rep.Applied)
	_, err = migration.Apply(t.Context(), db, dir, migration.Options{To: "20250102"})
	require.ErrorContains(t, err, "no file has the version 20250102")
}

func TestApplyDryRun(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	var said []string
	rep, err := migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{
		DryRun: true, Progress: func(e migration.Event) {
			if e.Step == migration.StepBegin {
				said = append(said, e.SQL)
			}
		},
	})
	require.NoError(t, err)
	require.Len(t, rep.Applied, 3)
	require.Empty(t, rep.Current)
	require.Len(t, said, 4)
	require.Equal(t, []string{"public."}, relations(t, db))
}

// A database that came from elsewhere is taken over at a version.
func TestApplyBaseline(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	dir := migration.LocalDir(path)
	run(t, db, "CREATE TABLE a (id bigint); CREATE TABLE b (id bigint)")
	_, err := migration.Apply(t.Context(), db, dir, migration.Options{})
	require.ErrorIs(t, err, migration.ErrNotClean)
	require.ErrorContains(t, err, "api migrate apply --baseline VERSION")
	_, err = migration.Apply(t.Context(), db, dir, migration.Options{Baseline: "2"})
	require.ErrorContains(t, err, "baseline 2: no file has that version")
	rep, err := migration.Apply(t.Context(), db, dir, migration.Options{Baseline: "20250102000000"})
	require.NoError(t, err)
	require.Equal(t, []string{"20250103000000_create_c.sql"}, runNames(rep))
	st := status(t, db, path)
	require.True(t, st.Applied[0].Baseline)
	require.NoError(t, migration.Verify(t.Context(), db, dir))
	requireAtlasUpToDate(t, at, path, "20250103000000")
	_, err = migration.Down(t.Context(), db, dir, migration.DownOptions{To: "0"})
	require.ErrorIs(t, err, migration.ErrIrreversible)
}

// A lock that others hold is tried again, with pauses in which they are served.
func TestApplyIsPatient(t *testing.T) {
	t.Parallel()
	for what, file := range map[string]string{"transaction": "", "none": "-- atlas:txmode none\n\n"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			db, _ := setup(t)
			path := tree(t, files{"20250101000000_a.sql": "CREATE TABLE a (id bigint);\n"})
			_, err := apply(t, db, path)
			require.NoError(t, err)
			tx, err := db.SQL().BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), "SELECT id FROM a")
			require.NoError(t, err)
			edit(t, path, files{"20250102000000_b.sql": file + "ALTER TABLE a ADD COLUMN x text;\n"})
			waits := 0
			_, err = migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{
				LockTimeout: time.Millisecond, Progress: func(e migration.Event) {
					if e.Step != migration.StepWait {
						return
					}
					if waits++; waits == 2 {
						require.NoError(t, tx.Rollback())
					}
				},
			})
			require.NoError(t, err)
			require.GreaterOrEqual(t, waits, 2)
			require.Empty(t, status(t, db, path).Partial)
		})
	}
}
