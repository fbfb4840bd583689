package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/faultlab"
)

// The traps of "Breaking under faults" that are the pool's. Each says what was seen without it, on pgxpool, database/sql
// and ent with their own settings.

// traffic runs reads and transactions from several goroutines until stopped; each transaction adds a row. It fails on the
// first error of either, and returns how many rows were acknowledged.
func traffic(t *testing.T, db *database.DB) (stop func() int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var acknowledged, reads atomic.Int64
	var workers sync.WaitGroup
	errs := make(chan error, 100)
	for range 4 {
		workers.Go(func() {
			for ctx.Err() == nil {
				err := db.WithTx(t.Context(), func(ctx context.Context) error {
					if _, err := db.Exec(ctx, "INSERT INTO rows VALUES (1)"); err != nil {
						return fmt.Errorf("insert: %w", err)
					}
					_, err := text(ctx, db, "SELECT count(*)::text FROM rows")
					return err
				})
				if err != nil {
					errs <- fmt.Errorf("write: %w", err)
					return
				}
				acknowledged.Add(1)
			}
		})
		workers.Go(func() {
			for ctx.Err() == nil {
				if _, err := text(t.Context(), db, "SELECT v::text FROM typed WHERE v > $1", "0"); err != nil {
					errs <- fmt.Errorf("read: %w", err)
					return
				}
				reads.Add(1)
			}
		})
	}
	return func() int64 {
		last := reads.Load() + 20 // it goes on after what has happened
		require.Eventually(t, func() bool { return reads.Load() > last || len(errs) > 0 }, patience, time.Millisecond)
		cancel()
		workers.Wait()
		select {
		case err := <-errs:
			require.NoError(t, err)
		default:
		}
		return acknowledged.Load()
	}
}

// patient waits for servers that busy machines take their time to start.
func patient(c *database.Config) { c.OutageTimeout = patience }

func prepareTraffic(t *testing.T, db *database.DB) {
	t.Helper()
	exec(t, db, "CREATE TABLE rows (n int)")
	exec(t, db, "CREATE TABLE typed (v text)")
	exec(t, db, "INSERT INTO typed VALUES ('1')")
}

// Stock: 57P01, 57P03 and dial errors reached the callers.
func TestTrapPostgreSQLRestartsUnderTraffic(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db := open(t, n.URL(), patient)
	prepareTraffic(t, db)
	stop := traffic(t, db)
	n.Terminate()
	n.Restart() // a fast shutdown lets a COMMIT that has arrived end
	n.Restart()
	acknowledged := stop()
	require.Positive(t, acknowledged)
	requireText(t, db, fmt.Sprint(acknowledged), "SELECT count(*)::text FROM rows")
}

// The same without a server for a while: nobody waits for longer than the outage timeout, and nobody at all after that.
func TestOutageIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db := open(t, n.URL())
	n.Stop()
	require.Error(t, db.Ping(t.Context()))
	start := time.Now()
	_, err := db.Exec(t.Context(), "SELECT 1")
	require.True(t, database.IsUnavailable(err), "%v", err)
	waited := time.Since(start)
	require.Greater(t, waited, time.Second)
	require.Less(t, waited, patience)
	start = time.Now()
	err = db.WithTx(t.Context(), func(context.Context) error { return nil })
	require.True(t, database.IsUnavailable(err), "%v", err)
	require.Less(t, time.Since(start), time.Second)
	n.Start()
	requireText(t, db, "x", "SELECT 'x'")
}

// Stock: 20 of 20 writes failed with 25006, while a ping said that all was well.
func TestTrapOldPrimaryIsDemoted(t *testing.T) {
	t.Parallel()
	a := faultlab.Primary(t, "a", nil)
	b := a.Standby(t, "b", nil)
	db := open(t, faultlab.URLs(a, b), patient)
	exec(t, db, "CREATE TABLE kept (n int)")
	b.CatchUp(a)
	a.ReadOnly(true)
	b.Promote()
	for i := range 20 {
		if i%2 == 0 {
			exec(t, db, "INSERT INTO kept VALUES (1)")
			continue
		}
		require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
			_, err := db.Exec(ctx, "INSERT INTO kept VALUES (1)")
			return err
		}))
	}
	require.Equal(t, "20", b.Ask("SELECT count(*) FROM kept"))
	require.Equal(t, "0", a.Ask("SELECT count(*) FROM kept"))
}

// Who asked for a read-only transaction is told what it is, at once.
func TestReadOnlyTransactionIsNoDemotion(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, "CREATE TABLE kept (n int)")
	opened, tries := db.Stats().Opened, 0
	err := db.WithTx(t.Context(), func(ctx context.Context) error {
		tries++
		_, err := db.Exec(ctx, "INSERT INTO kept VALUES (1)")
		return err
	}, database.ReadOnly())
	require.ErrorContains(t, err, "25006")
	require.Equal(t, 1, tries)
	require.Equal(t, opened, db.Stats().Opened)
}

