package database

import (
	"context"
	"database/sql/driver"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// entDriver is ent's own driver with other transactions.
type entDriver struct {
	*entsql.Driver
	db *DB
}

// Tx joins the transaction of ctx, or begins one.
func (d *entDriver) Tx(ctx context.Context) (dialect.Tx, error) { return d.BeginTx(ctx, nil) }

// BeginTx is Tx with options; ent's client.BeginTx looks for it by name.
func (d *entDriver) BeginTx(ctx context.Context, opts *entsql.TxOptions) (dialect.Tx, error) {
	var o txOptions
	if opts != nil {
		var err error
		if o, err = optionsOf(driver.TxOptions{Isolation: driver.IsolationLevel(opts.Isolation), ReadOnly: opts.ReadOnly}); err != nil {
			return nil, err
		}
	}
	if t := current(ctx, d.db); t != nil {
		part, err := t.join(o)
		if err != nil {
			return nil, err
		}
		return &entTx{Tx: part, t: t, d: d.Driver}, nil
	}
	t, err := d.db.begin(ctx, o)
	if err != nil {
		return nil, err
	}
	return &entTx{Tx: t, t: t, d: d.Driver}, nil
}

// WithTx is that of the DB, for code that has nothing but the driver.
func (d *entDriver) WithTx(ctx context.Context, fn func(context.Context) error) error {
	return d.db.WithTx(ctx, fn)
}

func (d *entDriver) Close() error { return d.db.Close() }

// entTx is a transaction in ent's hands: its statements run in t, whatever context they come with.
type entTx struct {
	driver.Tx
	t *tx
	d *entsql.Driver
}

func (e *entTx) Exec(ctx context.Context, query string, args, v any) error {
	return e.d.Exec(e.t.carry(ctx), query, args, v)
}

func (e *entTx) Query(ctx context.Context, query string, args, v any) error {
	return e.d.Query(e.t.carry(ctx), query, args, v)
}
