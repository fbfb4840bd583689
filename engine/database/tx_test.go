package database_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"cambium/engine/database"
	"cambium/internal/faultlab"
)

var errNo = errors.New("no")

const accounts = "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0 CHECK (balance >= 0))"

const balances = "SELECT coalesce(string_agg(id || '=' || balance, ' ' ORDER BY id), 'none') FROM account"

func TestWithTxCommitsAndRollsBack(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO account VALUES (1)")
		return err
	}))
	require.ErrorIs(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := db.Exec(ctx, "INSERT INTO account VALUES (2)"); err != nil {
			return err
		}
		return errNo
	}), errNo)
	require.PanicsWithValue(t, "boom", func() {
		_ = db.WithTx(t.Context(), func(ctx context.Context) error {
			if _, err := db.Exec(ctx, "INSERT INTO account VALUES (3)"); err != nil {
				return err
			}
			panic("boom")
		})
	})
	requireText(t, db, "1=0", balances)
	requireIdle(t, db)
}

// Read-modify-write by eight workers: nothing is lost, because who loses runs again.
func TestWithTxLosesNoUpdates(t *testing.T) {
	t.Parallel()
	const workers, rounds = 8, 50
	db := setup(t)
	exec(t, db, accounts)
	exec(t, db, "INSERT INTO account VALUES (1)")
	tries, notified := make([]int, workers), make([]int, workers)
	var group errgroup.Group
	for w := range workers {
		group.Go(func() error {
			for range rounds {
				err := db.WithTx(t.Context(), func(ctx context.Context) error {
					tries[w]++
					database.AfterCommit(ctx, func(context.Context) { notified[w]++ })
					balance, err := text(ctx, db, "SELECT balance::text FROM account WHERE id = 1")
					if err != nil {
						return err
					}
					// Through ent's driver on purpose: reads and writes share the transaction.
					return db.Driver().Exec(ctx, "UPDATE account SET balance = $1::bigint + 1 WHERE id = 1", []any{balance}, nil)
				}, database.Serializable())
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	requireText(t, db, "1=400", balances)
	total := 0
	for w := range workers {
		total += tries[w]
		require.Equal(t, rounds, notified[w], "once for each commit, however many tries")
	}
	require.Greater(t, total, workers*rounds, "nothing was contended, so nothing was shown")
	t.Logf("%d transactions took %d tries", workers*rounds, total)
}

func TestWithTxRetriesDeadlocks(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	exec(t, db, "INSERT INTO account VALUES (1), (2)")
	var both sync.WaitGroup
	both.Add(2)
	var group errgroup.Group
	for _, order := range [][]int64{{1, 2}, {2, 1}} {
		group.Go(func() error {
			meet := sync.OnceFunc(func() { both.Done(); both.Wait() })
			return db.WithTx(t.Context(), func(ctx context.Context) error {
				for _, id := range order {
					if _, err := db.Exec(ctx, "UPDATE account SET balance = balance + 1 WHERE id = $1", id); err != nil {
						return err
					}
					meet()
				}
				return nil
			})
		})
	}
	require.NoError(t, group.Wait())
	requireText(t, db, "1=2 2=2", balances)
}

func TestWithTxGivesUpInTheEnd(t *testing.T) {
	t.Parallel()
	db := setup(t)
	tries := 0
	err := db.WithTx(t.Context(), func(ctx context.Context) error {
		tries++
		_, err := db.Exec(ctx, "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
		return err
	})
	require.True(t, database.IsRetryable(err))
	require.ErrorContains(t, err, "16 tries")
	require.Equal(t, 16, tries)
}

func TestWithTxRetriesWhatTheClosureHides(t *testing.T) {
	t.Parallel()
	db := setup(t)
	for name, hide := range map[string]error{"as success": nil, "as another error": errNo} {
		tries := 0
		err := db.WithTx(t.Context(), func(ctx context.Context) error {
			if tries++; tries < 3 {
				_, _ = db.Exec(ctx, "DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")
				return hide
			}
			return nil
		})
		require.NoError(t, err, name)
		require.Equal(t, 3, tries, name)
	}
}

func TestWithTxStopsRetryingWithItsContext(t *testing.T) {
	t.Parallel()
	db := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	err := db.WithTx(ctx, func(ctx context.Context) error {
		tries++
		_, err := db.Exec(ctx, "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
		cancel()
		return err
	})
	require.True(t, database.IsRetryable(err))
	require.Equal(t, 1, tries)
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	exec(t, db, accounts)

	var ran []string
	mark := func(ctx context.Context, name string) {
		database.AfterCommit(ctx, func(ctx context.Context) {
			// Outside of the transaction, with its connection given back and its effect in sight.
			seen, err := text(ctx, db, balances)
			if err != nil {
				seen = err.Error()
			}
			ran = append(ran, name+": "+seen)
		})
	}
	insert := func(ctx context.Context, id int64) error {
		_, err := db.Exec(ctx, "INSERT INTO account VALUES ($1)", id)
		return err
	}

	// Never after a rollback, an error at the commit included.
	require.Error(t, db.WithTx(t.Context(), func(ctx context.Context) error { mark(ctx, "never"); return errNo }))
	require.Error(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		mark(ctx, "never")
		_, _ = db.Exec(ctx, "SELECT 1/0")
		return nil
	}))
	require.Empty(t, ran)

	// After the outermost commit, in order, and only of the try that was committed.
	tries := 0
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		tries++
		mark(ctx, "first")
		if err := db.WithTx(ctx, func(ctx context.Context) error { mark(ctx, "second"); return insert(ctx, 1) }); err != nil {
			return err
		}
		require.Empty(t, ran)
		if tries == 1 {
			_, err := db.Exec(ctx, "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
			return err
		}
		return nil
	}))
	require.Equal(t, []string{"first: 1=0", "second: 1=0"}, ran)

	// Without a transaction at once.
	ran = nil
	mark(t.Context(), "now")
	require.Equal(t, []string{"now: 1=0"}, ran)
}

func TestAfterCommitOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	db := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	var errs []error
	require.PanicsWithValue(t, "one fails", func() {
		_ = db.WithTx(ctx, func(ctx context.Context) error {
			database.AfterCommit(ctx, func(context.Context) { cancel(); panic("one fails") })
			database.AfterCommit(ctx, func(ctx context.Context) {
				_, bounded := ctx.Deadline()
				require.True(t, bounded)
				errs = append(errs, ctx.Err(), db.Ping(ctx))
			})
			return nil
		})
	})
	require.Equal(t, []error{nil, nil}, errs)
}

// slowCommit makes COMMIT hang in a deferred trigger.
const slowCommit = `
	CREATE TABLE slow (id bigint);
	CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER hang AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hang()`

const committing = "FROM pg_stat_activity WHERE datname = current_database() AND query = 'commit' AND wait_event = 'PgSleep'"

// The COMMIT was heard, and its answer was not.
func TestTrapCommitOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db := open(t, n.URL())
	exec(t, db, "CREATE TABLE kept (n int)")
	tries, done := 0, make(chan error)
	go func() {
		done <- db.WithTx(t.Context(), func(ctx context.Context) error {
			tries++
			database.AfterCommit(ctx, func(context.Context) { t.Error("ran after an unknown commit") })
			_, err := db.Exec(ctx, "INSERT INTO kept VALUES (1)")
			n.Network.Swallow()
			return err
		})
	}()
	require.Eventually(t, func() bool { return n.Ask("SELECT count(*) FROM kept") == "1" }, patience, time.Millisecond)
	n.Network.Heal()
	err := <-done
	require.ErrorIs(t, err, database.ErrCommitUnknown)
	require.False(t, database.IsRetryable(err))
	require.False(t, database.IsUnavailable(err))
	require.Equal(t, 1, tries)
	requireText(t, db, "1", "SELECT count(*)::text FROM kept")
}

