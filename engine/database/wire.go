package database

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// keepAliveIdle, keepAliveEvery and keepAliveProbes find a peer that is gone within 30 seconds, on connections that
	// only listen: what a load balancer or a firewall forgets, and what a machine that lost its power no longer says.
	keepAliveIdle   = 15 * time.Second
	keepAliveEvery  = 5 * time.Second
	keepAliveProbes = 3
	// unacknowledged bounds, in as many seconds, how long what was sent may lie without a word of the peer's kernel, for
	// which there are no keep-alives: by itself TCP tries for a quarter of an hour.
	unacknowledged = keepAliveIdle + keepAliveProbes*keepAliveEvery
	// cleanUpTimeout bounds each of the two steps in which a connection whose statement was cut short ends: the request to
	// cancel it, and the rest of what the server sends. A server that hears us takes milliseconds; meanwhile the place in
	// the pool is taken, and for the 15 seconds that pgx would wait a healed network would have an empty pool.
	cleanUpTimeout = time.Second
)

// newDialer opens TCP connections that notice when nobody is there any more.
func newDialer() *net.Dialer {
	return &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAliveIdle, Interval: keepAliveEvery, Count: keepAliveProbes},
		Control:         boundUnacknowledged,
	}
}

// line opens the network connections of one database connection: the one it lives on, and, where a statement is cut short,
// one for the request to cancel it.
type line struct {
	dial    pgconn.DialFunc
	gate    *gate
	up      atomic.Bool
	address string // the last that was opened
}

func (l *line) open(ctx context.Context, network, address string) (net.Conn, error) {
	if l.up.Load() {
		return l.openToCancel(ctx, network, address)
	}
	if l.gate.favourite.passesBy(address, l.gate.outage.lasts()) {
		return nil, errNotFavourite
	}
	conn, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.address = address
	w := &wire{Conn: conn, line: l}
	l.gate.wires.add(w)
	return w, nil
}

func (l *line) openToCancel(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cleanUpTimeout)
	defer cancel()
	conn, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(cleanUpTimeout))
}

// wire is the network connection that a database connection lives on.
type wire struct {
	net.Conn
	line *line

	// Calls begun and calls ended, so that they are odd while one is under way.
	reads, writes atomic.Uint32
	sent          atomic.Uint64 // bytes
	// asleep is set where the server may be silent for as long as it likes.
	asleep atomic.Bool
	// silent is set when the connection was closed because the server said nothing.
	silent atomic.Bool
	// unreplicated is set when a commit did not wait for its standbys to the end.
	unreplicated atomic.Bool

	rested bool // since it was used last; for who has just taken it

	generation int64 // of the pool, when it was opened; guarded by the gate
	counted    bool  // among the gate's open ones; guarded by the gate
}

func (w *wire) Read(p []byte) (int, error) {
	w.reads.Add(1)
	defer w.reads.Add(1)
	return w.Conn.Read(p)
}

func (w *wire) Write(p []byte) (int, error) {
	w.writes.Add(1)
	defer w.writes.Add(1)
	n, err := w.Conn.Write(p)
	w.sent.Add(uint64(n))
	return n, err
}

// SetDeadline is pgx's way to cut a statement short, and then to wait for the rest of what comes, which takes no longer than
// cleanUpTimeout here.
func (w *wire) SetDeadline(t time.Time) error {
	if latest := time.Now().Add(cleanUpTimeout); t.After(latest) {
		t = latest
	}
	return w.Conn.SetDeadline(t)
}

func (w *wire) Close() error {
	w.line.gate.wires.remove(w)
	return w.Conn.Close()
}

// wireOf is what a connection lives on; nil for one that this package did not open.
func wireOf(conn *pgx.Conn) *wire { return wireUnder(conn.PgConn().Conn()) }

func wireUnder(under net.Conn) *wire {
	if secure, ok := under.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	w, _ := under.(*wire)
	return w
}

// wires are all that are open.
type wires struct {
	mu  sync.Mutex
	all map[*wire]struct{}
}

func (s *wires) add(w *wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[*wire]struct{}{}
	}
	s.all[w] = struct{}{}
}

func (s *wires) remove(w *wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, w)
}

// sever closes all of them, also under those who wait for an answer.
func (s *wires) sever() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.all {
		_ = w.Conn.Close() // frees the call; who made it closes the rest
	}
}

// wired has the pool open its connections through lines.
func (g *gate) wired(config *pgxpool.Config) {
	dial := config.ConnConfig.DialFunc
	g.favourite.several = severalHosts(config.ConnConfig)
	config.ConnConfig.OnNotice = heed
	config.BeforeConnect = func(_ context.Context, each *pgx.ConnConfig) error {
		each.DialFunc = (&line{dial: dial, gate: g}).open
		return nil
	}
}
