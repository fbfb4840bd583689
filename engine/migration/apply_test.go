package migration_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"cambium/engine/database"
	"cambium/engine/migration"
)

func TestApplyFromEmptyThenNothing(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())

	rep, err := migration.Apply(t.Context(), db, migration.NewDir(os.DirFS(path)), migration.Options{Operator: "test 1"})
	require.NoError(t, err)
	require.Equal(t, []string{"20250101000000_create_a.sql", "20250102000000_create_b.sql", "20250103000000_create_c.sql"}, runNames(rep))
	require.Equal(t, []int{1, 2, 1}, []int{rep.Applied[0].Statements, rep.Applied[1].Statements, rep.Applied[2].Statements})
	require.Equal(t, "20250103000000", rep.Current)
	require.Equal(t, []string{"atlas_schema_revisions.atlas_schema_revisions", "public.a", "public.b", "public.c"}, relations(t, db))

	st := status(t, db, path)
	require.Len(t, st.Applied, 3)
	require.Equal(t, "test 1", st.Applied[2].Operator)
	require.WithinDuration(t, time.Now(), st.Applied[2].At, time.Minute)
	require.Empty(t, st.Pending)
	require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))

	rep, err = apply(t, db, path)
	require.NoError(t, err)
	require.Empty(t, rep.Applied)
	require.Equal(t, "20250103000000", rep.Current)
	require.Equal(t, []string{"1"}, query(t, db, "SELECT id FROM b"), "applied once")
}

func TestApplyEmptyDirectory(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	rep, err := apply(t, db, t.TempDir())
	require.NoError(t, err)
	require.Empty(t, rep)
	require.Equal(t, []string{"public."}, relations(t, db))
}

func TestApplyFailureInTransaction(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	content := three()
	content["20250102000000_create_b.sql"] = "CREATE TABLE b (id bigint);\n\n-- The mistake.\nINSERT INTO nowhere\nVALUES (1);\nINSERT INTO b VALUES (2);\n"
	path := tree(t, content)

	rep, err := apply(t, db, path)
	var failed *migration.StatementError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "20250102000000_create_b.sql", failed.File)
	require.Equal(t, 4, failed.Line)
	require.Equal(t, 2, failed.Statement)
	require.Equal(t, 3, failed.Total)
	require.Equal(t, "42P01", failed.SQLState)
	require.Zero(t, failed.Applied)
	require.ErrorContains(t, err, "20250102000000_create_b.sql:4: statement 2 of 3: ")
	require.ErrorContains(t, err, "(SQLSTATE 42P01): nothing of the file is applied")
	require.Equal(t, []string{"20250101000000_create_a.sql"}, runNames(rep))
	require.Equal(t, []string{"atlas_schema_revisions.atlas_schema_revisions", "public.a"}, relations(t, db))

	st := status(t, db, path)
	require.Nil(t, st.Partial)
	require.Len(t, st.Pending, 2)

	edit(t, path, files{"20250102000000_create_b.sql": "CREATE TABLE b (id bigint);\nINSERT INTO b VALUES (2);\n"})
	rep, err = apply(t, db, path)
	require.NoError(t, err)
	require.Len(t, rep.Applied, 2)
	require.Equal(t, []string{"2"}, query(t, db, "SELECT id FROM b"))
}