// Stock: each pooled connection failed once with 0A000, and each transaction in which it did was aborted.
func TestTrapTypeChangeUnderTraffic(t *testing.T) {
	t.Parallel()
	db := setup(t)
	other := open(t, db.Config().URL)
	prepareTraffic(t, db)
	stop := traffic(t, db)
	read := func(ctx context.Context) error {
		_, err := text(ctx, db, "SELECT v FROM typed")
		return err
	}
	for i := range 6 {
		require.NoError(t, read(t.Context()))
		require.NoError(t, db.WithTx(t.Context(), read))
		exec(t, other, "ALTER TABLE typed ALTER v TYPE "+[]string{"varchar", "text"}[i%2])
		require.NoError(t, db.WithTx(t.Context(), read))
	}
	stop()
}

// Stock: 20 cancelled statements opened 7 connections beside the pool's.
func TestTrapCancelledContextsLeakNoConnections(t *testing.T) {
	t.Parallel()
	const conns = 3
	db := setup(t, func(c *database.Config) { c.MaxConns = conns; c.ApplicationName = "cancelled" })
	other := open(t, db.Config().URL)
	most := 0
	for range 20 {
		var all sync.WaitGroup
		for range conns {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				_, err := db.Exec(ctx, "SELECT pg_sleep(10)")
				require.ErrorIs(t, err, context.DeadlineExceeded)
			})
		}
		all.Wait()
		// A request to cancel that is late must not hit who comes next.
		requireText(t, db, "x", "SELECT 'x' FROM pg_sleep(0.005)")
		open, err := text(t.Context(), other, "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'cancelled'")
		require.NoError(t, err)
		n := 0
		_, err = fmt.Sscan(open, &n)
		require.NoError(t, err)
		most = max(most, n)
	}
	require.LessOrEqual(t, most, conns)
	require.LessOrEqual(t, db.Stats().Total, int32(conns))
	eventually(t, other, "0", "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'cancelled' AND state = 'active'")
	requireIdle(t, db)
}

// Stock: it hung for ever.
func TestTrapNetworkBlackHoleWithoutDeadline(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db := open(t, n.URL(), func(c *database.Config) {
		c.StatementTimeout, c.ConnectTimeout = 500*time.Millisecond, time.Second
	})
	exec(t, db, "CREATE TABLE kept (n int)")
	insert := func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO kept VALUES (1)")
		return err
	}
	n.Network.Partition()
	var all sync.WaitGroup
	for name, use := range map[string]func(context.Context) error{
		"read":        func(ctx context.Context) error { _, err := text(ctx, db, "SELECT 'x'"); return err },
		"write":       insert,
		"transaction": func(ctx context.Context) error { return db.WithTx(ctx, insert) },
		"ent":         func(ctx context.Context) error { return db.Driver().Exec(ctx, "SELECT 1", []any{}, nil) },
		"ping":        db.Ping,
	} {
		all.Go(func() {
			start := time.Now()
			err := use(t.Context())
			require.Error(t, err, name)
			require.True(t, database.IsUnavailable(err) || strings.Contains(err.Error(), "silent"), "%s: %v", name, err)
			// The silence (5.5 s), and then an outage that is waited for (5 s).
			require.Less(t, time.Since(start), 2*patience, name)
		})
	}
	all.Wait()
	n.Network.Heal()
	start := time.Now()
	require.Eventually(t, func() bool { return insert(t.Context()) == nil }, patience, time.Millisecond)
	require.Less(t, time.Since(start), 5*time.Second, "the pool is not blocked by what was in the hole")
	requireText(t, db, "1", "SELECT count(*)::text FROM kept")
}

// Stock: pgxpool pinged one connection after the other, two seconds each: 26 s with five.
func TestTrapNetworkBlackHoleSwallowsIdleConnections(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	const conns, timeout = 8, time.Second
	db := open(t, n.URL(), func(c *database.Config) { c.MaxConns, c.AcquireTimeout, c.OutageTimeout = conns, timeout, 0 })
	var all sync.WaitGroup
	met := make(chan struct{})
	var here atomic.Int32
	for range conns {
		all.Go(func() {
			require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
				_, err := db.Exec(ctx, "SELECT 1")
				if here.Add(1) == conns {
					close(met)
				}
				<-met
				return err
			}))
		})
	}
	all.Wait()
	require.EqualValues(t, conns, db.Stats().Total)
	<-time.After(1100 * time.Millisecond) // how long they rest is part of it
	n.Network.Partition()
	for _, use := range []func() error{
		func() error { return db.Ping(t.Context()) },
		func() error { _, err := text(t.Context(), db, "SELECT 'x'"); return err },
	} {
		start := time.Now()
		require.ErrorIs(t, use(), database.ErrUnavailable)
		require.Less(t, time.Since(start), 4*timeout)
	}
	n.Network.Heal()
	require.Eventually(t, func() bool { return db.Ping(t.Context()) == nil }, patience, time.Millisecond)
}