// A server that answers COMMIT with the end of the session has undone the transaction, which is run again.
func TestCommitEndedByTheServerIsUndone(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, slowCommit)
	tries, done := 0, make(chan error)
	go func() {
		done <- db.WithTx(t.Context(), func(ctx context.Context) error {
			if tries++; tries > 1 {
				return nil
			}
			_, err := db.Exec(ctx, "INSERT INTO slow VALUES (1)")
			return err
		})
	}()
	eventually(t, db, "true", "SELECT bool_or(pg_terminate_backend(pid))::text "+committing)
	require.NoError(t, <-done)
	require.Equal(t, 2, tries)
	requireText(t, db, "0", "SELECT count(*)::text FROM slow")
}

// A COMMIT that the server refuses has a known outcome.
func TestCommitCancelledByTheServerIsKnown(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, slowCommit)
	done := make(chan error)
	go func() {
		done <- db.WithTx(t.Context(), func(ctx context.Context) error {
			_, err := db.Exec(ctx, "INSERT INTO slow VALUES (1)")
			return err
		})
	}()
	eventually(t, db, "true", "SELECT bool_or(pg_cancel_backend(pid))::text "+committing)
	err := <-done
	require.Error(t, err)
	require.NotErrorIs(t, err, database.ErrCommitUnknown)
	requireText(t, db, "0", "SELECT count(*)::text FROM slow")
}