func TestApplyFailureWithoutTransaction(t *testing.T) {
	t.Parallel()
	const name = "20250102000000_create_b.sql"
	const head = "-- atlas:txmode none\n\nCREATE TABLE b (id bigint);\nINSERT INTO b VALUES (1);\n"
	for what, fixed := range map[string]string{
		"same length": head + "CREATE INDEX CONCURRENTLY b_id ON b (id);\n",
		"longer":      head + "INSERT INTO b VALUES (2);\nDELETE FROM b WHERE id = 2;\n",
		"shorter":     head,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			db, _ := setup(t)
			content := three()
			content[name] = head + "CREATE INDEX CONCURRENTLY b_id ON b (nothing);\n"
			path := tree(t, content)

			rep, err := apply(t, db, path)
			var failed *migration.StatementError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, 5, failed.Line)
			require.Equal(t, 3, failed.Statement)
			require.Equal(t, 2, failed.Applied)
			require.Equal(t, "42703", failed.SQLState)
			require.ErrorContains(t, err, "2 statements stay applied")
			require.Len(t, rep.Applied, 1)

			st := status(t, db, path)
			require.Equal(t, name, st.Partial.Name)
			require.Equal(t, 2, st.Partial.Applied)
			require.Equal(t, 3, st.Partial.Total)
			require.Contains(t, st.Partial.Error, "42703")
			require.Len(t, st.Pending, 2)
			err = migration.Verify(t.Context(), db, migration.LocalDir(path))
			require.ErrorIs(t, err, migration.ErrBehind)
			require.EqualError(t, err, "database schema is behind by 2 migrations: "+name+
				", 20250103000000_create_c.sql ("+name+" is half applied: 2 of 3 statements): run: api migrate apply")

			edit(t, path, files{name: fixed})
			rep, err = apply(t, db, path)
			require.NoError(t, err)
			require.Len(t, rep.Applied, 2)
			require.Equal(t, []string{"1"}, query(t, db, "SELECT id FROM b"), "the first statements ran once")

			st = status(t, db, path)
			require.Nil(t, st.Partial)
			require.Empty(t, st.Pending)
			require.Empty(t, st.Edited)
			require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))
		})
	}
}

func TestApplyRefusesChangedHalf(t *testing.T) {
	t.Parallel()
	const name = "20250101000000_a.sql"
	const head = "-- atlas:txmode none\n\n"
	for what, changed := range map[string]string{
		"edited":  head + "CREATE TABLE b (id bigint);\nSELECT 1;\n",
		"emptied": head + "-- nothing\n",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			db, _ := setup(t)
			path := tree(t, files{name: head + "CREATE TABLE a (id bigint);\nSELECT nothing;\n"})
			_, err := apply(t, db, path)
			require.Error(t, err)
			edit(t, path, files{name: changed})
			_, err = apply(t, db, path)
			require.ErrorIs(t, err, migration.ErrHistory)
			require.ErrorContains(t, err, name+" is half applied and its applied statements were changed")
			require.Equal(t, []string{"atlas_schema_revisions.atlas_schema_revisions", "public.a"}, relations(t, db))
		})
	}
}

func TestApplyCommitFailure(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, files{"20250101000000_a.sql": "CREATE TABLE a (id bigint PRIMARY KEY, b bigint REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1, 2);\n"})
	_, err := apply(t, db, path)
	var failed *migration.StatementError
	require.ErrorAs(t, err, &failed)
	require.Zero(t, failed.Statement)
	require.Equal(t, "23503", failed.SQLState)
	require.Empty(t, status(t, db, path).Applied)
}

func TestApplyRefusesUnknownTxMode(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, files{"20250101000000_a.sql": "-- atlas:txmode all\n\nCREATE TABLE a (id bigint);\n"})
	_, err := apply(t, db, path)
	require.ErrorContains(t, err, "atlas:txmode all: say file or none")
}

func TestApplyRefusesForeignTables(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	run(t, db, "CREATE TABLE theirs (id bigint)")
	_, err := apply(t, db, tree(t, three()))
	require.ErrorIs(t, err, migration.ErrNotClean)
	require.ErrorContains(t, err, `schema "public" has theirs`)
	require.Equal(t, []string{"public.theirs"}, relations(t, db))
}

func TestApplyEightAtOnce(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	pools := make([]*database.DB, 8)
	for i := range pools {
		pools[i] = open(t, at)
	}
	applied := make([]int, len(pools))
	g, ctx := errgroup.WithContext(t.Context())
	for i, pool := range pools {
		g.Go(func() error {
			rep, err := migration.Apply(ctx, pool, migration.LocalDir(path), migration.Options{})
			applied[i] = len(rep.Applied)
			return err
		})
	}
	require.NoError(t, g.Wait())
	sum := 0
	for _, n := range applied {
		sum += n
	}
	require.Equal(t, 3, sum, "each file by one of them: %v", applied)
	require.Equal(t, []string{"1"}, query(t, db, "SELECT id FROM b"))
	require.Len(t, status(t, db, path).Applied, 3)
}

