package faultlab

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"cambium/internal/devpg"
)

// Node is one PostgreSQL server, running or not. It keeps its port, its proxy and, unless it is told to follow another
// node, its data. Its methods are for one goroutine at a time.
type Node struct {
	// Name is what it calls itself to the primary that it follows.
	Name string
	// Network is the way to it that a test can break.
	Network *Network

	t      testing.TB
	config devpg.Config
	server *devpg.Server // the last that ran
}

// Primary starts a server with an empty database. more are further settings, by their names in postgresql.conf.
func Primary(t testing.TB, name string, more map[string]string) *Node {
	t.Helper()
	return start(t, name, config(Directory(t), more))
}

// Standby starts a hot standby of the primary, which has then replayed all that the primary had when it was copied.
func (n *Node) Standby(t testing.TB, name string, more map[string]string) *Node {
	t.Helper()
	c := config(Directory(t), more)
	c.Follow = n.followed(name)
	standby := start(t, name, c)
	standby.forget()
	return standby
}

func start(t testing.TB, name string, c devpg.Config) *Node {
	t.Helper()
	n := &Node{Name: name, t: t, config: c}
	t.Cleanup(n.remove)
	n.Start()
	n.Network = connect(t, n.host())
	return n
}

// followed is the URL for a standby, under its name.
func (n *Node) followed(standby string) string {
	return n.server.URL() + "&application_name=" + url.QueryEscape(standby)
}

func (n *Node) remove() {
	if n.server != nil {
		if err := n.server.Abort(bounded(n.t)); err != nil {
			n.t.Errorf("faultlab: end %s: %v", n.Name, err)
		}
	}
}

// Start starts the server again, on the port that it had, and returns once it answers.
func (n *Node) Start() {
	n.t.Helper()
	server, err := devpg.Start(bounded(n.t), n.config)
	if err != nil {
		n.t.Fatalf("faultlab: start %s: %v", n.Name, err)
	}
	if n.server != nil && n.server.URL() != server.URL() {
		n.t.Fatalf("faultlab: %s has lost its port to another program", n.Name)
	}
	n.server = server
}

// Stop ends it with a checkpoint; sessions are cut (57P01).
func (n *Node) Stop() { n.t.Helper(); n.end((*devpg.Server).Stop) }

// Abort ends it at once, without a checkpoint (pg_ctl stop -m immediate).
func (n *Node) Abort() { n.t.Helper(); n.end((*devpg.Server).Abort) }

// Kill ends it by SIGKILL.
func (n *Node) Kill() { n.t.Helper(); n.end((*devpg.Server).Kill) }

func (n *Node) end(how func(*devpg.Server, context.Context) error) {
	n.t.Helper()
	if err := how(n.server, bounded(n.t)); err != nil {
		n.t.Fatalf("faultlab: end %s: %v", n.Name, err)
	}
}

// Restart stops and starts it.
func (n *Node) Restart() { n.t.Helper(); n.Stop(); n.Start() }

// KillBackend ends one session's process by SIGKILL, upon which the server ends all others (57P02) and recovers. It
// reports whether there was one.
func (n *Node) KillBackend() bool {
	n.t.Helper()
	pid, err := strconv.Atoi(n.Ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"))
	if err != nil {
		return false
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		n.t.Fatalf("faultlab: kill a backend of %s: %v", n.Name, err)
	}
	return true
}

// Terminate ends all sessions of clients (57P01).
func (n *Node) Terminate() {
	n.t.Helper()
	n.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
}

// ReadOnly makes new transactions read-only, on sessions that are there too: a primary that was demoted, for who is still
// connected to it.
func (n *Node) ReadOnly(yes bool) {
	n.t.Helper()
	n.set("default_transaction_read_only", strconv.FormatBool(yes))
}

// set changes a setting that needs no restart, and waits until a new session has it.
func (n *Node) set(name, value string) {
	n.t.Helper()
	n.Exec("ALTER SYSTEM SET " + name + " = '" + strings.ReplaceAll(value, "'", "''") + "'")
	n.Exec("SELECT pg_reload_conf()")
	await(n.t, n.Name+" does not take its setting "+name, func() bool {
		return n.Ask("SELECT current_setting('"+name+"') = ('"+value+"')::text OR current_setting('"+name+"') = CASE '"+value+"' WHEN 'true' THEN 'on' WHEN 'false' THEN 'off' END") == "true"
	})
}

// Exec runs a statement in the default database, past the proxy.
func (n *Node) Exec(statement string) {
	n.t.Helper()
	if err := n.server.Exec(bounded(n.t), devpg.DefaultDatabase, statement); err != nil {
		n.t.Fatalf("faultlab: %s: %v", n.Name, err)
	}
}

// Ask is the text of the one value that a query gives; empty for NULL and for no row. devpg's session throws rows away,
// but not errors: the value comes as the message of one.
func (n *Node) Ask(query string) string {
	n.t.Helper()
	const said = "P0001" // raise_exception
	err := n.server.Exec(bounded(n.t), devpg.DefaultDatabase,
		"DO $ask$ BEGIN RAISE EXCEPTION USING MESSAGE = coalesce((SELECT v::text FROM ("+query+") AS answer(v)), ''); END $ask$")
	var refusal *devpg.SQLError
	if !errors.As(err, &refusal) || refusal.Code != said {
		n.t.Fatalf("faultlab: ask %s: %v", n.Name, err)
	}
	return refusal.Message
}

// URL is the address of the default database, through the proxy; Direct the one past it.
func (n *Node) URL() string { return through(n.Direct(), n.Network.Address()) }

// Direct is the address of the default database past the proxy.
func (n *Node) Direct() string { return n.server.URL() }

func (n *Node) host() string {
	u, err := url.Parse(n.server.URL())
	if err != nil {
		n.t.Fatalf("faultlab: %v", err)
	}
	return u.Host
}

func through(database, address string) string {
	u, err := url.Parse(database)
	if err != nil {
		return ""
	}
	u.Host = address
	return u.String()
}

// URLs is one address of several nodes, through their proxies: postgres://user:password@a:1,b:2/database.
func URLs(nodes ...*Node) string {
	addresses := make([]string, len(nodes))
	for i, n := range nodes {
		addresses[i] = n.Network.Address()
	}
	return through(nodes[0].Direct(), strings.Join(addresses, ","))
}

// Log is the server's log since its last start.
func (n *Node) Log() string {
	text, err := os.ReadFile(filepath.Join(n.server.Dir(), "server.log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
