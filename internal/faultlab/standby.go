package faultlab

import (
	"os"
	"path/filepath"
	"strings"
)

// Synchronous has the primary wait, at each commit, until a standby of these names has the log safely (ANY 1); with no
// name for none. It returns when the first of them is in step.
func (n *Node) Synchronous(standbys ...*Node) {
	n.t.Helper()
	if len(standbys) == 0 {
		n.set("synchronous_standby_names", "")
		return
	}
	names := make([]string, len(standbys))
	for i, s := range standbys {
		names[i] = `"` + s.Name + `"`
	}
	n.set("synchronous_standby_names", "ANY 1 ("+strings.Join(names, ", ")+")")
	await(n.t, "no standby of "+n.Name+" is synchronous", func() bool {
		return n.Ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')") != "0"
	})
}

// Promote makes a primary of a standby. The old primary is left as it is: fence it first, by its network or its end.
// Nobody is waited for at its commits, until [Node.Synchronous] says so.
func (n *Node) Promote() {
	n.t.Helper()
	n.Exec("DO $$ BEGIN IF NOT pg_promote() THEN RAISE 'not promoted'; END IF; END $$")
}

// Follow makes the node a standby of another one: of one that runs or has ended, whatever it was before. Its data goes,
// and is copied anew; its address stays.
func (n *Node) Follow(primary *Node) {
	n.t.Helper()
	n.Kill()
	if err := os.RemoveAll(filepath.Join(n.server.Dir(), "data")); err != nil {
		n.t.Fatalf("faultlab: empty %s: %v", n.Name, err)
	}
	n.config.Follow = primary.followed(n.Name)
	n.Start()
	n.forget()
}

// forget drops what a copy has brought of its primary's own settings.
func (n *Node) forget() {
	n.t.Helper()
	for _, name := range []string{"synchronous_standby_names", "default_transaction_read_only"} {
		n.Exec("ALTER SYSTEM RESET " + name)
	}
	n.Exec("SELECT pg_reload_conf()")
}

// PauseReplay lets a standby fall behind: it receives the log, and shows nothing new.
func (n *Node) PauseReplay() {
	n.t.Helper()
	n.Exec("SELECT pg_wal_replay_pause()")
	await(n.t, n.Name+" does not pause", func() bool { return n.Ask("SELECT pg_get_wal_replay_pause_state()") == "paused" })
}

// ResumeReplay lets it catch up.
func (n *Node) ResumeReplay() { n.t.Helper(); n.Exec("SELECT pg_wal_replay_resume()") }

// CatchUp waits until a standby has replayed all that its primary has written by now.
func (n *Node) CatchUp(primary *Node) {
	n.t.Helper()
	written := primary.Ask("SELECT pg_current_wal_lsn()")
	await(n.t, n.Name+" does not catch up with "+primary.Name, func() bool {
		return n.Ask("SELECT pg_last_wal_replay_lsn() >= '"+written+"'::pg_lsn") == "true"
	})
}