// A caller that goes away during the COMMIT does not cut it short: its outcome would be unknown for nothing.
func TestCommitOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, `
		CREATE TABLE slow (id bigint);
		CREATE FUNCTION queue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER queue AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION queue()`)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	require.NoError(t, db.WithTx(t.Context(), func(holder context.Context) error {
		if _, err := db.Exec(holder, "SELECT pg_advisory_xact_lock(1)"); err != nil {
			return err
		}
		go func() {
			done <- db.WithTx(ctx, func(ctx context.Context) error {
				_, err := db.Exec(ctx, "INSERT INTO slow VALUES (1)")
				return err
			})
		}()
		eventually(t, db, "1", `SELECT count(*)::text FROM pg_stat_activity
			WHERE datname = current_database() AND query = 'commit' AND wait_event = 'advisory'`)
		cancel()
		return nil
	}))
	require.NoError(t, <-done)
	requireText(t, db, "1", "SELECT count(*)::text FROM slow")
}

func TestCommitRefusedByADeferredConstraint(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, "CREATE TABLE node (id bigint PRIMARY KEY, up bigint REFERENCES node DEFERRABLE INITIALLY DEFERRED)")
	err := db.WithTx(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO node VALUES (1, 2)")
		return err
	})
	v, ok := database.AsViolation(err)
	require.True(t, ok)
	require.Equal(t, database.ForeignKey, v.Kind)
	requireIdle(t, db)
}

// 25P02: a closure that dropped the error of a statement must not look like a success.
func TestSwallowedFailureIsNoSuccess(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	statement := "INSERT INTO account VALUES (1, -1)"
	for name, fail := range map[string]func(context.Context) error{
		"pgx": func(ctx context.Context) error { _, err := db.Exec(ctx, statement); return err },
		"ent": func(ctx context.Context) error { return db.Driver().Exec(ctx, statement, []any{}, nil) },
		"sql": func(ctx context.Context) error { _, err := db.SQL().ExecContext(ctx, statement); return err },
	} {
		err := db.WithTx(t.Context(), func(ctx context.Context) error {
			require.Error(t, fail(ctx), name)
			return nil
		})
		require.ErrorIs(t, err, database.ErrRolledBack, name)
		v, ok := database.AsViolation(err)
		require.True(t, ok, "%s: the cause is told", name)
		require.Equal(t, database.Check, v.Kind, name)
	}
	// A closure that ends the transaction behind the package's back.
	require.ErrorIs(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "ROLLBACK")
		return err
	}), database.ErrRolledBack)
	requireText(t, db, "none", balances)
}

func TestCancelledStatementLeavesNoTransaction(t *testing.T) {
	t.Parallel()
	db := setup(t)
	const sleeping = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
	for name, sleep := range map[string]func(context.Context) error{
		"pgx": func(ctx context.Context) error { _, err := db.Exec(ctx, "SELECT pg_sleep(3600)"); return err },
		"ent": func(ctx context.Context) error { return db.Driver().Exec(ctx, "SELECT pg_sleep(3600)", []any{}, nil) },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- db.WithTx(ctx, func(ctx context.Context) error { return sleep(ctx) }) }()
		eventually(t, db, "1", "SELECT count(*)::text "+sleeping)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled, name)
		eventually(t, db, "0", `SELECT count(*)::text FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND (xact_start IS NOT NULL OR wait_event = 'PgSleep')`)
		requireIdle(t, db)
	}
}

func TestEndedContextForbidsTheCommit(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, db.WithTx(ctx, func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO account VALUES (1)")
		cancel()
		return err
	}), context.Canceled)
	requireText(t, db, "none", balances)
	requireIdle(t, db)
}

// Every operation works on a pool of one: inside a transaction there is one connection, and it is enough.
func TestPoolOfOne(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	exec(t, db, accounts)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := db.CopyIn(ctx, "COPY account FROM STDIN", strings.NewReader("1\t10\n2\t20\n")); err != nil {
			return err
		}
		if err := db.WithTx(ctx, func(ctx context.Context) error {
			return db.Driver().Exec(ctx, "UPDATE account SET balance = 11 WHERE id = $1", []any{1}, nil)
		}); err != nil {
			return err
		}
		sqlTx, err := db.SQL().BeginTx(ctx, &sql.TxOptions{})
		if err != nil {
			return err
		}
		if _, err := sqlTx.ExecContext(ctx, "UPDATE account SET balance = 21 WHERE id = $1", 2); err != nil {
			return err
		}
		if err := sqlTx.Commit(); err != nil {
			return err
		}
		var seen string
		if err := db.SQL().QueryRowContext(ctx, balances).Scan(&seen); err != nil {
			return err
		}
		require.Equal(t, "1=11 2=21", seen)
		seen, err = text(ctx, db, balances)
		require.Equal(t, "1=11 2=21", seen)
		return err
	}))
	require.EqualValues(t, 1, db.Stats().Total)
	requireText(t, db, "1=11 2=21", balances)
}

