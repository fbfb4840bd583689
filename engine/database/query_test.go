package database_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

func TestQueryGivesBinaryRows(t *testing.T) {
	t.Parallel()
	db := setup(t)
	var got [][][]byte
	err := db.Query(t.Context(), `SELECT n::bigint, 't' || n, n::float8 / 2, NULL::text, n = 1, '' FROM generate_series(1, 2) n`, nil,
		func(values [][]byte) error {
			row := make([][]byte, len(values))
			for i, v := range values {
				if v != nil {
					row[i] = append([]byte{}, v...)
				}
			}
			got = append(got, row)
			return nil
		})
	require.NoError(t, err)
	int8of := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	require.Equal(t, [][][]byte{
		{int8of(1), []byte("t1"), int8of(math.Float64bits(0.5)), nil, {1}, {}},
		{int8of(2), []byte("t2"), int8of(math.Float64bits(1)), nil, {0}, {}},
	}, got)
}

func argumentsWork(t *testing.T, db *database.DB) {
	t.Helper()
	const statement = `SELECT concat_ws(' ', $1::bigint, $2::text, $3::bigint[], $4::text[], $5::timestamptz AT TIME ZONE 'UTC',
		$6::numeric, $7::boolean, $8::uuid, $9::date, $10::text IS NULL, $11::jsonb, $12::int)`
	args := []any{
		int64(1) << 40, "two", []int64{3, 4}, []string{"five", "six, 7"}, time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		"12.3400", true, "00000000-0000-0000-0000-000000000001", time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC), nil, `{"a": 1}`, 5,
	}
	const want = `1099511627776 two {3,4} {five,"six, 7"} 2024-05-06 07:08:09 12.3400 t 00000000-0000-0000-0000-000000000001 2024-05-06 t {"a": 1} 5`
	for range 3 {
		requireText(t, db, want, statement, args...)
		require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
			got, err := text(ctx, db, statement, args...)
			require.Equal(t, want, got)
			return err
		}))
		var through string
		require.NoError(t, db.SQL().QueryRowContext(t.Context(), statement, args...).Scan(&through))
		require.Equal(t, want, through)
	}
}

func TestQueryArguments(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	argumentsWork(t, db)
	requireText(t, db, "true", "SELECT (count(*) > 0)::text FROM pg_prepared_statements")
}

// In transaction mode nothing may be left on a server connection: no named statement, no session setting.
func TestPoolerInTransactionMode(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1; c.Pooler = database.PoolerTransaction })
	argumentsWork(t, db)
	requireText(t, db, "0", "SELECT count(*)::text FROM pg_prepared_statements")
	const timeouts = `SELECT concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
		current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'))`
	requireText(t, db, "0 0 0 test", timeouts)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		got, err := text(ctx, db, timeouts+" || current_setting('transaction_isolation')")
		require.Equal(t, "30s 5s 1min testserializable", got)
		return err
	}, database.Serializable()))
	requireText(t, db, "0 0 0 test", timeouts)
}

func TestSessionSettings(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.StatementTimeout = 0; c.LockTimeout = 1500 * time.Millisecond })
	requireText(t, db, "0 1500ms 1min test", `SELECT concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
		current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'))`)
	requireText(t, db, "off", "SHOW jit")
	asked := setup(t, func(c *database.Config) { c.URL += "&jit=on" })
	requireText(t, asked, "on", "SHOW jit")
}

func TestQueryStopsWithItsReader(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	rows := 0
	read := func(ctx context.Context) error {
		return db.Query(ctx, "SELECT generate_series(1, 10000)", nil, func([][]byte) error { rows++; return errNo })
	}
	require.ErrorIs(t, read(t.Context()), errNo)
	require.Equal(t, 1, rows)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		require.ErrorIs(t, read(ctx), errNo)
		return nil
	}), "a reader that has seen enough is no failed statement")
	require.PanicsWithValue(t, "boom", func() {
		_ = db.Query(t.Context(), "SELECT generate_series(1, 10000)", nil, func([][]byte) error { panic("boom") })
	})
	require.NoError(t, db.Ping(t.Context()))
	requireIdle(t, db)
}

func TestCopyIn(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	n, err := db.CopyIn(t.Context(), "COPY account (id, balance) FROM STDIN (FORMAT csv, HEADER)", strings.NewReader("id,balance\n1,10\n2,20\n"))
	require.NoError(t, err)
	require.EqualValues(t, 2, n)

	_, err = db.CopyIn(t.Context(), "COPY account FROM STDIN", strings.NewReader("3\t1\n3\t2\n"))
	v, ok := database.AsViolation(err)
	require.True(t, ok)
	require.Equal(t, database.Unique, v.Kind)

	_, err = db.CopyIn(t.Context(), "COPY account FROM STDIN", failingReader{strings.NewReader("4\t1\n")})
	require.ErrorIs(t, err, errNo)

	require.ErrorIs(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		_, err := db.CopyIn(ctx, "COPY account FROM STDIN", strings.NewReader("5\t1\n"))
		return errors.Join(errNo, err)
	}), errNo)
	requireText(t, db, "1=10 2=20", balances)
}

// failingReader ends in an error after its text.
type failingReader struct{ io.Reader }

func (r failingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errNo
	}
	return n, err
}

func TestSession(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 2 })
	const held = "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
	require.ErrorIs(t, db.Session(t.Context(), func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(1)")
		requireText(t, db, "1", held)
		return errors.Join(errNo, err)
	}), errNo)
	eventually(t, db, "0", held)
	require.Error(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		return db.Session(ctx, func(context.Context, *sql.Conn) error { return nil })
	}))
	requireIdle(t, db)
}
