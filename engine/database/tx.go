package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// tx is one transaction on one connection. Its users take turns: whoever has put the token into busy has the connection.
type tx struct {
	db      *DB
	opts    txOptions
	outside context.Context //nolint:containedctx // that of the beginning: driver.Tx, as ent ends it, has none to offer
	conn    *lease
	begun   bool                    // BEGIN was sent: with the first statement, not before
	pgtx    pgx.Tx                  // nil until then, and where it failed
	cancel  context.CancelCauseFunc // ends the closure's context
	busy    chan struct{}
	ended   chan struct{}

	mu        sync.Mutex
	changes   int64 // statements that may have changed something
	failure   error // what put the transaction into the failed state
	lost      bool  // that was the connection's fault, not the statement's
	doom      error // why it must not be committed although the server would
	committed bool
	after     []func(context.Context)
}

// begin takes a connection for a transaction, which its first statement begins.
func (db *DB) begin(ctx context.Context, o txOptions) (*tx, error) {
	conn, err := db.lease(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin transaction: %w", err)
	}
	return &tx{
		db:      db,
		opts:    o,
		outside: ctx,
		conn:    conn,
		cancel:  func(error) {},
		busy:    make(chan struct{}, 1),
		ended:   make(chan struct{}),
	}, nil
}

func (t *tx) pgx() *pgx.Conn { return t.conn.pgx() }

// enter takes the connection, for a statement that BEGIN cannot be sent with. Several goroutines may share a transaction;
// their statements run one after the other.
func (t *tx) enter(ctx context.Context) error {
	err := t.take(ctx)
	if err != nil || t.begun {
		return err
	}
	if err := t.beginAlone(ctx); err != nil {
		t.leave()
		return err
	}
	return nil
}

// take takes the connection as it is, perhaps before BEGIN.
func (t *tx) take(ctx context.Context) error {
	select {
	case t.busy <- struct{}{}:
	default:
		if err := t.wait(ctx); err != nil {
			return err
		}
	}
	err := t.refuses()
	if err == nil {
		err = t.outsideOfIt()
	}
	if err != nil {
		t.leave()
	}
	return err
}

func (t *tx) wait(ctx context.Context) error {
	limit := time.NewTimer(t.db.config.AcquireTimeout)
	defer limit.Stop()
	select {
	case t.busy <- struct{}{}:
		return nil
	case <-t.ended:
		return ErrTxDone
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-limit.C:
		return ErrTxBusy
	}
}

func (t *tx) leave() { <-t.busy }

func (t *tx) isEnded() bool {
	select {
	case <-t.ended:
		return true
	default:
		return false
	}
}

// refuses says why no statement may run any more.
func (t *tx) refuses() error {
	if t.isEnded() {
		return ErrTxDone
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.doom != nil {
		return fmt.Errorf("%w: %w", ErrRolledBack, t.doom)
	}
	return nil
}

// outsideOfIt says that the connection is in no transaction although this one was to begin: a statement would be committed
// by itself. The caller has the connection.
func (t *tx) outsideOfIt() error {
	const idle = 'I'
	if !t.begun || t.pgx().PgConn().TxStatus() != idle {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Errorf("%w: %w", errNotBegun, t.failure)
}

// unknownRows is the count of a statement that does not tell.
const unknownRows int64 = -1

// note records what a statement did. The caller has the connection.
func (t *tx) note(sql string, rows int64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil && t.failure == nil && t.failed() {
		t.failure = err
		t.lost = t.isLost(err)
	}
	if mayChange(sql, rows) {
		t.changes++
	}
}

// failed says that the transaction cannot be committed: the server answers COMMIT with ROLLBACK, or is gone. One that has
// not begun has nothing to fail.
func (t *tx) failed() bool {
	if !t.begun {
		return false
	}
	const inTransaction = 'T'
	pg := t.pgx().PgConn()
	return pg.IsClosed() || pg.TxStatus() != inTransaction
}

// isLost says that a statement failed for its connection, whose like are then taken from the pool. Before COMMIT is sent
// that undoes the transaction, whatever became of the statement.
func (t *tx) isLost(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == codeReadOnly && t.opts.readOnly {
		return false // as was asked for
	}
	return t.db.judge(t.outside, t.pgx(), err) != settled
}

// mayChange says whether a statement may have changed something. It serves to tell a rollback that matters from one
// that does not, so everything counts as a change but a SELECT and a statement that reports no row.
func mayChange(sql string, rows int64) bool {
	if isRead(sql) {
		return false
	}
	verb, _, _ := strings.Cut(strings.TrimLeft(sql, space+"("), " ")
	switch strings.ToUpper(verb) {
	case "INSERT", "UPDATE", "DELETE", "MERGE":
		return rows != 0
	default:
		return true
	}
}
