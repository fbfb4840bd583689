package database_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/pgtest"
)

// watched keeps what it is told.
type watched struct {
	mu      sync.Mutex
	begun   []string
	ended   []string
	rows    []int64
	failed  int
	retries []int
	foreign bool // an end came in another context than its beginning's
}

type watchedKey struct{}

func (w *watched) BeginStatement(ctx context.Context, sql string) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun = append(w.begun, sql)
	return context.WithValue(ctx, watchedKey{}, sql)
}

func (w *watched) EndStatement(ctx context.Context, sql string, _ time.Duration, rows int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.rows = append(w.ended, sql), append(w.rows, rows)
	w.foreign = w.foreign || ctx.Value(watchedKey{}) != sql
	if err != nil {
		w.failed++
	}
}

func (w *watched) Retry(_ context.Context, try int, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.retries = append(w.retries, try)
}

func TestObserverIsToldOfEveryStatement(t *testing.T) {
	t.Parallel()
	w := new(watched)
	config := database.NewConfig(pgtest.NewDatabase(t))
	config.Observer = w
	db, err := database.Open(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })

	const series, bad = "SELECT generate_series(1, 3)", "SELECT 1 / 0"
	require.NoError(t, db.Query(t.Context(), series, nil, func([][]byte) error { return nil }))
	require.Error(t, db.Query(t.Context(), bad, nil, func([][]byte) error { return nil }))
	rows, err := db.SQL().QueryContext(t.Context(), series) // as ent's come
	require.NoError(t, err)
	defer rows.Close() //nolint:errcheck // read to its end
	n := 0
	for rows.Next() {
		n++
	}
	require.NoError(t, rows.Err())
	require.Equal(t, 3, n)
	tries := 0
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		if tries++; tries < 3 {
			_, err := db.Exec(ctx, "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
			return err
		}
		_, err := db.Exec(ctx, series)
		return err
	}))

	const two, never = "SELECT generate_series(1, $1::int)", "SELECT 1 / $1::int"
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, two, 2)
		return err
	}))
	require.Error(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, never, 0)
		return err
	}))

	w.mu.Lock()
	defer w.mu.Unlock()
	assert.Equal(t, w.begun, w.ended)
	assert.Equal(t, []string{w.ended[3], two, "commit", w.ended[3], never, "rollback"}, w.ended[len(w.ended)-6:], "BEGIN goes with them")
	assert.Equal(t, []int64{0, 2, 0, 0, 0, 0}, w.rows[len(w.rows)-6:])
	assert.False(t, w.foreign)
	assert.Equal(t, []string{series, bad, series}, w.ended[:3])
	assert.Equal(t, []int64{3, 0, 3}, w.rows[:3])
	assert.Contains(t, w.ended[3], "begin ")
	assert.Equal(t, 4, w.failed)
	assert.Equal(t, []int{2, 3}, w.retries)
}