// Who only asks for health, and does not wait for long, finds the new primary too: a service that is red gets no other
// requests.
func TestFailoverIsFoundByProbesAlone(t *testing.T) {
	t.Parallel()
	a := faultlab.Primary(t, "a", nil)
	b := a.Standby(t, "b", nil)
	db := open(t, faultlab.URLs(a, b), func(c *database.Config) { c.IdleTimeout = time.Second })
	require.Eventually(t, func() bool { return db.Stats().Total == 0 }, patience, time.Millisecond)
	a.Network.Partition()
	b.Promote()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		return db.Ping(ctx) == nil
	}, patience, time.Millisecond)
}

// What a statement says of another server, such as a foreign table's, says nothing of its own connection.
func TestErrorsOfForeignServersAreTheStatements(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, "CREATE SEQUENCE called")
	opened := db.Stats().Opened
	for _, code := range []string{"08006", "57P01", "57P03"} {
		exec(t, db, "CREATE OR REPLACE FUNCTION remote() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('called'); RAISE 'gone' USING ERRCODE = '"+code+"'; END $$")
		_, err := text(t.Context(), db, "SELECT remote()")
		require.ErrorContains(t, err, code)
		require.False(t, database.IsUnavailable(err), "%v", err)
	}
	requireText(t, db, "3", "SELECT last_value::text FROM called")
	require.Equal(t, opened, db.Stats().Opened)
}

// A write that was heard, and whose answer was not, is not run again. That it is unknown is said.
func TestUnknownWriteIsNotRunAgain(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db := open(t, n.URL(), func(c *database.Config) { c.MaxConns = 1 })
	exec(t, db, "CREATE TABLE kept (n int)")
	for _, run := range []func(context.Context, string) error{
		func(ctx context.Context, sql string) error { _, err := db.Exec(ctx, sql); return err },
		func(ctx context.Context, sql string) error {
			_, err := text(ctx, db, sql+" RETURNING n::text")
			return err
		},
	} {
		require.NoError(t, run(t.Context(), "INSERT INTO kept VALUES (1)")) // prepares it
		exec(t, db, "TRUNCATE kept")
		n.Network.Swallow()
		done := make(chan error)
		go func() { done <- run(t.Context(), "INSERT INTO kept VALUES (1)") }()
		require.Eventually(t, func() bool { return n.Ask("SELECT count(*) FROM kept") == "1" }, patience, time.Millisecond)
		n.Network.Heal()
		require.ErrorIs(t, <-done, database.ErrCommitUnknown)
		requireText(t, db, "1", "SELECT count(*)::text FROM kept")
	}
}

// The same of a write of which rows were read before the connection was lost at its commit.
func TestUnknownWriteWithRowsIsToldAtItsEnd(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db, direct := open(t, n.URL()), open(t, n.Direct())
	exec(t, db, "CREATE TABLE kept (n int)")
	exec(t, db, "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$")
	exec(t, db, "CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()")
	var rows entsql.Rows
	require.NoError(t, direct.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := direct.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", 1); err != nil {
			return err
		}
		if err := db.Driver().Query(t.Context(), "INSERT INTO kept SELECT generate_series(1, 300) RETURNING repeat('x', 100)", []any{}, &rows); err != nil {
			return err
		}
		n.Network.Swallow()
		return nil
	}))
	require.Eventually(t, func() bool { return n.Ask("SELECT count(*) FROM kept") == "300" }, patience, time.Millisecond)
	n.Network.Heal()
	for rows.Next() {
	}
	require.ErrorIs(t, rows.Err(), database.ErrCommitUnknown)
	require.ErrorIs(t, rows.Close(), database.ErrCommitUnknown)
}

