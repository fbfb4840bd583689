package database

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLateWaiterTakesWhatIsThere: who got a place at the last moment takes the connection that is idle without a bound, and
// has what is left of the acquire timeout only where one has to be opened.
func TestLateWaiterTakesWhatIsThere(t *testing.T) {
	t.Parallel()
	const timeout = time.Hour
	for name, open := range map[string]int32{"one is idle": 1, "none is open": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := &DB{config: Config{AcquireTimeout: timeout}, gate: &gate{places: make(chan struct{}, 1)}, closed: make(chan struct{})}
			db.gate.open.Store(open)
			db.gate.places <- struct{}{}
			began := time.Now()
			taken := make(chan context.Context)
			go func() {
				_, _ = pass(t.Context(), db, func(ctx context.Context) (int, error) { taken <- ctx; return 0, nil })
			}()
			require.Eventually(t, func() bool { return db.waiting.Load() == 1 }, time.Minute, time.Millisecond)
			freed := time.Now()
			db.gate.leave()
			deadline, bound := (<-taken).Deadline()
			require.Equal(t, open == 0, bound)
			if bound {
				require.WithinRange(t, deadline, began.Add(timeout), freed.Add(timeout))
			}
		})
	}
}
