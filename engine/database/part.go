package database

import (
	"errors"
	"fmt"
)

// part is a transaction within t: a nested WithTx, one that ent opens for itself, or a *sql.Tx.
type part struct {
	t     *tx
	since int64 // t.changes at the start
}

// join opens a part, which cannot promise more than the whole.
func (t *tx) join(o txOptions) (*part, error) {
	if o.isolation > t.opts.isolation {
		return nil, fmt.Errorf("%w: %s cannot be had inside %s", ErrIsolation, o.isolation.pgx(), t.opts.isolation.pgx())
	}
	if err := t.refuses(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return &part{t: t, since: t.changes}, nil
}

// Commit leaves everything to the whole.
func (p *part) Commit() error { return nil }

var errPartRolledBack = errors.New("a part of it was rolled back after it had changed something")

// Rollback dooms the whole if the part changed something, as only the whole can be undone.
func (p *part) Rollback() error {
	p.undo(errPartRolledBack)
	return nil
}

func (p *part) undo(cause error) {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	if p.t.changes > p.since && p.t.doom == nil {
		p.t.doom = cause
	}
}
