package admission_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"cambium/engine/admission"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPlacesAreTakenAndGivenBack(t *testing.T) {
	t.Parallel()
	q := admission.New(admission.Config{Limit: 2})
	require.NoError(t, q.Enter(t.Context()))
	require.NoError(t, q.Enter(t.Context()))
	require.ErrorIs(t, q.Enter(t.Context()), admission.ErrFull, "nobody waits where the wait is 0")
	q.Leave()
	require.NoError(t, q.Enter(t.Context()))
	assert.Equal(t, admission.Stats{Limit: 2, Running: 2, Refused: 1}, q.Stats())
}

// entered is the outcome of one who has entered, after a while.
type entered struct {
	who  int
	err  error
	took time.Duration
}

// enter has so many come, a millisecond apart, and returns where their outcomes come.
func enter(ctx context.Context, q *admission.Queue, n int) <-chan entered {
	outcomes := make(chan entered, n)
	for i := range n {
		go func() {
			start := time.Now()
			err := q.Enter(ctx)
			outcomes <- entered{i, err, time.Since(start)}
		}()
		time.Sleep(time.Millisecond) //nolint:forbidigo // of the bubble's own clock
	}
	return outcomes
}

func TestABurstWaitsInItsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := admission.New(admission.NewConfig(1))
		require.NoError(t, q.Enter(t.Context()))
		outcomes := enter(t.Context(), q, 3)
		for i := range 3 {
			q.Leave()
			o := <-outcomes
			assert.Equal(t, i, o.who)
			assert.NoError(t, o.err)
		}
		assert.EqualValues(t, 3, q.Stats().Waited)
	})
}

func TestNoWaitIsLongerThanItsBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := admission.New(admission.NewConfig(1))
		require.NoError(t, q.Enter(t.Context()))
		start := time.Now()
		require.ErrorIs(t, q.Enter(t.Context()), admission.ErrFull)
		assert.Equal(t, 100*time.Millisecond, time.Since(start))
		// The queue stood until then: who comes now waits for a twentieth, and so as long as somebody is refused.
		for range 50 {
			start = time.Now()
			require.ErrorIs(t, q.Enter(t.Context()), admission.ErrFull)
			assert.Equal(t, 5*time.Millisecond, time.Since(start))
		}
		time.Sleep(101 * time.Millisecond) //nolint:forbidigo // of the bubble's own clock
		start = time.Now()
		require.ErrorIs(t, q.Enter(t.Context()), admission.ErrFull)
		assert.Equal(t, 100*time.Millisecond, time.Since(start), "nobody was refused for a while")
	})
}

func TestTheNewestIsFirstInAQueueThatStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := admission.New(admission.NewConfig(1))
		require.NoError(t, q.Enter(t.Context()))
		require.ErrorIs(t, q.Enter(t.Context()), admission.ErrFull)
		outcomes := enter(t.Context(), q, 3)
		q.Leave()
		o := <-outcomes
		assert.NoError(t, o.err)
		assert.Equal(t, 2, o.who)
		for range 2 {
			assert.ErrorIs(t, (<-outcomes).err, admission.ErrFull)
		}
	})
}

func TestTheLineIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := admission.New(admission.Config{Limit: 1, Wait: time.Hour})
		require.NoError(t, q.Enter(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		outcomes := enter(ctx, q, 1000)
		synctest.Wait()
		require.ErrorIs(t, q.Enter(t.Context()), admission.ErrFull)
		cancel()
		for range 1000 {
			assert.ErrorIs(t, (<-outcomes).err, context.Canceled)
		}
		assert.Equal(t, admission.Stats{Limit: 1, Running: 1, Refused: 1}, q.Stats())
	})
}

// TestNoPlaceIsLost has many come and go, give up and be refused at random: in the end every place is free, and never
// were more taken than there are.
func TestNoPlaceIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 4).Draw(t, "limit")
		wait := rapid.SampledFrom([]time.Duration{0, time.Microsecond, 200 * time.Microsecond}).Draw(t, "wait")
		q := admission.New(admission.Config{Limit: limit, Wait: wait})
		var mu sync.Mutex
		inside, most := 0, 0
		var wg sync.WaitGroup
		for range rapid.IntRange(1, 40).Draw(t, "clients") {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), 150*time.Microsecond)
				defer cancel()
				err := q.Enter(ctx)
				if err != nil {
					if !errors.Is(err, admission.ErrFull) && !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("refused with %v", err)
					}
					return
				}
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				mu.Lock()
				inside--
				mu.Unlock()
				q.Leave()
			})
		}
		wg.Wait()
		s := q.Stats()
		if most > limit || s.Running != 0 || s.Waiting != 0 {
			t.Fatalf("%d inside of %d, then %+v", most, limit, s)
		}
	})
}

func BenchmarkEnter(b *testing.B) {
	q := admission.New(admission.NewConfig(1 << 20))
	b.ReportAllocs()
	for b.Loop() {
		if q.Enter(b.Context()) == nil {
			q.Leave()
		}
	}
}

// Places that come and go, with a replica: nobody is thrown out, and nobody is let in for a place that has gone.
func TestPlacesThatGoAreNotHandedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		more := 1
		config := admission.NewConfig(1)
		config.More = func() int { return more }
		q := admission.New(config)
		require.NoError(t, q.Enter(t.Context()))
		require.NoError(t, q.Enter(t.Context()))
		outcomes := enter(t.Context(), q, 1)
		more = 0
		q.Leave()
		synctest.Wait()
		assert.Equal(t, admission.Stats{Limit: 1, Running: 1, Waiting: 1}, q.Stats(), "the place has gone")
		q.Leave()
		require.NoError(t, (<-outcomes).err, "this one has not")
		q.Leave()
		assert.Zero(t, q.Stats().Running)
		more = 1
		require.NoError(t, q.Enter(t.Context()))
		require.NoError(t, q.Enter(t.Context()))
		assert.Equal(t, 2, q.Stats().Running)
	})
}
