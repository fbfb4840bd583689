package database

import "context"

// carried is how a transaction travels in a context. A context can carry one for each of several DBs.
type carried struct {
	t     *tx
	outer *carried
}

type carriedKey struct{}

// carry puts t into ctx, unless it is there.
func (t *tx) carry(ctx context.Context) context.Context {
	outer, _ := ctx.Value(carriedKey{}).(*carried)
	if outer != nil && outer.t == t {
		return ctx
	}
	return context.WithValue(ctx, carriedKey{}, &carried{t: t, outer: outer})
}

// current is the transaction on db that ctx carries, or nil.
func current(ctx context.Context, db *DB) *tx {
	c, _ := ctx.Value(carriedKey{}).(*carried)
	for ; c != nil; c = c.outer {
		if c.t.db == db {
			return c.t
		}
	}
	return nil
}

// InTx says that ctx carries a transaction on db, which whatever is run with it joins.
func (db *DB) InTx(ctx context.Context) bool { return current(ctx, db) != nil }
