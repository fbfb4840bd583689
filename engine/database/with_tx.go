package database

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// maxTxTries bounds how often WithTx runs a closure. Of n transactions in conflict at least one gets through in each
	// round, so a dozen rounds serve more writers of one row than a pool has connections; whoever fails more
	// often needs another design, not more tries.
	maxTxTries = 16
	// firstBackoff is in the order of a short transaction, so that the winner is done when the loser comes back.
	firstBackoff = 2 * time.Millisecond
	// maxBackoff keeps all tries together below two seconds of waiting, within a request's patience.
	maxBackoff = 200 * time.Millisecond
	// afterCommitTimeout bounds what AfterCommit runs: it tells others of what happened, and holds up the caller while
	// it does. Longer work belongs in a queue.
	afterCommitTimeout = 10 * time.Second
)

// WithTx runs fn in a transaction: everything that is run with the context which fn is given. It commits when fn returns
// nil, and rolls back when fn returns an error, which is returned as it is, or panics.
//
// Under the context of another WithTx it joins: fn runs in the outer transaction, and an error of it dooms that one if
// fn had changed something (see Driver). A joined transaction cannot ask for stronger isolation (ErrIsolation).
//
// The outermost WithTx runs fn again, up to 16 times with growing pauses, when the transaction fails for a conflict with
// others (IsRetryable): also when fn hides the error, and also when it appears at the commit. Each try has a transaction
// and an AfterCommit queue of its own, and no connection is held in the pauses. So it does, up to twice, when the connection
// is lost before COMMIT was sent, the server had become read-only, or a prepared statement was out of date: what no COMMIT
// was sent for is undone.
//
// fn may use several goroutines, whose statements take turns, but has to wait for them: the context it is given ends
// with it.
//
// Errors beside fn's: ErrRolledBack if fn returned nil but a statement of it had failed; ErrCommitUnknown; ErrTxBusy;
// ctx.Err() if ctx ended before the commit; a deferred constraint (AsViolation); ErrPoolExhausted and ErrUnavailable.
func (db *DB) WithTx(ctx context.Context, fn func(context.Context) error, opts ...TxOption) error {
	var o txOptions
	for _, opt := range opts {
		opt(&o)
	}
	if t := current(ctx, db); t != nil {
		return t.within(ctx, fn, o)
	}
	losses := 0
	for try := 1; ; try++ {
		end, err := db.attempt(ctx, fn, o)
		switch {
		case end == final:
			return err
		case end == lost:
			if losses++; losses > maxLosses {
				return err
			}
		case try == maxTxTries:
			return fmt.Errorf("transaction given up after %d tries: %w", try, err)
		case !pause(ctx, db.backoff(try)):
			return err
		}
		db.retry(ctx, try+1, err)
	}
}

// ending is whether another try of a transaction may help.
type ending int

const (
	final      ending = iota // no
	conflicted               // after a pause: it was in conflict with others
	lost                     // at once, on another connection
)

// attempt runs fn once, in a transaction of its own.
func (db *DB) attempt(ctx context.Context, fn func(context.Context) error, o txOptions) (end ending, err error) {
	t, err := db.begin(ctx, o)
	if err != nil {
		return final, err
	}
	inside, cancel := context.WithCancelCause(ctx)
	t.cancel = cancel
	// A panic and runtime.Goexit pass through here; after a commit or a rollback this does nothing.
	defer func() { _ = t.Rollback() }()

	if err = fn(t.carry(inside)); err == nil {
		err = t.Commit()
	} else {
		_ = t.Rollback()
	}
	if err == nil {
		return final, nil
	}
	return t.ending(err), err
}

// ending looks at the error that came out, and at one that fn has hidden.
func (t *tx) ending(err error) ending {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case errors.Is(err, ErrCommitUnknown):
		return final
	case IsRetryable(err), IsRetryable(t.failure):
		return conflicted
	case t.lost:
		return lost
	default:
		return final
	}
}

// within runs fn as a part of t.
func (t *tx) within(ctx context.Context, fn func(context.Context) error, o txOptions) error {
	p, err := t.join(o)
	if err != nil {
		return err
	}
	finished := false
	defer func() {
		if !finished {
			p.undo(errPartRolledBack)
		}
	}()
	err = fn(ctx)
	finished = true
	if err != nil {
		p.undo(fmt.Errorf("a part of it failed: %w", err))
	}
	return err
}

// backoff is the pause after a try: doubling, and somewhere between half of it and all of it, so that those who
// collided do not meet again.
func (db *DB) backoff(try int) time.Duration {
	full := int64(min(firstBackoff<<min(try-1, maxTxTries), maxBackoff)) // which is reached long before it overflows
	return time.Duration(full/2 + db.random(full/2+1))
}

// pause waits, and reports false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// AfterCommit has fn run once, after the transaction of ctx is committed and its connection given back; never if it is
// rolled back or tried again, nor if its commit is unknown. Several run in the order in which they were queued, in the
// goroutine of the outermost WithTx, before it returns; a panic of one does not keep the others from running.
//
// fn is given the context of that WithTx's caller, outside of the transaction, without its cancellation (what is
// committed is worth telling even if nobody waits any more) and with a bound of ten seconds.
//
// Without a transaction fn runs at once: every statement before it has committed by itself. That holds for the
// transaction of ent's client.Tx too, which the context knows nothing of: it has OnCommit.
func AfterCommit(ctx context.Context, fn func(context.Context)) {
	c, _ := ctx.Value(carriedKey{}).(*carried)
	if c == nil {
		notify(ctx, fn)
		return
	}
	if c.t.queue(fn) {
		notify(c.t.outside, fn)
	}
}

// queue keeps fn for the commit. It reports true if that has already been.
func (t *tx) queue(fn func(context.Context)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.committed {
		t.after = append(t.after, fn)
	}
	return t.committed
}

func notify(ctx context.Context, fn func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterCommitTimeout)
	defer cancel()
	fn(ctx)
}

// notifyAll runs each, also after a panic of the one before.
func notifyAll(ctx context.Context, fns []func(context.Context)) {
	if len(fns) == 0 {
		return
	}
	defer notifyAll(ctx, fns[1:])
	notify(ctx, fns[0])
}
