package desktest

import (
	"context"
	"sync/atomic"

	"entgo.io/ent/dialect"

	"cambium/engine/database"
)

// countedDriver counts the statements of the client and of the writer.
type countedDriver struct {
	dialect.Driver

	db *database.DB
	n  *atomic.Int64
}

func (d countedDriver) Exec(ctx context.Context, query string, args, v any) error {
	d.n.Add(1)
	return d.Driver.Exec(ctx, query, args, v)
}

func (d countedDriver) Query(ctx context.Context, query string, args, v any) error {
	d.n.Add(1)
	return d.Driver.Query(ctx, query, args, v)
}

// Tx implements [dialect.Driver]; the statements of the transaction count too.
func (d countedDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := d.Driver.Tx(ctx)
	return countedTx{tx, d.n}, err
}

// Changes is that of the database's own driver.
func (d countedDriver) Changes(ctx context.Context) int64 {
	return d.Driver.(interface{ Changes(context.Context) int64 }).Changes(ctx)
}

// WithTx is that of the database's own driver.
func (d countedDriver) WithTx(ctx context.Context, fn func(context.Context) error) error {
	return d.db.WithTx(ctx, fn)
}

type countedTx struct {
	dialect.Tx

	n *atomic.Int64
}

func (t countedTx) Exec(ctx context.Context, query string, args, v any) error {
	t.n.Add(1)
	return t.Tx.Exec(ctx, query, args, v)
}

func (t countedTx) Query(ctx context.Context, query string, args, v any) error {
	t.n.Add(1)
	return t.Tx.Query(ctx, query, args, v)
}
