package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// acquire takes a connection from the pool for work with pgx itself.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	return bounded(ctx, db, db.pool.Acquire)
}

// connect takes a connection from the pool in the form that database/sql works with. Closing it gives it back.
func (db *DB) connect(ctx context.Context) (*stdlib.Conn, error) {
	conn, err := db.conns.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return conn.(*stdlib.Conn), nil
}

// bounded is the one way to a connection: no wait is longer than the acquire timeout, and what went wrong is typed. A
// connection that is being opened when its caller gives up goes into the pool, for the next one.
func bounded[C any](ctx context.Context, db *DB, take func(context.Context) (C, error)) (C, error) {
	limit, cancel := context.WithTimeout(ctx, db.config.AcquireTimeout)
	defer cancel()
	db.waiting.Add(1)
	conn, err := take(limit)
	db.waiting.Add(-1)
	if err != nil {
		return conn, db.acquireError(ctx, limit, err)
	}
	return conn, nil
}

// acquireError types the failure of a take under limit, which is ctx with the acquire timeout.
func (db *DB) acquireError(ctx, limit context.Context, err error) error {
	select {
	case <-db.closed:
		return ErrClosed
	default:
	}
	if limit.Err() == nil {
		return fmt.Errorf("connect to database %s: %w", db.address, err)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	stat := db.pool.Stat()
	reason := ErrUnavailable
	if stat.AcquiredConns() >= stat.MaxConns() {
		db.exhausted.Add(1)
		reason = ErrPoolExhausted
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", reason, ctx.Err())
	}
	return fmt.Errorf("%w: no connection within %s, %d of %d in use",
		reason, db.config.AcquireTimeout, stat.AcquiredConns(), stat.MaxConns())
}
