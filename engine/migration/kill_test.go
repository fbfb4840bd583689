package migration_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/internal/devpg"
	"cambium/internal/pgtest"
)

// The variables with which a test starts its own program again, as one that applies migrations and stops at a step.
const (
	helperURL  = "MIGRATION_TEST_URL"
	helperDir  = "MIGRATION_TEST_DIR"
	helperStep = "MIGRATION_TEST_STEP" // the step to stop at, from 1
)

// everyKill asks for a kill at every step: make test-kills. Otherwise there is one at each few.
const everyKill = "MIGRATION_KILLS"

func some(few int) int {
	if os.Getenv(everyKill) != "" {
		return 1
	}
	return few
}

// applyAndStop is the program that is killed: it applies, says so at the step, and waits for its end.
func applyAndStop() error {
	stop, err := strconv.Atoi(os.Getenv(helperStep))
	if err != nil {
		return err
	}
	ctx := context.Background()
	db, err := database.Open(ctx, database.NewConfig(os.Getenv(helperURL)), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	steps := 0
	_, err = migration.Apply(ctx, db, migration.LocalDir(os.Getenv(helperDir)), migration.Options{Progress: func(migration.Event) {
		if steps++; steps == stop {
			fmt.Println("here")
			select {}
		}
	}})
	return errors.Join(err, db.Close())
}

// killed runs the program up to the step and kills it. It reports whether there was such a step.
func killed(t *testing.T, at, path string, step int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperURL+"="+at, helperDir+"="+path, helperStep+"="+strconv.Itoa(step))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		require.NoError(t, cmd.Wait(), "the program did not end well by itself")
		return false
	}
	require.Equal(t, "here\n", line)
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())
	return true
}

// fixtures are directories with one of everything that a kill may fall between.
func fixtures(t *testing.T) map[string]files {
	t.Helper()
	return map[string]files{
		"transactions": {
			"20250101000000_a.sql": "CREATE TABLE a (id bigint);\nINSERT INTO a VALUES (1);\nALTER TABLE a ADD COLUMN b text;\n",
			"20250102000000_b.sql": "INSERT INTO a VALUES (2, 'x');\nCREATE INDEX a_b ON a (b);\n",
			"20250103000000_c.sql": "CREATE VIEW v AS SELECT count(*) AS n FROM a;\n",
		},
		"none": {
			"20250101000000_a.sql": "-- atlas:txmode none\n\nCREATE TABLE a (id bigint, b text);\nINSERT INTO a VALUES (1, 'x');\n" +
				"CREATE INDEX CONCURRENTLY a_b ON a (b);\nINSERT INTO a VALUES (2, 'y');\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n" +
				"DROP INDEX CONCURRENTLY a_b;\nVACUUM a;\n",
			"20250102000000_b.sql": "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE m (mood mood);\n",
			"20250103000000_c.sql": "-- atlas:txmode none\n\nALTER TYPE mood ADD VALUE 'ok';\nINSERT INTO m VALUES ('ok');\n" +
				"ALTER TABLE a ADD CONSTRAINT a_check CHECK (id > 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT a_check;\n",
		},
	}
}

// outcome is everything that a directory makes: to be the same after any kill as without one.
func outcome(t *testing.T, db *database.DB) []string {
	t.Helper()
	return query(t, db, `
		SELECT format('%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
		UNION ALL SELECT format('%s %s', pg_get_indexdef(i.indexrelid), i.indisvalid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = 'public'::regnamespace
		UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT 'label ' || enumlabel FROM pg_enum
		UNION ALL SELECT 'row of a ' || a::text FROM a
		UNION ALL SELECT format('%s %s/%s %s %s', version, applied, total, error, hash) FROM atlas_schema_revisions.atlas_schema_revisions
		ORDER BY 1`)
}

func TestKillOfTheProgramConverges(t *testing.T) {
	t.Parallel()
	for what, content := range fixtures(t) {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := tree(t, content)
			clean, _ := setup(t)
			_, err := apply(t, clean, path)
			require.NoError(t, err)
			want := outcome(t, clean)
			kills := 0
			for step := 1; ; step += some(8) {
				at := pgtest.NewDatabase(t)
				if !killed(t, at, path, step) {
					break
				}
				kills++
				db := open(t, at)
				_, err := apply(t, db, path)
				require.NoError(t, err, "after a kill at step %d", step)
				require.Equal(t, want, outcome(t, db), "after a kill at step %d", step)
				require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))
				require.NoError(t, db.Close())
			}
			require.GreaterOrEqual(t, kills, 3)
			t.Logf("%d kills", kills)
		})
	}
}

// Two kills, the second in the middle of the recovery from the first.
func TestKillAfterAKillConverges(t *testing.T) {
	t.Parallel()
	path := tree(t, fixtures(t)["none"])
	clean, _ := setup(t)
	_, err := apply(t, clean, path)
	require.NoError(t, err)
	for step := 5; step <= 20; step += some(7) {
		at := pgtest.NewDatabase(t)
		require.True(t, killed(t, at, path, step))
		killed(t, at, path, 3)
		db := open(t, at)
		_, err := apply(t, db, path)
		require.NoError(t, err)
		require.Equal(t, outcome(t, clean), outcome(t, db), "after a kill at step %d", step)
	}
}

