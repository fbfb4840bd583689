package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// fault is one kind of what can happen.
type fault struct {
	name string
	// happen lets it happen and mends it; it returns when all is there again.
	happen func(t *testing.T, c *cluster, random *rand.Rand)
	// of is the instance that has to come back; nil for all.
	of func(c *cluster) []*instance
}

func kinds() []fault {
	hold := func(random *rand.Rand, most time.Duration) {
		<-time.After(time.Duration(random.Int64N(int64(most)))) // how long it lasts is part of the fault
	}
	return []fault{
		{name: "server SIGKILL", happen: func(_ *testing.T, c *cluster, random *rand.Rand) {
			c.primary.Kill()
			hold(random, 200*time.Millisecond)
			c.primary.Start()
		}},
		{name: "session SIGKILL", happen: func(_ *testing.T, c *cluster, _ *rand.Rand) { c.primary.KillBackend() }},
		{name: "immediate shutdown", happen: func(_ *testing.T, c *cluster, random *rand.Rand) {
			c.primary.Abort()
			hold(random, 200*time.Millisecond)
			c.primary.Start()
		}},
		{name: "restart", happen: func(_ *testing.T, c *cluster, _ *rand.Rand) { c.primary.Restart() }},
		{name: "synchronous failover", happen: failOver},
		{name: "API SIGKILL", happen: func(t *testing.T, c *cluster, _ *rand.Rand) {
			t.Helper()
			c.instances[0].kill(t)
			c.instances[0].start(t)
		}, of: func(c *cluster) []*instance { return c.instances[:1] }},
		{name: "partition", happen: func(_ *testing.T, c *cluster, random *rand.Rand) {
			c.primary.Network.Partition()
			hold(random, 1500*time.Millisecond)
			c.primary.Network.Heal()
		}},
	}
}

// failOver fences the primary, cut off by a network that refuses or that swallows, and promotes the standby. Its place is
// taken by the old primary, from a fresh copy.
func failOver(_ *testing.T, c *cluster, random *rand.Rand) {
	if random.IntN(2) == 0 {
		c.primary.Network.Cut()
	} else {
		c.primary.Network.Partition()
	}
	c.primary.Kill()
	c.standby.Promote()
	c.primary, c.standby = c.standby, c.primary
}

// rejoin makes a synchronous standby of what was the primary.
func (c *cluster) rejoin() {
	c.standby.Network.Heal()
	c.standby.Follow(c.primary)
	c.primary.Synchronous(c.standby)
}

// spans are how long something took, over and over.
type spans []time.Duration

func (s spans) String() string {
	if len(s) == 0 {
		return "-"
	}
	sorted := slices.Sorted(slices.Values(s))
	return fmt.Sprintf("%s / %s", rounded(sorted[len(sorted)/2]), rounded(sorted[len(sorted)-1]))
}

func rounded(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// Clients write through two instances, on a primary with a synchronous standby, while one thing after the other is killed.
func TestNoAcknowledgedWriteIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(*seed, 0))
	c := startCluster(t)
	lasting := c.instances[1]

	warm := gather(t, "warm", 8, c.instances)
	require.Eventually(t, func() bool { return warm.tallies.acknowledged.Load() >= 200 }, apitest.Patience, time.Millisecond)
	warm.home(t)
	settle := func() footprint {
		require.Eventually(t, func() bool { return c.connections(lasting) == 0 }, apitest.Patience, 50*time.Millisecond, "connections that nobody uses are closed")
		return lasting.footprint(t)
	}
	before := settle()

	began := time.Now()
	crowd := gather(t, "client", 8, c.instances)
	times := map[string]*struct{ all, back spans }{}
	all := kinds()
	happened := 0
	for round := 0; happened < *leastKills || crowd.tallies.acknowledged.Load() < *leastWrites; round++ {
		for _, at := range random.Perm(len(all)) {
			f := all[at]
			<-time.After(time.Duration(random.Int64N(int64(100 * time.Millisecond)))) // the moment is drawn
			if happened >= *leastKills && crowd.tallies.acknowledged.Load() >= *leastWrites {
				break
			}
			if happened >= *leastKills { // only writes are missing
				<-time.After(time.Second)
				continue
			}
			start := time.Now()
			f.happen(t, c, random)
			mended := time.Now()
			of := c.instances
			if f.of != nil {
				of = f.of(c)
			}
			for _, i := range of {
				require.Eventually(t, func() bool { return i.lastAck.Load() > mended.UnixNano() }, apitest.Patience, time.Millisecond,
					"%s acknowledges nothing after %s", i.name, f.name)
			}
			seen := times[f.name]
			if seen == nil {
				seen = new(struct{ all, back spans })
				times[f.name] = seen
			}
			seen.all, seen.back = append(seen.all, time.Since(start)), append(seen.back, time.Since(mended))
			happened++
			if f.name == "synchronous failover" {
				c.rejoin()
			}
			even(crowd, happened)
		}
	}
	crowd.home(t)
	took := time.Since(began)
	after := settle()
	is := check(t, c.primary.Direct(), append(slices.Clone(warm.clients), crowd.clients...))

	var report strings.Builder
	fmt.Fprintf(&report, "seed %d, %s, 8 clients, 2 instances, a synchronous standby\n", *seed, took.Round(time.Second))
	fmt.Fprintf(&report, "| writes acknowledged | lost | duplicated | unknown | of them resolved by their key | refused (503) |\n")
	fmt.Fprintf(&report, "| %d | %d | %d | %d | %d | %d |\n", crowd.tallies.acknowledged.Load(), is.lost, is.duplicated,
		crowd.tallies.unknown.Load(), crowd.tallies.resolved.Load(), crowd.tallies.refused.Load())
	fmt.Fprintf(&report, "| fault | times | to the first write after it was mended, median / worst | from its beginning |\n")
	for _, f := range all {
		if seen := times[f.name]; seen != nil {
			fmt.Fprintf(&report, "| %s | %d | %s | %s |\n", f.name, len(seen.all), seen.back, seen.all)
		}
	}
	fmt.Fprintf(&report, "| instance that lived through it | before | after |\n| goroutines | %d | %d |\n| connections | 0 | 0 |\n| heap in use | %d KiB | %d KiB |\n| resident | %d KiB | %d KiB |",
		before.goroutines, after.goroutines, before.heap>>10, after.heap>>10, before.resident>>10, after.resident>>10)
	t.Log(report.String())

	require.Zero(t, is.lost)
	require.Zero(t, is.duplicated)
	require.Zero(t, is.alien)
	require.Equal(t, crowd.tallies.unknown.Load(), crowd.tallies.resolved.Load())
	require.GreaterOrEqual(t, crowd.tallies.acknowledged.Load(), *leastWrites)
	const spare = 4 // what the runtime and the debug listener come and go with
	require.LessOrEqual(t, after.goroutines, before.goroutines+spare)
	const growth = 16 << 20 // caches of plans, and the rows of statistics
	require.LessOrEqual(t, after.heap, before.heap+growth)
}

// even spreads the faults over the writes: the next one waits for its share of them.
func even(crowd *crowd, happened int) {
	share := *leastWrites * int64(happened) / int64(*leastKills)
	for end := time.Now().Add(apitest.Patience); crowd.tallies.acknowledged.Load() < share && time.Now().Before(end); {
		<-time.After(time.Millisecond)
	}
}
