package database

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// gate stands before the pool: as many pass as there may be connections, so that who has passed waits for nobody, but
// perhaps for a connection to be opened. Whoever finds it open and a connection idle takes neither a timer nor a lock,
// which is nearly everybody: a timer for each statement costs a twentieth of a short request.
type gate struct {
	places chan struct{}
	open   atomic.Int32 // connections that there are
	wires  wires
	outage outage

	favourite favourite
	patience  time.Duration // with a connection that has rested
	reset     func()        // closes the pool's connections, those in use when they come back

	mu         sync.Mutex
	generation int64 // counts the resets of the pool
}

// newGate makes the gate of a pool, which tells it of the connections that it opens and closes. The pool's reset is still to
// be given to it.
func newGate(config *pgxpool.Config) *gate {
	g := &gate{places: make(chan struct{}, config.MaxConns), patience: config.PingTimeout}
	g.wired(config)
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		g.opened(conn)
		return nil
	}
	config.BeforeClose = g.forget
	config.ShouldPing, config.PrepareConn = g.rested, g.prepare
	return g
}

func (g *gate) opened(conn *pgx.Conn) {
	w := wireOf(conn)
	w.line.up.Store(true)
	g.favourite.address.Store(&w.line.address)
	g.outage.over()
	g.mu.Lock()
	defer g.mu.Unlock()
	w.generation, w.counted = g.generation, true
	g.open.Add(1)
}

// forget takes a connection that will not be handed out again from the open ones, however often it is told so.
func (g *gate) forget(conn *pgx.Conn) {
	w := wireOf(conn)
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.counted && w.generation == g.generation {
		g.open.Add(-1)
	}
	w.counted = false
}

// released forgets a connection that the pool will close instead of handing it out again.
func (g *gate) released(conn *pgx.Conn) {
	const idle = 'I'
	if c := conn.PgConn(); c.IsClosed() || c.IsBusy() || c.TxStatus() != idle {
		g.forget(conn)
	}
}

// outdate sees to it that no connection of the age of this one is handed out again.
func (g *gate) outdate(conn *pgx.Conn) {
	g.mu.Lock()
	first := wireOf(conn).generation == g.generation
	if first {
		g.generation++
		g.open.Store(0)
	}
	g.mu.Unlock()
	if first {
		g.reset()
	}
}

// idle tells, to one who has passed, that a connection is there for everybody who has.
func (g *gate) idle() bool { return int(g.open.Load()) >= len(g.places) }

func (g *gate) leave() { <-g.places }

// acquire takes a connection for work with pgx itself. It goes back with release.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	return insist(ctx, db, db.pool.Acquire)
}

func (db *DB) release(conn *pgxpool.Conn) {
	db.gate.released(conn.Conn())
	conn.Release()
	db.gate.leave()
}

// insist passes, and where the database is away tries again for as long as that is bearable: nothing was sent.
func insist[C any](ctx context.Context, db *DB, take func(context.Context) (C, error)) (C, error) {
	for try := 1; ; try++ {
		conn, err := pass(ctx, db, take)
		if err == nil || !IsUnavailable(err) || elsewhere(ctx) || !db.gate.outage.wait(ctx, db.closed, db.backoff(try)) {
			return conn, err
		}
		db.retry(ctx, try+1, err)
	}
}

// pass is the one way to a connection: no wait is longer than the acquire timeout, and what went wrong is typed.
func pass[C any](ctx context.Context, db *DB, take func(context.Context) (C, error)) (conn C, err error) {
	var start time.Time
	select {
	case db.gate.places <- struct{}{}:
	default:
		start = time.Now()
		if err := db.queue(ctx); err != nil {
			db.gaveUp.Add(1)
			return conn, err
		}
	}
	if !db.gate.idle() {
		if start.IsZero() {
			start = time.Now()
		}
		conn, err = opened(ctx, db, start, take)
	} else if conn, err = take(ctx); err != nil {
		err = db.openError(ctx, err)
	}
	switch {
	case err != nil:
		db.gaveUp.Add(1)
		db.gate.leave()
	case !start.IsZero():
		db.waits.Add(1)
		db.waited.Add(int64(time.Since(start)))
	}
	return conn, err
}

// queue waits for a place.
func (db *DB) queue(ctx context.Context) error {
	db.waiting.Add(1)
	defer db.waiting.Add(-1)
	timeout := time.NewTimer(db.config.AcquireTimeout)
	defer timeout.Stop()
	select {
	case db.gate.places <- struct{}{}:
		return nil
	case <-db.closed:
		return ErrClosed
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		db.exhausted.Add(1)
		return fmt.Errorf("%w: %w", ErrPoolExhausted, ctx.Err())
	case <-timeout.C:
		if db.gate.outage.lasts() {
			return fmt.Errorf("%w: nobody got a connection within %s", ErrUnavailable, db.config.AcquireTimeout)
		}
		db.exhausted.Add(1)
		return fmt.Errorf("%w: no connection within %s, all %d in use", ErrPoolExhausted, db.config.AcquireTimeout, db.config.MaxConns)
	}
}

// opened takes a connection that may have to be opened, in what is left of the acquire timeout. One that is being opened
// when its caller gives up goes into the pool, for the next one, and ends the outage that was found by then.
func opened[C any](ctx context.Context, db *DB, start time.Time, take func(context.Context) (C, error)) (conn C, err error) {
	if ctx.Err() != nil {
		return conn, db.openError(ctx, ctx.Err())
	}
	db.waiting.Add(1)
	defer db.waiting.Add(-1)
	limit, cancel := context.WithDeadline(ctx, start.Add(db.config.AcquireTimeout))
	defer cancel()
	conn, err = take(limit)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil: // also who cannot wait for long has to try another one of several hosts the next time
		db.gate.outage.found(time.Now())
	case limit.Err() != nil:
		db.gate.outage.found(time.Now())
		return conn, fmt.Errorf("%w: no connection within %s", ErrUnavailable, db.config.AcquireTimeout)
	}
	return conn, db.openError(ctx, err)
}

// openError types the failure of a take under ctx, and notes an outage.
func (db *DB) openError(ctx context.Context, err error) error {
	select {
	case <-db.closed:
		return ErrClosed
	default:
	}
	switch {
	case ctx.Err() == nil:
		if IsUnavailable(err) {
			db.gate.outage.found(time.Now())
		}
		return fmt.Errorf("connect to database %s: %w", db.address, err)
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	default:
		return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}
