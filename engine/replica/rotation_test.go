package replica_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/devpg"
	"cambium/internal/faultlab"
)

// hammer reads from four requests at once until stop is called, which returns how many were answered by whom, and the
// longest that one took. None may fail.
func (w *world) hammer() (stop func() (map[string]int, time.Duration)) {
	const readers = 4
	var ended atomic.Bool
	results := make(chan map[string]int)
	var longest atomic.Int64
	for range readers {
		go func() {
			by := map[string]int{}
			for !ended.Load() {
				began := time.Now()
				w.request("", func(ctx context.Context) {
					name, err := w.text(ctx, "SELECT current_setting('cluster_name')")
					if err != nil {
						w.t.Errorf("a read failed: %v", err)
					}
					by[name]++
				})
				for took := int64(time.Since(began)); ; {
					before := longest.Load()
					if took <= before || longest.CompareAndSwap(before, took) {
						break
					}
				}
			}
			results <- by
		}()
	}
	return func() (map[string]int, time.Duration) {
		ended.Store(true)
		by := map[string]int{}
		for range readers {
			for name, n := range <-results {
				by[name] += n
			}
		}
		w.t.Logf("reads by %v, the longest took %v", by, time.Duration(longest.Load()))
		return by, time.Duration(longest.Load())
	}
}

func (w *world) isOut(i int, reason string) func() bool {
	return func() bool {
		state := w.set.States()[i]
		return !state.InRotation && state.Reason == reason
	}
}

func (w *world) isIn(i int) func() bool {
	return func() bool { return w.set.States()[i].InRotation }
}

func laggingReplicaLeavesAndReturns(w *world) {
	t := w.t
	w.open(w.primary.URL(), time.Second)
	w.standbys[0].PauseReplay()
	w.say(1, 1)
	w.eventually(w.isOut(0, "it has lacked something for longer than 1s"))
	state := w.set.States()[0]
	require.Greater(t, state.Lag, time.Second)
	require.NotZero(t, state.LagBytes)
	for range 20 {
		require.Equal(t, "b", w.reads(""))
	}
	w.standbys[0].ResumeReplay()
	w.eventually(w.isIn(0))
	require.Zero(t, w.set.States()[0].LagBytes)
}

func deadReplicaLeavesAndReturns(w *world) {
	t := w.t
	w.open(w.primary.URL(), time.Hour)
	for how, end := range map[string]func(){
		"killed":     w.standbys[0].Kill,
		"stopped":    w.standbys[0].Stop,
		"cut off":    w.standbys[0].Network.Cut,
		"black hole": w.standbys[0].Network.Swallow,
	} {
		stop := w.hammer()
		end()
		w.eventually(func() bool { return !w.set.States()[0].InRotation })
		by, longest := stop() // who had asked it has been answered by somebody else
		require.NotZero(t, by["b"], how)
		require.Less(t, longest, 5*time.Second, how)
		switch how {
		case "killed", "stopped":
			w.standbys[0].Start()
		default:
			w.standbys[0].Network.Heal()
		}
		w.eventually(w.isIn(0))
		w.eventually(func() bool { return w.reads("") == "a" })
	}
}

func replicasReadWhileThePrimaryIsAway(w *world) {
	t := w.t
	w.only("a")
	w.open(w.primary.URL(), time.Second)
	stop := w.hammer()
	w.primary.Kill()
	<-time.After(2 * time.Second) // longer than the lag that is allowed: what the primary never had, nobody lacks
	require.True(t, w.isIn(0)())
	by, _ := stop()
	require.Zero(t, by["primary"])
	require.NotZero(t, by["a"])
	w.primary.Start()
	w.eventually(func() bool {
		return w.set.WithTx(t.Context(), func(ctx context.Context) error {
			_, err := w.db.Exec(ctx, "INSERT INTO note VALUES (1, 1) ON CONFLICT DO NOTHING")
			return err
		}) == nil
	})
}

// replicaTakesOverFromThePrimary: who had to see more than any replica had waits for a primary that is away, until one has.
func replicaTakesOverFromThePrimary(w *world) {
	w.only("a")
	config := database.NewConfig(w.primary.URL())
	config.OutageTimeout = time.Hour // so that nothing else ends the wait
	w.openWith(config, time.Hour)
	w.eventually(w.isIn(0))
	w.standbys[0].PauseReplay()
	position := w.say(1, 1)
	w.eventually(func() bool {
		return w.standbys[0].Ask("SELECT pg_last_wal_receive_lsn() >= '"+position+"'::pg_lsn") == "true"
	})
	w.primary.Kill()
	said := make(chan string)
	go func() { said <- w.said(position, 1) }()
	select {
	case <-said:
		require.FailNow(w.t, "nobody could know")
	case <-time.After(time.Second):
	}
	w.standbys[0].ResumeReplay()
	select {
	case got := <-said:
		require.Equal(w.t, "1", got)
	case <-time.After(patience):
		require.FailNow(w.t, "the replica was not asked")
	}
	w.primary.Start()
}

