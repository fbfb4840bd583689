package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// settleTimeout bounds the end of a transaction whose caller is gone: a ROLLBACK, and what is left of a COMMIT in flight,
// which is worth waiting for because nobody can say afterwards what became of it. A healthy server needs
// milliseconds; a COMMIT that waits for a synchronous standby, seconds.
const settleTimeout = 5 * time.Second

// Commit ends the transaction. Without a reason not to it commits, gives the connection back and runs what AfterCommit
// queued; with one it rolls back and returns it.
func (t *tx) Commit() error {
	idle, first := t.seize()
	if !first {
		return ErrTxDone
	}
	if err := t.verdict(idle); err != nil {
		t.abort()
		return err
	}
	err := t.sendCommit()
	if err != nil {
		t.note("COMMIT", unknownRows, err)
	}
	t.release()
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.committed = true
	after := t.after
	t.mu.Unlock()
	notifyAll(t.outside, after)
	return nil
}

// verdict is the reason not to commit.
func (t *tx) verdict(idle bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !idle:
		return fmt.Errorf("%w: a statement was still running at its end", ErrTxBusy)
	case t.doom != nil:
		return fmt.Errorf("%w: %w", ErrRolledBack, t.doom)
	case t.failure != nil:
		return fmt.Errorf("%w: a statement in it had failed: %w", ErrRolledBack, t.failure)
	case t.failed():
		return fmt.Errorf("%w: a statement in it had failed", ErrRolledBack)
	default:
		return t.outside.Err()
	}
}

// sendCommit is the COMMIT alone. The caller's end does not cut it short at once: a COMMIT that is cut short is one whose
// outcome nobody knows.
func (t *tx) sendCommit() error {
	if !t.begun {
		return nil
	}
	settled, cancel := context.WithCancel(context.WithoutCancel(t.outside))
	defer cancel()
	if limit := t.db.config.StatementTimeout; limit > 0 {
		defer time.AfterFunc(limit+settleTimeout, cancel).Stop()
	}
	defer context.AfterFunc(t.outside, func() { time.AfterFunc(settleTimeout, cancel) })()

	w := wireOf(t.pgx())
	sent := w.sent.Load()
	// Not pgx's own Commit, which does not tell whether an error came before or after the answer.
	tag, err := t.pgx().Exec(settled, "commit")
	switch {
	case err == nil && tag.String() == "ROLLBACK":
		return fmt.Errorf("%w: the server answered COMMIT with ROLLBACK", ErrRolledBack)
	case err == nil:
		return w.replicated()
	case w.sent.Load() == sent, tag.String() == "" && t.refused(err):
		return fmt.Errorf("commit transaction: %w", err)
	default:
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
}

// refused says that the server answered COMMIT with an error: a deferred constraint, a serialization failure, or that it
// ended the session. It does that while it waits for a command, or within one that it then undoes; it does not look between
// the commit and the answer, except to log how long that took, when the answer is on its way before the error.
func (t *tx) refused(err error) bool {
	answer, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (!t.pgx().IsClosed() || t.db.fateOfAnswer(answer) == undone)
}

// Rollback ends the transaction and undoes it. On an ended one it does nothing.
func (t *tx) Rollback() error {
	if _, first := t.seize(); first {
		t.abort()
	}
	return nil
}

// seize ends the transaction for its users and takes the connection away for good. idle is false if a statement was
// running, which is then cancelled; first is false if the transaction had ended before.
func (t *tx) seize() (idle, first bool) {
	t.mu.Lock()
	if t.isEnded() {
		t.mu.Unlock()
		return false, false
	}
	close(t.ended)
	t.mu.Unlock()

	select {
	case t.busy <- struct{}{}:
		return true, true
	default:
	}
	t.cancel(ErrTxDone)
	limit := time.NewTimer(settleTimeout)
	defer limit.Stop()
	select {
	case t.busy <- struct{}{}:
	case <-limit.C:
	}
	return false, true
}

// abort sends the ROLLBACK, on a context that the caller's end does not touch. If it fails, the connection is closed,
// which rolls back as well: so there is nothing to report.
func (t *tx) abort() {
	if t.pgtx != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.outside), settleTimeout)
		defer cancel()
		_ = t.pgtx.Rollback(ctx)
	}
	t.release()
}

func (t *tx) release() {
	t.cancel(ErrTxDone)
	_ = t.conn.Close()
}