// A commit whose wait for its standby is cancelled is acknowledged by PostgreSQL, with a warning. A failover would lose it.
func TestCommitWithoutItsStandbyIsUnknown(t *testing.T) {
	t.Parallel()
	a := faultlab.Primary(t, "a", nil)
	a.Exec("CREATE TABLE kept (n int)")
	b := a.Standby(t, "b", nil)
	a.Synchronous(b)
	b.Stop()
	db := open(t, a.URL())
	insert := func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO kept VALUES ($1)", 1)
		return err
	}
	for name, write := range map[string]func() error{
		"transaction": func() error { return db.WithTx(t.Context(), insert) },
		"statement":   func() error { return insert(t.Context()) },
		"rows":        func() error { _, err := text(t.Context(), db, "INSERT INTO kept VALUES (1) RETURNING 'x'"); return err },
		"ent": func() error {
			var rows entsql.Rows
			err := db.Driver().Query(t.Context(), "INSERT INTO kept VALUES (1) RETURNING n", []any{}, &rows)
			if err == nil {
				err = rows.Close()
			}
			return err
		},
		"database/sql": func() error { _, err := db.SQL().ExecContext(t.Context(), "INSERT INTO kept VALUES (1)"); return err },
	} {
		done := make(chan error)
		go func() { done <- write() }()
		require.Eventually(t, func() bool {
			return a.Ask("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1"
		}, patience, time.Millisecond, name)
		require.ErrorIs(t, <-done, database.ErrCommitUnknown, name)
	}
	a.Synchronous() // nobody
	require.NoError(t, db.WithTx(t.Context(), insert))
	require.NoError(t, insert(t.Context()))
	require.Equal(t, "7", a.Ask("SELECT count(*) FROM kept"))
}

// A read whose answer was lost is run again, unless some of it was shown.
func TestReadIsRunAgainUntilARowWasShown(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db := open(t, n.URL(), func(c *database.Config) { c.MaxConns = 1 })
	requireText(t, db, "x", "SELECT 'x'") // prepares it
	n.Network.Swallow()
	done := make(chan error)
	go func() {
		_, err := text(t.Context(), db, "SELECT 'x'")
		done <- err
	}()
	require.Eventually(t, func() bool {
		return n.Ask("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT ''x''%' AND state = 'idle'") == "1"
	}, patience, time.Millisecond)
	n.Network.Heal()
	require.NoError(t, <-done)

	shown := 0
	err := db.Query(t.Context(), "SELECT n FROM generate_series(1, 1000000) n", nil, func([][]byte) error {
		if shown++; shown == 1 {
			n.Terminate()
		}
		return nil
	})
	if err != nil { // else all of it had been sent by then
		require.True(t, database.IsUnavailable(err), "%v", err)
		require.Less(t, shown, 1_000_000)
	}
}

// What brings its session down each time is not run for ever.
func TestStatementThatEndsItsSessionIsGivenUp(t *testing.T) {
	t.Parallel()
	db := setup(t)
	opened := db.Stats().Opened
	_, err := text(t.Context(), db, "SELECT pg_terminate_backend(pg_backend_pid())::text")
	require.True(t, database.IsUnavailable(err), "%v", err)
	tries := 0
	err = db.WithTx(t.Context(), func(ctx context.Context) error {
		tries++
		_, err := db.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
		return err
	})
	require.True(t, database.IsUnavailable(err), "%v", err)
	require.Equal(t, 3, tries)
	require.LessOrEqual(t, db.Stats().Opened-opened, int64(7))
}

// A transaction whose connection dies is run again as a whole, also where the closure says something else of it.
func TestTransactionIsRunAgainWhenItsConnectionDies(t *testing.T) {
	t.Parallel()
	db := setup(t)
	other := open(t, db.Config().URL)
	exec(t, db, "CREATE TABLE kept (n int)")
	tries, told := 0, 0
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		tries++
		database.AfterCommit(ctx, func(context.Context) { told++ })
		if _, err := db.Exec(ctx, "INSERT INTO kept VALUES ($1)", tries); err != nil {
			return err
		}
		if tries == 1 {
			pid, err := text(ctx, db, "SELECT pg_backend_pid()::text")
			require.NoError(t, err)
			exec(t, other, "SELECT pg_terminate_backend($1::text::int, 5000)", pid)
		}
		if db.Driver().Exec(ctx, "INSERT INTO kept VALUES (100)", []any{}, nil) != nil {
			return fmt.Errorf("something went wrong")
		}
		return nil
	}))
	require.Equal(t, 2, tries)
	require.Equal(t, 1, told)
	requireText(t, db, "2 100", "SELECT string_agg(n::text, ' ' ORDER BY n) FROM kept")
}

// A session keeps its locks: nothing of it is run on another connection.
func TestSessionIsNotRenewed(t *testing.T) {
	t.Parallel()
	db := setup(t)
	other := open(t, db.Config().URL)
	require.NoError(t, db.Session(t.Context(), func(ctx context.Context, conn *sql.Conn) error {
		var pid int
		require.NoError(t, conn.QueryRowContext(ctx, "SELECT pg_backend_pid() FROM pg_advisory_lock(1)").Scan(&pid))
		exec(t, other, "SELECT pg_terminate_backend($1, 5000)", pid)
		_, err := conn.ExecContext(ctx, "SELECT 1")
		require.Error(t, err)
		return nil
	}))
	requireText(t, db, "x", "SELECT 'x'")
}