func noReplicaAtTheStart(w *world) {
	t := w.t
	w.only("a")
	w.standbys[0].Stop()
	config := database.NewConfig(w.primary.URL())
	w.openWith(config, time.Hour)
	require.Equal(t, "primary", w.reads(""))
	w.standbys[0].Start()
	w.eventually(func() bool { return w.reads("") == "a" })
}

// startWaitsForItsMigrations: what the primary had when the program started, no replica may lack.
func startWaitsForItsMigrations(w *world) {
	t := w.t
	w.only("a")
	w.standbys[0].PauseReplay()
	w.primary.Exec("CREATE TABLE late ()")
	w.openWith(database.NewConfig(w.primary.URL()), time.Hour)
	w.eventually(w.isIn(0))
	require.Equal(t, "primary", w.reads(""))
	w.standbys[0].ResumeReplay()
	w.eventually(func() bool { return w.reads("") == "a" })
}

func serverOfAnotherClusterIsNoReplica(w *world) {
	t := w.t
	w.only("")
	// Clusters of faultlab are copies of one: they have its identifier.
	other, err := devpg.Start(t.Context(), devpg.Config{Dir: faultlab.Directory(t), Volatile: true, Getenv: os.Getenv, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Stop(context.WithoutCancel(t.Context()))) })
	w.openWith(database.NewConfig(w.primary.URL()), time.Hour, other.URL(), w.primary.URL())
	w.eventually(w.isOut(0, "it is of another cluster than the primary"))
	w.eventually(w.isOut(1, "it is not a standby"))
	require.Equal(t, "primary", w.reads(""))
}

// failover: the primary dies, a takes over, b follows it, the old primary comes back as its standby.
func failover(w *world) {
	t := w.t
	a, b := w.standbys[0], w.standbys[1]
	w.primary.Synchronous(a, b)
	w.open(faultlab.URLs(w.primary, a)+"&target_session_attrs=read-write", time.Hour)
	w.say(1, 1)
	a.CatchUp(w.primary)
	b.CatchUp(w.primary)
	before := w.set.States()[1].Replayed

	w.primary.Kill()
	a.Promote()
	w.eventually(w.isOut(0, "it is not a standby"))
	w.eventually(func() bool {
		_, err := w.db.Exec(t.Context(), "INSERT INTO note VALUES (2, 2) ON CONFLICT DO NOTHING")
		return err == nil
	})
	// b still waits for the old primary: it has everything of before, and nothing of what comes now.
	w.eventually(w.isOut(1, "it follows an older timeline than the primary's"))
	position := w.say(1, 3)
	require.Equal(t, "3", w.said(position, 1))
	require.Equal(t, "a", w.reads(""))

	b.Follow(a)
	w.eventually(w.isIn(1))
	require.Greater(t, w.set.States()[1].Replayed, before)
	w.eventually(func() bool { return w.reads(position) == "b" })
	require.Equal(t, "3", w.said(position, 1))
}

// cancelledByReplay: PostgreSQL cancels a read that stands in the way of replay; somebody else answers it.
func cancelledByReplay(w *world) {
	t := w.t
	w.only("a")
	for _, setting := range []string{"max_standby_streaming_delay = 0", "hot_standby_feedback = off"} {
		w.standbys[0].Exec("ALTER SYSTEM SET " + setting)
	}
	w.standbys[0].Exec("SELECT pg_reload_conf()")
	w.open(w.primary.URL(), time.Hour)
	reading := make(chan string)
	go func() {
		w.request("", func(ctx context.Context) {
			// The table is locked for reading on whoever answers, for as long as it sleeps there.
			name, err := w.text(ctx, "SELECT current_setting('cluster_name') FROM (SELECT CASE WHEN pg_is_in_recovery() THEN pg_sleep(20) END, (SELECT count(*) FROM note)) AS slept")
			if err != nil {
				name = fmt.Sprint(err)
			}
			reading <- name
		})
	}()
	w.eventually(func() bool {
		return w.standbys[0].Ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1"
	})
	w.primary.Exec("ALTER TABLE note ADD extra int")
	select {
	case name := <-reading:
		require.Equal(t, "primary", name)
	case <-time.After(15 * time.Second):
		require.FailNow(t, "the read was not cancelled")
	}
}

func closeLeavesNothing(w *world) {
	t := w.t
	w.only("a")
	w.open(w.primary.URL(), time.Hour)
	w.reads("")
	require.NoError(t, w.set.Close())
	w.eventually(func() bool {
		return w.standbys[0].Ask("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'cambium%'") == "0"
	})
	err := w.set.Query(t.Context(), "SELECT 1", nil, func([][]byte) error { return errors.New("seen") })
	require.EqualError(t, err, "seen", "the primary is still open")
}
