package faults

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" //nolint:depguard // the control's
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
	"cambium/internal/faultlab"
)

// The controls: what the suite sees of programs that do nothing about faults. Each must fail in the way that its fault makes
// them fail, or the suite would be blind to it.

// naive is a writer on database/sql with pgx and their own settings. An error reaches the caller, who tries again.
type naive struct {
	db                    *sql.DB
	acknowledged, errored atomic.Int64
	next                  atomic.Int64
}

func newNaive(t *testing.T, url string) *naive {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	db.SetMaxOpenConns(racers)
	db.SetMaxIdleConns(racers)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return &naive{db: db}
}

func (n *naive) write(ctx context.Context) {
	id := n.next.Add(1)
	for ctx.Err() == nil {
		tx, err := n.db.BeginTx(ctx, nil)
		if err == nil {
			if _, err = tx.ExecContext(ctx, "INSERT INTO kept VALUES ($1)", id); err == nil {
				err = tx.Commit()
			} else {
				_ = tx.Rollback()
			}
		}
		if err == nil {
			n.acknowledged.Add(1)
			return
		}
		if ctx.Err() == nil {
			n.errored.Add(1)
		}
		<-time.After(5 * time.Millisecond) // as clients do that come again
	}
}

// during has writers write while something happens, and until 100 more writes were acknowledged.
func (n *naive) during(t *testing.T, happen func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range racers {
		writers.Go(func() {
			for ctx.Err() == nil {
				n.write(ctx)
			}
		})
	}
	more := func(by int64) {
		goal := n.acknowledged.Load() + by
		require.Eventually(t, func() bool { return n.acknowledged.Load() >= goal }, apitest.Patience, time.Millisecond)
	}
	more(100)
	happen()
	more(100)
	cancel()
	writers.Wait()
}

// kept is how many different rows a database has of a writer's.
func kept(t *testing.T, n *faultlab.Node) (different int64) {
	t.Helper()
	_, err := fmt.Sscan(n.Ask("SELECT count(DISTINCT id) FROM kept"), &different)
	require.NoError(t, err)
	return different
}

// Every fault of a server reaches the callers of database/sql as errors, and a network that swallows holds them up until it
// is mended.
func TestControlFaultsReachTheCallers(t *testing.T) {
	t.Parallel()
	node := faultlab.Primary(t, "control", nil)
	node.Exec("CREATE TABLE kept (id bigint)")
	for name, happen := range map[string]func(){
		"server SIGKILL":     func() { node.Kill(); node.Start() },
		"session SIGKILL":    func() { require.True(t, node.KillBackend()) },
		"immediate shutdown": func() { node.Abort(); node.Start() },
		"restart":            node.Restart,
		"partition": func() {
			node.Network.Partition()
			<-time.After(time.Second) // how long it lasts is part of the fault
			node.Network.Heal()
		},
	} {
		n := newNaive(t, node.URL())
		n.during(t, func() {
			happen() // which a server may notice a moment later
			require.Eventually(t, func() bool { return n.errored.Load() > 0 }, apitest.Patience, time.Millisecond, "the suite does not see %s", name)
		})
		t.Logf("| %s | %d errors reached the callers of %d writes |", name, n.errored.Load(), n.acknowledged.Load())
	}
}

// A failover to a standby that was behind, which an asynchronous one may be, loses what was acknowledged.
func TestControlAsynchronousFailoverLosesWrites(t *testing.T) {
	t.Parallel()
	primary := faultlab.Primary(t, "left", nil)
	primary.Exec("CREATE TABLE kept (id bigint)")
	standby := primary.Standby(t, "right", nil)
	standby.CatchUp(primary)
	standby.Stop()
	n := newNaive(t, primary.URL())
	n.during(t, func() {})
	primary.Kill()
	standby.Start()
	standby.Promote()
	lost := n.acknowledged.Load() - kept(t, standby)
	t.Logf("| asynchronous failover | %d of %d acknowledged writes lost |", lost, n.acknowledged.Load())
	require.Positive(t, lost)
}

// A server that acknowledges before its log is written loses what was acknowledged when it is killed.
func TestControlUnsyncedCommitsAreLost(t *testing.T) {
	t.Parallel()
	node := faultlab.Primary(t, "control", map[string]string{"synchronous_commit": "off", "wal_writer_delay": "10s"})
	node.Exec("CREATE TABLE kept (id bigint)")
	n := newNaive(t, node.URL())
	n.during(t, func() {})
	node.Kill()
	node.Start()
	lost := n.acknowledged.Load() - kept(t, node)
	t.Logf("| server SIGKILL with synchronous_commit=off | %d of %d acknowledged writes lost |", lost, n.acknowledged.Load())
	require.Positive(t, lost)
}

// A write whose answer was lost, and which is sent again without a key, is there twice: through the program too, which
// cannot know that it is the same. The network between it and the database swallows the answer to COMMIT.
func TestControlWithoutKeysWritesAreDoubled(t *testing.T) {
	t.Parallel()
	primary := faultlab.Primary(t, "control", nil)
	migrate(t, primary.Direct())
	i := startInstance(t, "control", primary.URL())
	token := bearer(t)
	const body = `{"query":"mutation { createShipper(input: {companyName: \"twice\"}) { companyName } }"}`
	client := &http.Client{Timeout: apitest.Patience, Transport: &http.Transport{DisableKeepAlives: true}}
	require.NoError(t, post(t.Context(), client, i.url("/graphql"), token, body)) // all is prepared
	primary.Exec("DELETE FROM shippers")
	// The commit waits until the network is broken.
	primary.Exec("CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$")
	primary.Exec("CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON shippers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()")
	holder := open(t, primary.Direct())
	sent := make(chan error)
	require.NoError(t, holder.WithTx(t.Context(), func(ctx context.Context) error {
		if _, err := holder.Exec(ctx, "SELECT pg_advisory_xact_lock(1)"); err != nil {
			return err
		}
		go func() { sent <- post(t.Context(), client, i.url("/graphql"), token, body) }()
		require.Eventually(t, func() bool {
			return primary.Ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'") == "1"
		}, apitest.Patience, time.Millisecond)
		primary.Network.Swallow()
		return nil
	}))
	require.Eventually(t, func() bool { return primary.Ask("SELECT count(*) FROM shippers") == "1" }, apitest.Patience, time.Millisecond)
	primary.Network.Heal()
	require.ErrorContains(t, <-sent, "COMMIT_UNKNOWN")
	require.NoError(t, post(t.Context(), client, i.url("/graphql"), token, body))
	require.Equal(t, "2", primary.Ask("SELECT count(*) FROM shippers"))
}
