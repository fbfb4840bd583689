package replica_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSet breaks one primary and its two standbys again and again, and mends them; the last one does not.
func TestSet(t *testing.T) { //nolint:tparallel // one after the other breaks the same servers
	t.Parallel()
	w := start(t, 2)
	for _, test := range []struct {
		name string
		run  func(*world)
	}{
		{"who reads where", whoReadsWhere},
		{"read your writes", readYourWrites},
		{"nobody misses their own writes", nobodyMissesTheirOwnWrites},
		{"a lagging replica leaves and returns", laggingReplicaLeavesAndReturns},
		{"a dead replica leaves and returns", deadReplicaLeavesAndReturns},
		{"replicas read while the primary is away", replicasReadWhileThePrimaryIsAway},
		{"a replica takes over from the primary", replicaTakesOverFromThePrimary},
		{"no replica at the start", noReplicaAtTheStart},
		{"the start waits for its migrations", startWaitsForItsMigrations},
		{"a server of another cluster is no replica", serverOfAnotherClusterIsNoReplica},
		{"cancelled by replay", cancelledByReplay},
		{"close leaves nothing", closeLeavesNothing},
		{"failover", failover},
	} {
		t.Run(test.name, func(t *testing.T) {
			of := *w
			of.t = t
			test.run(&of)
		})
	}
}

func whoReadsWhere(w *world) {
	t := w.t
	w.open(w.primary.URL(), 10*time.Second)

	require.Equal(t, "primary", w.reader(t.Context()), "outside of a request")
	by := map[string]int{}
	for range 100 {
		by[w.reads("")]++
	}
	require.Equal(t, map[string]int{"a": 50, "b": 50}, by, "requests take turns")
	w.request("", func(ctx context.Context) {
		first := w.reader(ctx)
		for range 10 {
			require.Equal(t, first, w.reader(ctx), "a request reads from one replica")
		}
	})

	position := w.request("", func(ctx context.Context) {
		require.NotEqual(t, "primary", w.reader(ctx))
		require.NoError(t, w.set.WithTx(ctx, func(ctx context.Context) error {
			require.Equal(t, "primary", w.reader(ctx), "in a transaction")
			return nil
		}))
		require.Equal(t, "primary", w.reader(ctx), "after one")
	})
	require.Regexp(t, `^[0-9A-F]+/[0-9A-F]+$`, position)
	require.Empty(t, w.request("", func(ctx context.Context) { w.reader(ctx) }), "a reading request tells no position")
	failed := errors.New("no")
	require.Empty(t, w.request("", func(ctx context.Context) {
		require.ErrorIs(t, w.set.WithTx(ctx, func(context.Context) error { return failed }), failed)
		require.Equal(t, "primary", w.reader(ctx), "after a transaction that failed too")
	}), "nothing was written")

	for _, nobody := range []string{"FFFFFFFF/FFFFFFFF", "latest", "1/1, 2/2", "1/1\x00", "-1/-1"} {
		require.Equal(t, "primary", w.reads(nobody), nobody)
	}
	require.NotEqual(t, "primary", w.reads("0/0"))
}

func readYourWrites(w *world) {
	t := w.t
	w.open(w.primary.URL(), time.Hour)
	w.say(1, 0)
	for _, s := range w.standbys {
		s.CatchUp(w.primary)
		s.PauseReplay()
	}
	position := w.say(1, 1)
	require.Equal(t, "1", w.said(position, 1))
	require.Equal(t, "primary", w.reads(position))
	require.Equal(t, "0", w.said("", 1), "the control: who sends no position reads what was")
	w.standbys[1].ResumeReplay()
	w.eventually(func() bool { return w.reads(position) == "b" })
	require.Equal(t, "1", w.said(position, 1))
	w.standbys[0].ResumeReplay()
	w.eventually(func() bool { return w.reads(position) == "a" })
}

// nobodyMissesTheirOwnWrites: sixteen clients write and read while the replicas stop and go.
func nobodyMissesTheirOwnWrites(w *world) {
	t := w.t
	w.open(w.primary.URL(), time.Hour)
	const clients, rounds = 16, 40
	var fromReplicas, stale atomic.Int32
	var writing sync.WaitGroup
	for client := range clients {
		writing.Go(func() {
			for round := range rounds {
				position := w.say(client, round)
				w.request(position, func(ctx context.Context) {
					found, err := w.text(ctx, "SELECT said::text FROM note WHERE n = $1", client)
					if err != nil || found != strconv.Itoa(round) {
						t.Errorf("client %d wrote %d and found %q, %v", client, round, found, err)
					}
				})
				for round%8 == 0 && w.reads(position) == "primary" { // until a replica has it
					runtime.Gosched()
				}
				if w.said(position, client) != strconv.Itoa(round) {
					t.Errorf("client %d: a replica that had replayed does not show it", client)
				}
				if w.reads(position) != "primary" {
					fromReplicas.Add(1)
				}
				if w.said("", client) != strconv.Itoa(round) {
					stale.Add(1)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	for paused := 0; ; paused++ {
		s := w.standbys[paused%len(w.standbys)]
		s.PauseReplay()
		s.ResumeReplay()
		select {
		case <-done:
			require.NotZero(t, fromReplicas.Load())
			t.Logf("of %d reads after a write %d were by replicas; without the position %d were stale", clients*rounds, fromReplicas.Load(), stale.Load())
			return
		default:
		}
	}
}
