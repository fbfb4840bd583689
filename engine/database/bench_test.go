package database_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// Figures and command: go test -run '^$' -bench . ./engine/database. What Query costs is its difference to pgx alone.

const benchStatement = "SELECT n::bigint, 'name ' || n FROM generate_series(1, $1::bigint) n"

func BenchmarkQuery(b *testing.B) {
	db := setup(b)
	read := func(ctx context.Context, want int64) {
		rows := int64(0)
		err := db.Query(ctx, benchStatement, []any{want}, func([][]byte) error { rows++; return nil })
		require.NoError(b, err)
		require.Equal(b, want, rows)
	}
	b.Run("1 row", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			read(b.Context(), 1)
		}
	})
	b.Run("1000 rows", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			read(b.Context(), 1000)
		}
	})
	b.Run("1 row in a transaction", func(b *testing.B) {
		b.ReportAllocs()
		require.NoError(b, db.WithTx(b.Context(), func(ctx context.Context) error {
			for b.Loop() {
				read(ctx, 1)
			}
			return nil
		}))
	})
}

// BenchmarkPgx is the same on a bare pgxpool.
func BenchmarkPgx(b *testing.B) {
	db := setup(b)
	pool, err := pgxpool.New(b.Context(), db.Config().URL)
	require.NoError(b, err)
	defer pool.Close()
	b.Run("1 row", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			rows, err := pool.Query(b.Context(), benchStatement, pgx.QueryResultFormats{pgx.BinaryFormatCode}, int64(1))
			require.NoError(b, err)
			n := 0
			for rows.Next() {
				_ = rows.RawValues()
				n++
			}
			require.NoError(b, rows.Err())
			require.Equal(b, 1, n)
		}
	})
}

func BenchmarkWithTx(b *testing.B) {
	db := setup(b)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, db.WithTx(b.Context(), func(context.Context) error { return nil }))
	}
}

func BenchmarkDriverExec(b *testing.B) {
	db := setup(b)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, db.Driver().Exec(b.Context(), "SELECT $1::bigint", []any{int64(1)}, nil))
	}
}
