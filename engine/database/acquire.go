package database

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// gate stands before the pool: as many pass as there may be connections, so that who has passed waits for nobody, but
// perhaps for a connection to be opened. Whoever finds it open and a connection idle takes neither a timer nor a lock,
// which is nearly everybody: a timer for each statement costs a twentieth of a short request.
type gate struct {
	places chan struct{}
	open   atomic.Int32 // connections that there are
}

// newGate makes the gate of a pool, which tells it of the connections that it opens and closes.
func newGate(config *pgxpool.Config) *gate {
	g := &gate{places: make(chan struct{}, config.MaxConns)}
	config.AfterConnect = func(context.Context, *pgx.Conn) error {
		g.open.Add(1)
		return nil
	}
	config.BeforeClose = func(*pgx.Conn) { g.open.Add(-1) }
	return g
}

// idle tells, to one who has passed, that a connection is there for everybody who has.
func (g *gate) idle() bool { return int(g.open.Load()) >= len(g.places) }

func (g *gate) leave() { <-g.places }

// acquire takes a connection for work with pgx itself. It goes back with release.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	return pass(ctx, db, db.pool.Acquire)
}

func (db *DB) release(conn *pgxpool.Conn) {
	conn.Release()
	db.gate.leave()
}

// lease is a connection in the form that database/sql works with. Closing it gives it back.
type lease struct {
	*stdlib.Conn
	gate *gate
}

func (l *lease) Close() error {
	defer l.gate.leave()
	return l.Conn.Close()
}

func (db *DB) lease(ctx context.Context) (*lease, error) {
	conn, err := pass(ctx, db, db.conns.Connect)
	if err != nil {
		return nil, err
	}
	return &lease{conn.(*stdlib.Conn), db.gate}, nil
}

func (l *lease) pgx() *pgx.Conn { return l.Conn.Conn() }

// pass is the one way to a connection: no wait is longer than the acquire timeout, and what went wrong is typed.
func pass[C any](ctx context.Context, db *DB, take func(context.Context) (C, error)) (conn C, err error) {
	select {
	case db.gate.places <- struct{}{}:
		if !db.gate.idle() {
			conn, err = opened(ctx, db, time.Now(), take)
		} else if conn, err = take(ctx); err != nil {
			err = db.openError(ctx, err)
		}
	default:
		start := time.Now()
		if err := db.queue(ctx); err != nil {
			return conn, err
		}
		conn, err = opened(ctx, db, start, take)
	}
	if err != nil {
		db.gate.leave()
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
		db.exhausted.Add(1)
		return fmt.Errorf("%w: no connection within %s, all %d in use", ErrPoolExhausted, db.config.AcquireTimeout, db.config.MaxConns)
	}
}

// opened takes a connection that may have to be opened, in what is left of the acquire timeout. One that is being opened
// when its caller gives up goes into the pool, for the next one.
func opened[C any](ctx context.Context, db *DB, start time.Time, take func(context.Context) (C, error)) (C, error) {
	db.waiting.Add(1)
	defer db.waiting.Add(-1)
	limit, cancel := context.WithDeadline(ctx, start.Add(db.config.AcquireTimeout))
	defer cancel()
	conn, err := take(limit)
	switch {
	case err == nil:
		return conn, nil
	case limit.Err() != nil && ctx.Err() == nil:
		return conn, fmt.Errorf("%w: no connection within %s", ErrUnavailable, db.config.AcquireTimeout)
	}
	return conn, db.openError(ctx, err)
}

// openError types the failure of a take under ctx.
func (db *DB) openError(ctx context.Context, err error) error {
	select {
	case <-db.closed:
		return ErrClosed
	default:
	}
	switch {
	case ctx.Err() == nil:
		return fmt.Errorf("connect to database %s: %w", db.address, err)
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	default:
		return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}
