package faults

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/pgtest"
)

// racers is how many transactions are under way at a time.
const racers = 8

// race runs a transaction so many times, by several goroutines.
func race(t *testing.T, times int64, run func(random *rand.Rand) error) {
	t.Helper()
	var left atomic.Int64
	left.Store(times)
	var all sync.WaitGroup
	errs := make(chan error, racers)
	for n := range uint64(racers) {
		random := rand.New(rand.NewPCG(*seed, n))
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := run(random); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}

func number(ctx context.Context, db *database.DB, sql string, args ...any) (n int64, err error) {
	err = db.Query(ctx, sql, args, func(row [][]byte) error {
		n, err = strconv.ParseInt(string(row[0]), 10, 64)
		return err
	})
	return n, err
}

// counted reads a counter and writes it back, one more, in a transaction.
func counted(ctx context.Context, t *testing.T, db *database.DB, id int64, opts ...database.TxOption) error {
	t.Helper()
	return db.WithTx(ctx, func(ctx context.Context) error {
		n, err := number(ctx, db, "SELECT n::text FROM counters WHERE id = $1", id)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, "UPDATE counters SET n = $2 WHERE id = $1", id, n+1)
		return err
	}, opts...)
}

const counters = 16

// Stock: at READ COMMITTED, 316 of 400 were lost.
func TestTrapLostUpdates(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.NewDatabase(t))
	_, err := db.Exec(t.Context(), "CREATE TABLE counters (id bigint PRIMARY KEY, n bigint NOT NULL)")
	require.NoError(t, err)
	lost := func(times int64, opts ...database.TxOption) int64 {
		_, err := db.Exec(t.Context(), "TRUNCATE counters; INSERT INTO counters SELECT id, 0 FROM generate_series(0, 15) id")
		require.NoError(t, err)
		race(t, times, func(random *rand.Rand) error { return counted(t.Context(), t, db, random.Int64N(counters), opts...) })
		sum, err := number(t.Context(), db, "SELECT sum(n)::text FROM counters")
		require.NoError(t, err)
		return times - sum
	}
	const few = 400
	control := lost(few)
	here := lost(*races, database.RepeatableRead())
	t.Logf("| increments | lost | lost of %d at READ COMMITTED, the control |\n| %d | %d | %d |", few, *races, here, control)
	require.Positive(t, control, "the control sees nothing")
	require.Zero(t, here)
}

// onCall is how many of each group are on call at first, of whom one must remain.
const onCall = 2

// goOffCall takes one of a group off call, if another one remains, or all of them back on call where only one is left.
func goOffCall(ctx context.Context, t *testing.T, db *database.DB, group, member int64, opts ...database.TxOption) error {
	t.Helper()
	return db.WithTx(ctx, func(ctx context.Context) error {
		left, err := number(ctx, db, "SELECT count(*)::text FROM doctors WHERE team = $1 AND on_call", group)
		if err != nil {
			return err
		}
		if left < onCall {
			_, err = db.Exec(ctx, "UPDATE doctors SET on_call = true WHERE team = $1 AND EXISTS (SELECT FROM doctors d WHERE d.team = $1 AND d.on_call)", group)
			return err
		}
		_, err = db.Exec(ctx, "UPDATE doctors SET on_call = false WHERE team = $1 AND member = $2", group, member)
		return err
	}, opts...)
}

// A group without anybody on call stays that way, and is counted at the end.
func TestTrapWriteSkew(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.NewDatabase(t))
	_, err := db.Exec(t.Context(), "CREATE TABLE doctors (team bigint, member bigint, on_call boolean NOT NULL, PRIMARY KEY (team, member))")
	require.NoError(t, err)
	skewed := func(times, teams int64, opts ...database.TxOption) int64 {
		_, err := db.Exec(t.Context(), "TRUNCATE doctors")
		require.NoError(t, err)
		_, err = db.Exec(t.Context(), "INSERT INTO doctors SELECT team, member, true FROM generate_series(1, $1::bigint) team, generate_series(0, 1) member", teams)
		require.NoError(t, err)
		race(t, times, func(random *rand.Rand) error {
			return goOffCall(t.Context(), t, db, 1+random.Int64N(teams), random.Int64N(onCall), opts...)
		})
		bad, err := number(t.Context(), db, "SELECT count(*)::text FROM (SELECT FROM doctors GROUP BY team HAVING NOT bool_or(on_call)) empty")
		require.NoError(t, err)
		return bad
	}
	const few, teams = 1000, 8
	control := skewed(few, teams, database.RepeatableRead())
	here := skewed(*races, teams, database.Serializable())
	t.Logf("| transactions | groups without anybody, of %d | the same of %d at REPEATABLE READ, the control |\n| %d | %d | %d |", teams, few, *races, here, control)
	require.Positive(t, control, "the control sees nothing")
	require.Zero(t, here)
}
