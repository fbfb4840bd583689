package graph_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/internal/desktest"
	"cambium/internal/reference"
	"cambium/trade"
)

// The order of an answer is that of a statement's rows (docs/architecture.md, decision 4). It holds where PostgreSQL has
// every reason to share the work between processes, whose rows come as they are ready.
func TestOrderHoldsUnderParallelPlans(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	data, err := reference.Load(t.Context(), desk.DB, desk.Client.ReadModel(trade.Batch(time.Now)))
	require.NoError(t, err)
	require.NoError(t, desk.DB.WithTx(desktest.Context(t), func(ctx context.Context) error {
		for _, setting := range []string{
			// Not for nothing: else each inner loop would start processes, and an operation take a minute.
			"parallel_setup_cost = 10", "parallel_tuple_cost = 0.001", "min_parallel_table_scan_size = 0",
			"min_parallel_index_scan_size = 0", "max_parallel_workers_per_gather = 4",
		} {
			if _, err := desk.DB.Exec(ctx, "SET LOCAL "+setting); err != nil {
				return err
			}
		}
		const enough = 25 // operations: each starts a dozen processes
		passed, shared := 0, 0
		rapid.Check(t, func(r *rapid.T) {
			if passed == enough {
				return
			}
			one, other := data.DrawList(r, 2), data.DrawList(r, 1)
			one.Alias, other.Alias = "one", "other"
			operation := reference.Operation{Lists: []reference.List{one, other}}
			query, _ := operation.Query(false)
			response := desk.DoIn(t, ctx, query, nil)
			require.Empty(r, response.Errors, query)
			require.Empty(r, reference.Difference(data.Answer(operation), response.Data), query)
			if strings.Contains(desk.Explain(t, ctx), "Workers Planned") {
				shared++
			}
			passed++
		})
		require.Positive(t, shared, "no plan was parallel")
		return nil
	}))
}