// The server goes on with a statement whose program is gone: here with an index that waits for an open transaction.
func TestKillWhileAnIndexIsBuiltConverges(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, files{
		"20250101000000_a.sql": "CREATE TABLE a (id bigint);\n",
		"20250102000000_b.sql": "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nINSERT INTO a VALUES (1);\n",
	})
	_, err := migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{To: "20250101000000"})
	require.NoError(t, err)
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "INSERT INTO a VALUES (0)")
	require.NoError(t, err)

	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperURL+"="+at, helperDir+"="+path, helperStep+"=1000")
	require.NoError(t, cmd.Start())
	const building = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database() AND wait_event_type = 'Lock'"
	require.Eventually(t, func() bool { return len(query(t, db, building)) == 1 }, eventually, tick)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.Len(t, query(t, db, building), 1, "the server has not noticed")
	require.NoError(t, tx.Rollback())

	_, err = apply(t, db, path)
	require.NoError(t, err)
	require.Equal(t, []string{"true"}, query(t, db, "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_id'::regclass"))
	require.Equal(t, []string{"1"}, query(t, db, "SELECT id FROM a"))
}

// A failed build leaves an invalid index; the next attempt drops it and goes on.
func TestInvalidIndexIsBuiltAnew(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, files{
		"20250101000000_a.sql": "CREATE TABLE a (id bigint);\nINSERT INTO a VALUES (1), (1);\n",
		"20250102000000_b.sql": "-- atlas:txmode none\n\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n",
	})
	_, err := apply(t, db, path)
	var failed *migration.StatementError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "23505", failed.SQLState)
	require.Equal(t, []string{"false"}, query(t, db, "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_id'::regclass"))
	_, err = apply(t, db, path)
	require.ErrorAs(t, err, &failed, "the duplicates are still there")
	run(t, db, "DELETE FROM a")
	_, err = apply(t, db, path)
	require.NoError(t, err)
	require.Equal(t, []string{"true"}, query(t, db, "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_id'::regclass"))
}

// An index that was there before is not taken for ours.
func TestForeignIndexIsAnError(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, files{
		"20250101000000_a.sql": "CREATE TABLE a (id bigint);\nCREATE INDEX a_id ON a (id);\n",
		"20250102000000_b.sql": "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY a_id ON a (id DESC);\n",
	})
	for range 2 {
		_, err := apply(t, db, path)
		var failed *migration.StatementError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "42P07", failed.SQLState)
	}
}

// SIGKILL of a backend takes the whole server down for a moment, so this has a server of its own.
func TestKillOfTheBackendConverges(t *testing.T) {
	t.Parallel()
	server, err := devpg.Start(t.Context(), devpg.Config{
		Database: "postgres", Volatile: true, Getenv: os.Getenv, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), eventually)
		defer cancel()
		require.NoError(t, server.Stop(ctx))
	})
	number, kills := 0, 0
	fresh := func() *database.DB {
		number++
		name := fmt.Sprintf("kill_%d", number)
		require.Eventually(t, func() bool { return server.Exec(t.Context(), "postgres", "CREATE DATABASE "+name) == nil }, eventually, tick)
		cfg := database.NewConfig(server.DatabaseURL(name))
		cfg.StartupTimeout = eventually
		db, err := database.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		return db
	}
	for _, content := range fixtures(t) {
		path := tree(t, content)
		clean := fresh()
		_, err := apply(t, clean, path)
		require.NoError(t, err)
		want := outcome(t, clean)
		require.NoError(t, clean.Close())
		for step, more := 1, true; more; step += some(15) {
			db := fresh()
			steps := 0
			_, err := migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{Progress: func(migration.Event) {
				if steps++; steps == step {
					killBackend(t, db)
					kills++
				}
			}})
			if more = steps >= step; more {
				require.Error(t, err, "step %d", step)
			}
			require.Eventually(t, func() bool { _, err = apply(t, db, path); return err == nil }, eventually, tick, "step %d: %v", step, err)
			require.Equal(t, want, outcome(t, db), "after a kill at step %d", step)
			require.NoError(t, db.Close())
		}
	}
	t.Logf("%d kills", kills)
}

// killBackend kills the process that holds the migration lock.
func killBackend(t *testing.T, db *database.DB) {
	t.Helper()
	pids := query(t, db, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
	require.Len(t, pids, 1)
	pid, err := strconv.Atoi(strings.TrimSpace(pids[0]))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, eventually, tick)
}

// Replicas that start at once: each file is applied by one of them.
func TestReplicasAtOnce(t *testing.T) {
	t.Parallel()
	path := tree(t, fixtures(t)["none"])
	const replicas, rounds = 8, 50
	for range rounds / some(25) {
		_, at := setup(t)
		done := make(chan int, replicas)
		failed := make(chan error, replicas)
		for range replicas {
			go func() {
				db, err := database.Open(t.Context(), database.NewConfig(at), slog.New(slog.DiscardHandler))
				if err != nil {
					failed <- err
					return
				}
				rep, err := migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{})
				if err = errors.Join(err, db.Close()); err != nil {
					failed <- err
					return
				}
				done <- len(rep.Applied)
			}()
		}
		sum := 0
		for range replicas {
			select {
			case n := <-done:
				sum += n
			case err := <-failed:
				require.NoError(t, err)
			case <-time.After(time.Minute):
				t.Fatal("a replica hangs")
			}
		}
		require.Equal(t, 3, sum)
	}
}
