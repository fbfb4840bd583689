package studio

import (
	"context"
	"log/slog"
	"testing"

	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/pgtest"
)

func open(t *testing.T) *database.DB {
	t.Helper()
	url := pgtest.NewDatabase(t)
	config, err := database.ConfigFromEnv(func(name string) string { return map[string]string{"DATABASE_URL": url}[name] })
	require.NoError(t, err)
	db, err := database.Open(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.Exec(t.Context(), "CREATE TABLE t (id int)")
	require.NoError(t, err)
	return db
}

// What an operation reads and writes is told with its rows, inside transactions and outside; what writes is not run again
// for its plan; and what others run is nobody's business.
func TestTracer(t *testing.T) {
	t.Parallel()
	db := open(t)
	tracer := NewTracer(db)
	driver := tracer.Driver(db.Driver())
	ctx, id := tracer.begin(t.Context())
	require.NoError(t, driver.Exec(ctx, "INSERT INTO t SELECT generate_series(1, $1::int)", []any{3}, nil))
	var rows sql.Rows
	require.NoError(t, driver.Query(ctx, "INSERT INTO t VALUES ($1) RETURNING id", []any{4}, &rows))
	require.True(t, rows.Next())
	require.False(t, rows.Next())
	require.NoError(t, rows.Close())
	require.NoError(t, driver.(txDriver).WithTx(ctx, func(ctx context.Context) error {
		return driver.Exec(ctx, "DELETE FROM t WHERE id > $1", []any{2}, nil)
	}))
	tx, err := driver.Tx(ctx)
	require.NoError(t, err)
	require.NoError(t, tx.Exec(ctx, "SET LOCAL application_name = 'x'", []any{}, nil))
	require.NoError(t, tx.Commit())
	require.NoError(t, tracer.Query(ctx, "SELECT id FROM t WHERE id < $1", []any{int32(9)}, func([][]byte) error { return nil }))
	require.NoError(t, driver.Exec(t.Context(), "DELETE FROM t WHERE id = 99", []any{}, nil))

	told, ok := tracer.statements(id)
	require.True(t, ok)
	var counts []int64
	for _, s := range told {
		counts = append(counts, s.Rows)
	}
	require.Equal(t, []int64{3, 1, 2, 0, 2}, counts)
	planned, err := tracer.explain(t.Context(), id)
	require.NoError(t, err)
	assert.Contains(t, planned[0].Plan, "Insert on t")
	assert.NotContains(t, planned[0].Plan, "actual")
	assert.Contains(t, planned[2].Plan, "Delete on t")
	assert.Empty(t, planned[3].Plan, "PostgreSQL has no plan for it")
	assert.Contains(t, planned[4].Plan, "actual")
	assert.False(t, planned[4].Estimated)
	left := 0
	require.NoError(t, db.Query(t.Context(), "SELECT id FROM t", nil, func([][]byte) error { left++; return nil }))
	assert.Equal(t, 2, left, "the plans have written nothing")

	_, err = tracer.explain(t.Context(), "99")
	require.ErrorIs(t, err, errForgotten)
}

// BenchmarkDriverIdle is what the tracer costs whom it does not concern.
func BenchmarkDriverIdle(b *testing.B) {
	d := &driver{run: nothing{}}
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Exec(b.Context(), "", nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

type nothing struct{}

func (nothing) Exec(context.Context, string, any, any) error  { return nil }
func (nothing) Query(context.Context, string, any, any) error { return nil }
