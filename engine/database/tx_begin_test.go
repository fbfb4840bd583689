package database_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"cambium/bench/wire"
	"cambium/engine/database"
	"cambium/internal/pgtest"
)

// counted opens a database behind a proxy that counts.
func counted(t *testing.T) (*database.DB, *wire.Proxy) {
	t.Helper()
	address, err := url.Parse(pgtest.NewDatabase(t))
	require.NoError(t, err)
	proxy, err := wire.Listen(t.Context(), address.Host)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Close()) })
	address.Host = proxy.Address()
	return open(t, address.String()), proxy
}

func TestBeginGoesWithTheFirstStatement(t *testing.T) {
	t.Parallel()
	db, proxy := counted(t)
	exec(t, db, accounts)
	exec(t, db, "INSERT INTO account VALUES (1)")
	const query = "SELECT balance::text FROM account WHERE id = $1"
	entQuery := func(ctx context.Context) error {
		var rows entsql.Rows
		if err := db.Driver().Query(ctx, query, []any{1}, &rows); err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // read
		_, err := entsql.ScanString(&rows)
		return err
	}
	entExec := func(ctx context.Context) error {
		return db.Driver().Exec(ctx, "UPDATE account SET balance = balance + $1", []any{1}, nil)
	}
	for name, c := range map[string]struct {
		trips int64 // with COMMIT
		fn    func(context.Context) error
	}{
		"nothing":       {0, func(context.Context) error { return nil }},
		"ent's rows":    {2, entQuery},
		"ent's rows, 2": {3, func(ctx context.Context) error { _ = entQuery(ctx); return entQuery(ctx) }},
		"ent's change":  {2, entExec},
		"a change": {2, func(ctx context.Context) error {
			_, err := db.Exec(ctx, "UPDATE account SET balance = balance + $1", 1)
			return err
		}},
		"rows in binary": {3, func(ctx context.Context) error { _, err := text(ctx, db, query, 1); return err }},
		"several statements": {3, func(ctx context.Context) error {
			_, err := db.Exec(ctx, "SET LOCAL work_mem = '5MB'; SELECT 1")
			return err
		}},
		"COPY": {3, func(ctx context.Context) error {
			_, err := db.CopyIn(ctx, "COPY account (id) FROM STDIN", strings.NewReader(""))
			return err
		}},
		"database/sql": {3, func(ctx context.Context) error {
			_, err := db.SQL().ExecContext(ctx, "UPDATE account SET balance = balance + $1", 1)
			return err
		}},
	} {
		require.NoError(t, db.WithTx(t.Context(), c.fn), name) // statements are prepared
		before := proxy.Counts().RoundTrips
		require.NoError(t, db.WithTx(t.Context(), c.fn), name)
		require.Equal(t, c.trips, proxy.Counts().RoundTrips-before, name)
	}
	requireIdle(t, db)
}

// What fails together with BEGIN leaves the connection outside of a transaction, where a statement would be committed by
// itself.
func TestNothingRunsAfterABeginThatFailed(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	exec(t, db, accounts)
	for name, broken := range map[string]func(context.Context) error{
		"as it is prepared": func(ctx context.Context) error {
			return db.Driver().Exec(ctx, "INSERT INTO missing VALUES ($1)", []any{1}, nil)
		},
		"as it is encoded": func(ctx context.Context) error {
			return db.Driver().Exec(ctx, "INSERT INTO account VALUES ($1)", []any{"one"}, nil)
		},
		"as it is run": func(ctx context.Context) error {
			return db.Driver().Exec(ctx, "INSERT INTO account VALUES (1, $1)", []any{-1}, nil)
		},
		"as its rows are read": func(ctx context.Context) error {
			return db.Driver().Query(ctx, "SELECT 1 / $1::int", []any{0}, new(entsql.Rows))
		},
		"cancelled": func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return db.Driver().Exec(ctx, "INSERT INTO account VALUES ($1)", []any{1}, nil)
		},
	} {
		err := db.WithTx(t.Context(), func(ctx context.Context) error {
			require.Error(t, broken(ctx), name)
			require.Error(t, insert(ctx, db, 2), name)
			return nil
		})
		require.ErrorIs(t, err, database.ErrRolledBack, name)
		requireText(t, db, "none", balances)
		requireIdle(t, db)
	}
}

// ent reads what pgx gives as it reads what database/sql gives: with BEGIN, in a transaction, and outside of one.
func TestEntReadsEveryForm(t *testing.T) {
	t.Parallel()
	db := setup(t)
	const query = `SELECT $1::bigint, 'x'::text, NULL::text, 12.50::numeric, ARRAY['a','b c']::text[], NULL::text[], true`
	read := func(ctx context.Context) error {
		var rows entsql.Rows
		require.NoError(t, db.Driver().Query(ctx, query, []any{1 << 40}, &rows))
		defer rows.Close() //nolint:errcheck // of a test
		columns, err := rows.Columns()
		require.NoError(t, err)
		values, texts := make([]any, len(columns)), make([]entsql.NullString, len(columns))
		anys, scanners := make([]any, len(columns)), make([]any, len(columns))
		for i := range columns {
			anys[i], scanners[i] = &values[i], &texts[i]
		}
		require.True(t, rows.Next())
		require.NoError(t, rows.Scan(anys...))
		require.Equal(t, []any{int64(1 << 40), "x", nil, "12.50", `{a,"b c"}`, nil, true}, values)
		require.NoError(t, rows.Scan(scanners...))
		require.Equal(t, entsql.NullString{String: `{a,"b c"}`, Valid: true}, texts[4])
		require.False(t, texts[5].Valid)
		require.False(t, rows.Next())
		return rows.Err()
	}
	require.NoError(t, read(t.Context()))
	require.NoError(t, db.WithTx(t.Context(), read))
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, read(ctx))
		return read(ctx)
	}))
	requireIdle(t, db)
}
