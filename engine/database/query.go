package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// binaryResults asks for every column in binary. It is boxed once, for the hot path.
var binaryResults any = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// Query runs one statement and hands its rows to row as they arrive: one []byte for each column in PostgreSQL's binary
// format, nil for NULL, valid only during the call. An error of row ends the reading and is returned as it is. Arguments
// are whatever pgx can encode for the parameter's type: int64, string, time.Time, []int64, []string, nil and more.
//
// It runs in the transaction of ctx, else on a connection of the pool. While rows are read the connection is taken:
// inside a transaction row must not run another statement (ErrTxBusy).
//
// Errors are pgx's own, for AsViolation and the like, and ErrPoolExhausted or ErrUnavailable from before anything was
// sent.
func (db *DB) Query(ctx context.Context, sql string, args []any, row func(values [][]byte) error) error {
	_, err := db.on(ctx, sql, func(conn *pgx.Conn) (int64, error) {
		all := make([]any, 1, 1+len(args))
		all[0] = binaryResults
		rows, err := conn.Query(ctx, sql, append(all, args...)...)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		for rows.Next() {
			if err := row(rows.RawValues()); err != nil {
				return unknownRows, err
			}
		}
		return unknownRows, rows.Err()
	})
	return err
}

// Exec runs one statement and returns how many rows it touched. Without arguments the text may hold several statements;
// the count is then the last one's. It runs in the transaction of ctx, else on a connection of the pool.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if t := current(ctx, db); t != nil {
		if err := t.take(ctx); err != nil {
			return 0, err
		}
		defer t.leave()
		tag, err := t.exec(ctx, sql, args)
		t.note(sql, tag.RowsAffected(), err)
		return tag.RowsAffected(), err
	}
	for try := 1; ; try++ {
		conn, err := db.acquire(ctx)
		if err != nil {
			return 0, err
		}
		tag, err := conn.Exec(ctx, sql, args...)
		db.release(conn)
		if !unsent(ctx, err, try) {
			return tag.RowsAffected(), err
		}
	}
}

// maxUnsent is how many connections a statement is tried on: two that died while they were idle, and a new one, as
// database/sql does it.
const maxUnsent = 3

// unsent tells whether a statement that failed was not sent, and is worth another connection.
func unsent(ctx context.Context, err error, try int) bool {
	return err != nil && pgconn.SafeToRetry(err) && try < maxUnsent && ctx.Err() == nil
}

// CopyIn runs a COPY ... FROM STDIN with the bytes of r, in whatever format the statement names, and returns how many
// rows were stored. It runs in the transaction of ctx, else on a connection of the pool, where it is all or nothing. An
// error of r ends the COPY and is in the chain of the result. A Read that blocks holds the call up: cancelling ctx does
// not interrupt it.
func (db *DB) CopyIn(ctx context.Context, sql string, r io.Reader) (int64, error) {
	source := &copySource{Reader: r}
	n, err := db.on(ctx, sql, func(conn *pgx.Conn) (int64, error) {
		tag, err := conn.PgConn().CopyFrom(ctx, source, sql)
		return tag.RowsAffected(), err
	})
	if cause := source.err.Load(); cause != nil && err != nil {
		return 0, fmt.Errorf("read COPY data: %w", *cause)
	}
	return n, err
}

// copySource remembers why reading stopped: PostgreSQL only hands the text of it back. When the context ends, pgx's
// reading goroutine may outlive the call.
type copySource struct {
	io.Reader
	err atomic.Pointer[error]
}

func (s *copySource) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err.Store(&err)
	}
	return n, err
}

// on runs use with the connection of ctx's transaction, or else with one of the pool.
func (db *DB) on(ctx context.Context, sql string, use func(*pgx.Conn) (rows int64, err error)) (int64, error) {
	if t := current(ctx, db); t != nil {
		if err := t.enter(ctx); err != nil {
			return 0, err
		}
		defer t.leave()
		rows, err := use(t.pgx())
		t.note(sql, rows, err)
		return rows, err
	}
	conn, err := db.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer db.release(conn)
	return use(conn.Conn())
}

// Session runs fn with one connection of its own, for what lives as long as a session: advisory locks, SET, LISTEN. The
// connection is closed afterwards, not reused, so that nothing of it outlives fn. It cannot be had inside a
// transaction, whose connection is not to be given away.
func (db *DB) Session(ctx context.Context, fn func(context.Context, *sql.Conn) error) error {
	if current(ctx, db) != nil {
		return errors.New("open database session: not inside a transaction")
	}
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open database session: %w", err)
	}
	defer discard(ctx, conn)
	return fn(ctx, conn)
}

// discard closes a connection for good. There is nothing to do about an error: the server ends the session with it.
func discard(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	_ = conn.Raw(func(c any) error { return c.(*lease).pgx().Close(ctx) })
	_ = conn.Close()
}
