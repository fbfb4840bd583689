package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
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
// Outside of a transaction it is run again where nothing can have happened: no connection could be had, the server had
// ended the one that was taken, or a prepared statement was out of date. A statement that begins with SELECT is run again
// also when its connection was lost on the way, as long as no row was handed on. With any other that is ErrCommitUnknown.
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
		begun := int64(0)
		for rows.Next() {
			begun = unknownRows
			if err := row(rows.RawValues()); err != nil {
				return stoppedByReader, err
			}
		}
		if err := rows.Err(); err != nil {
			return begun, err
		}
		return unknownRows, nil
	})
	return err
}

// Exec runs one statement and returns how many rows it touched. Without arguments the text may hold several statements;
// the count is then the last one's. It runs in the transaction of ctx, else on a connection of the pool; there it is run
// again as Query says, and ErrCommitUnknown is the end of a statement whose connection was lost on the way.
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
	return db.alone(ctx, sql, func(conn *pgx.Conn) (int64, error) {
		tag, err := conn.Exec(ctx, sql, args...)
		if err != nil && tag.String() != "" { // it had ended before that
			return unknownRows, err
		}
		return tag.RowsAffected(), err
	})
}

// CopyIn runs a COPY ... FROM STDIN with the bytes of r, in whatever format the statement names, and returns how many
// rows were stored. It runs in the transaction of ctx, else on a connection of the pool, where it is all or nothing. An
// error of r ends the COPY and is in the chain of the result. A Read that blocks holds the call up: cancelling ctx does
// not interrupt it.
func (db *DB) CopyIn(ctx context.Context, sql string, r io.Reader) (int64, error) {
	source := &copySource{Reader: r}
	n, err := db.on(ctx, sql, func(conn *pgx.Conn) (int64, error) {
		tag, err := conn.PgConn().CopyFrom(ctx, source, sql)
		if err != nil { // its bytes cannot be had again
			return unknownRows, err
		}
		return tag.RowsAffected(), nil
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
	return db.alone(ctx, sql, use)
}

// alone runs use with a connection of the pool, and again where nothing can have happened and use, which failed, counts no
// row.
func (db *DB) alone(ctx context.Context, sql string, use func(*pgx.Conn) (rows int64, err error)) (int64, error) {
	for losses := 1; ; losses++ {
		rows, f, err := db.once(ctx, use)
		switch {
		case err == nil, rows == stoppedByReader:
			return rows, err
		case rows != 0, !f.again(sql, losses):
			return rows, f.told(sql, err)
		}
		db.retry(ctx, losses+1, err)
	}
}

// stoppedByReader is the count of a statement that ended with an error of who read its rows.
const stoppedByReader = unknownRows - 1

// once runs use with a connection of the pool, and finds the fate of what failed.
func (db *DB) once(ctx context.Context, use func(*pgx.Conn) (rows int64, err error)) (int64, fate, error) {
	conn, err := db.acquire(ctx)
	if err != nil {
		return 0, settled, err
	}
	defer db.release(conn)
	w := wireOf(conn.Conn())
	sent := w.sent.Load()
	rows, err := use(conn.Conn())
	switch {
	case err == nil:
		return rows, settled, w.replicated()
	case rows == stoppedByReader:
		return rows, settled, err
	}
	return rows, db.judgeAlone(ctx, conn.Conn(), sent, err), w.silenced(ctx, err)
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
	_ = conn.Raw(func(c any) error {
		wireOf(c.(*lease).pgx()).unbound()
		return nil
	})
	return fn(ctx, conn)
}

// discard closes a connection for good. There is nothing to do about an error: the server ends the session with it.
func discard(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	_ = conn.Raw(func(c any) error { return c.(*lease).pgx().Close(ctx) })
	_ = conn.Close()
}
