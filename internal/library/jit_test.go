package library_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/internal/reference"
)

// BenchmarkJIT is the reason why the pool switches PostgreSQL's compiler off: the same drawn operations, each once, with it
// and without.
func BenchmarkJIT(b *testing.B) {
	l := filled(b)
	data, ctx := visible(b, l, staff), as(b, staff)
	drawn := rapid.Custom(func(r *rapid.T) reference.Operation { return data.Draw(r, 3) })
	queries := make([]string, 100)
	for seed := range queries {
		queries[seed], _ = drawn.Example(seed).Query(false)
	}
	for _, jit := range []string{"off", "on"} {
		b.Run("jit="+jit, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, l.WithTx(ctx, func(ctx context.Context) error {
					if err := l.SetLocal(ctx, []string{"jit"}, []string{jit}); err != nil {
						return err
					}
					for _, query := range queries {
						require.Empty(b, l.do(b, ctx, query, nil).errors)
					}
					return nil
				}))
			}
		})
	}
}