// atlasLock is the key of the Atlas CLI's advisory lock: FNV-1 of atlas_migrate_execute.
const atlasLock = "SELECT pg_advisory_lock(2686470616)"

func TestApplyWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	held, err := db.SQL().Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, held.Close()) }()
	_, err = held.ExecContext(t.Context(), atlasLock)
	require.NoError(t, err)

	_, err = migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{LockWait: time.Millisecond})
	require.ErrorIs(t, err, migration.ErrLocked)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = migration.Apply(ctx, db, migration.LocalDir(path), migration.Options{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, []string{"public."}, relations(t, db))

	_, err = held.ExecContext(t.Context(), "SELECT pg_advisory_unlock_all()")
	require.NoError(t, err)
	_, err = apply(t, db, path)
	require.NoError(t, err)
}

func TestApplyGivesUpOnATableLock(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	_, err := apply(t, db, path)
	require.NoError(t, err)
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback()) }()
	_, err = tx.ExecContext(t.Context(), "SELECT id FROM a")
	require.NoError(t, err)

	edit(t, path, files{"20250104000000_alter_a.sql": "ALTER TABLE a ADD COLUMN x text;\n"})
	_, err = migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{LockTimeout: time.Millisecond, LockPatience: -1})
	var failed *migration.StatementError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "55P03", failed.SQLState)
	require.ErrorContains(t, err, "another session holds the lock")
}

func TestApplyOnAPoolOfOneLeavesItsConnectionAsItWas(t *testing.T) {
	t.Parallel()
	_, at := setup(t)
	cfg := database.NewConfig(at)
	cfg.MaxConns = 1
	db := openConfig(t, cfg)
	path := tree(t, files{"20250101000000_a.sql": "SET search_path = pg_catalog;\nSET statement_timeout = 1234;\nCREATE TEMP TABLE t (id bigint);\n"})
	const state = "SELECT concat_ws(' ', pg_backend_pid(), current_setting('search_path'), current_setting('statement_timeout'), " +
		"current_setting('lock_timeout'), to_regclass('t'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()))"
	before := query(t, db, state)
	_, err := apply(t, db, path)
	require.NoError(t, err)
	require.Equal(t, before, query(t, db, state))
}

func TestApplyCancelledChangesNothing(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	_, err := migration.Apply(cancelled(t), db, migration.LocalDir(tree(t, three())), migration.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"public."}, relations(t, db))
}

func TestTransactionPoolerIsRefused(t *testing.T) {
	t.Parallel()
	_, at := setup(t)
	cfg := database.NewConfig(at)
	cfg.Pooler = database.PoolerTransaction
	db := openConfig(t, cfg)
	path := tree(t, three())
	_, err := apply(t, db, path)
	require.ErrorIs(t, err, migration.ErrPooler)
	_, err = migration.Push(t.Context(), db, wanted(shop()), migration.PushOptions{})
	require.ErrorIs(t, err, migration.ErrPooler)
	_, err = migration.Changes(t.Context(), db, migration.LocalDir(path), wanted(shop()))
	require.ErrorIs(t, err, migration.ErrPooler)
	require.ErrorIs(t, migration.Verify(t.Context(), db, migration.LocalDir(path)), migration.ErrBehind, "looking is allowed")
}

func TestSearchPathMovesTheRevisionTable(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	run(t, db, "CREATE SCHEMA app")
	app := open(t, in(t, at, "app"))
	_, err := apply(t, app, path)
	require.NoError(t, err)
	require.Equal(t, []string{"app.a", "app.atlas_schema_revisions", "app.b", "app.c", "public."}, relations(t, db))
	require.NoError(t, migration.Verify(t.Context(), app, migration.LocalDir(path)))

	_, err = apply(t, open(t, in(t, at, "app,public")), path)
	require.ErrorContains(t, err, "names several schemas")
	_, err = apply(t, open(t, in(t, at, "nowhere")), path)
	require.ErrorContains(t, err, "names no schema")

	_, err = apply(t, db, path)
	require.NoError(t, err, "without search_path it is another history")
	run(t, db, "CREATE SCHEMA other")
	_, err = apply(t, open(t, in(t, at, "other")), path)
	require.ErrorContains(t, err, "has no revision table, but schema")
}