func TestGoroutinesTakeTurnsInATransaction(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		var group errgroup.Group
		for id := range int64(20) {
			group.Go(func() error {
				if err := db.Driver().Exec(ctx, "INSERT INTO account VALUES ($1)", []any{id}, nil); err != nil {
					return err
				}
				_, err := text(ctx, db, balances)
				return err
			})
		}
		return group.Wait()
	}))
	requireText(t, db, "20", "SELECT count(*)::text FROM account")
}

func TestStatementInsideARowIsRefused(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.AcquireTimeout = 50 * time.Millisecond })
	require.ErrorIs(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		return db.Query(ctx, "SELECT 1", nil, func([][]byte) error {
			_, err := db.Exec(ctx, "SELECT 2")
			return err
		})
	}), database.ErrTxBusy)
}

func TestStatementLeftRunningAtTheEnd(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	stray, reading := make(chan error), make(chan struct{})
	err := db.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := db.Exec(ctx, "INSERT INTO account VALUES (1)"); err != nil {
			return err
		}
		go func() {
			started := sync.OnceFunc(func() { close(reading) })
			stray <- db.Query(ctx, "SELECT pg_sleep(CASE n WHEN 9 THEN 3600 ELSE 0 END), repeat('x', 20000) FROM generate_series(1, 9) n", nil,
				func([][]byte) error { started(); return nil })
		}()
		<-reading
		return nil
	})
	require.ErrorIs(t, err, database.ErrTxBusy)
	require.ErrorIs(t, <-stray, context.Canceled)
	requireText(t, db, "none", balances)
}

func TestContextOfAnEndedTransaction(t *testing.T) {
	t.Parallel()
	db := setup(t)
	escape := make(chan context.Context, 1)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error { escape <- ctx; return nil }))
	kept := <-escape
	_, err := db.Exec(kept, "SELECT 1")
	require.ErrorIs(t, err, database.ErrTxDone)
	require.ErrorIs(t, db.WithTx(kept, func(context.Context) error { return nil }), database.ErrTxDone)
	require.Error(t, db.Driver().Exec(kept, "SELECT 1", []any{}, nil))
	ran := false
	database.AfterCommit(kept, func(context.Context) { ran = true })
	require.True(t, ran, "it is committed")
}

func TestIsolation(t *testing.T) {
	t.Parallel()
	db := setup(t)
	show := func(ctx context.Context) string {
		s, err := text(ctx, db, "SELECT current_setting('transaction_isolation') || ', ' || current_setting('transaction_read_only')")
		require.NoError(t, err)
		return s
	}
	for want, opts := range map[string][]database.TxOption{
		"read committed, off": nil,
		"repeatable read, on": {database.RepeatableRead(), database.ReadOnly()},
		"serializable, off":   {database.Serializable()},
	} {
		require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
			require.Equal(t, want, show(ctx))
			return nil
		}, opts...))
	}
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.WithTx(ctx, func(context.Context) error { return nil }))
		require.ErrorIs(t, db.WithTx(ctx, func(context.Context) error { return nil }, database.Serializable()), database.ErrIsolation)
		_, err := db.SQL().BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		require.ErrorIs(t, err, database.ErrIsolation)
		return nil
	}, database.RepeatableRead()))
}

func TestTwoDatabasesInOneContext(t *testing.T) {
	t.Parallel()
	one, two := setup(t), setup(t)
	exec(t, one, accounts)
	exec(t, two, accounts)
	require.ErrorIs(t, one.WithTx(t.Context(), func(ctx context.Context) error {
		return errors.Join(errNo, two.WithTx(ctx, func(ctx context.Context) error {
			_, err1 := one.Exec(ctx, "INSERT INTO account VALUES (1)")
			_, err2 := two.Exec(ctx, "INSERT INTO account VALUES (2)")
			return errors.Join(err1, err2)
		}))
	}), errNo)
	requireText(t, one, "none", balances)
	requireText(t, two, "2=0", balances)
}
