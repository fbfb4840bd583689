package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// BEGIN goes with the first statement, in one round trip: a transaction that runs nothing costs nothing, and one that
// runs a single statement two round trips instead of three. A statement that cannot go in a batch has BEGIN sent ahead of it:
// rows in binary cannot be asked for there, nor COPY, nor several statements in one text, which the timeouts behind a
// pooler are set with.

// errNotBegun is of a transaction whose BEGIN, or a statement that was sent with it, has failed before it began.
var errNotBegun = errors.New("the transaction could not be begun")

// beginAlone sends BEGIN. The caller has the connection.
func (t *tx) beginAlone(ctx context.Context) (err error) {
	t.begun = true
	if t.pgtx, err = t.pgx().BeginTx(ctx, t.db.config.begin(t.opts)); err != nil {
		t.pgtx = nil
		err = fmt.Errorf("begin transaction: %w", err)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.failure, t.lost = err, t.isLost(err)
	}
	return err
}

// beginWith sends BEGIN and a statement, whose result is the next one. The caller has the connection.
func (t *tx) beginWith(ctx context.Context, sql string, args []any) pgx.BatchResults {
	t.begun = true
	var b pgx.Batch
	b.BeginTx(t.db.config.begin(t.opts))
	b.Queue(sql, args...)
	results := t.pgx().SendBatch(ctx, &b)
	t.pgtx = results.Tx()
	_, _ = results.Exec() // an error is that of the next result too
	return results
}

// sendsBegin tells whether BEGIN is still to be sent, with the statement. Where the statement cannot go with it, it is sent now.
func (t *tx) sendsBegin(ctx context.Context, args []any) (with bool, err error) {
	switch {
	case t.begun:
		return false, nil
	case len(args) > 0 && t.db.config.Pooler != PoolerTransaction:
		return true, nil
	default:
		return false, t.beginAlone(ctx)
	}
}

// exec runs a statement on the connection, which the caller has.
func (t *tx) exec(ctx context.Context, sql string, args []any) (pgconn.CommandTag, error) {
	with, err := t.sendsBegin(ctx, args)
	switch {
	case err != nil:
		return pgconn.CommandTag{}, err
	case with:
		results := t.beginWith(ctx, sql, args)
		tag, err := results.Exec()
		if end := results.Close(); err == nil {
			err = end
		}
		return tag, err
	default:
		return t.pgx().Exec(ctx, sql, args...)
	}
}

// query runs a statement on the connection, which is busy until its rows are closed.
func (t *tx) query(ctx context.Context, sql string, args []any) (pgx.Rows, error) {
	with, err := t.sendsBegin(ctx, args)
	switch {
	case err != nil:
		return nil, err
	case with:
		results := t.beginWith(ctx, sql, args)
		rows, _ := results.Query() // which has the error
		return firstRows{rows, results}, nil
	default:
		return t.pgx().Query(ctx, sql, args...)
	}
}

// firstRows are those of the statement that BEGIN was sent with.
type firstRows struct {
	pgx.Rows

	results pgx.BatchResults
}

func (r firstRows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // what fails here fails the next statement
}
