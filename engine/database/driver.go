package database

import (
	"context"
	"database/sql/driver"
	"fmt"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// entDriver is what ent runs on: pgx itself. database/sql would cost each statement a goroutine, a connection object of its
// own, and for each value a conversion more.
type entDriver struct {
	*entsql.Driver // over database/sql, for what ent asks it for by name, and for session variables
	db             *DB
}

// sessionVariables is the key of ent's session variables in a context (entsql.WithVar), which ent keeps to itself. It is what
// ent asks a context for.
var sessionVariables = func() (key any) {
	entsql.VarFromContext(asked{key: &key}, "")
	return key
}()

// asked is a context that keeps what it was asked for.
type asked struct {
	context.Context //nolint:containedctx // it is one, of which nothing but Value is asked

	key *any
}

func (a asked) Value(key any) any {
	*a.key = key
	return nil
}

// Exec implements [dialect.ExecQuerier].
func (d *entDriver) Exec(ctx context.Context, query string, args, v any) error {
	if ctx.Value(sessionVariables) != nil {
		return d.Driver.Exec(ctx, query, args, v)
	}
	list, ok := args.([]any)
	if !ok {
		return fmt.Errorf("run statement: arguments are a %T, not a []any", args)
	}
	rows, err := d.db.Exec(ctx, query, list...)
	if err != nil || v == nil {
		return err
	}
	result, ok := v.(*entsql.Result)
	if !ok {
		return fmt.Errorf("run statement: its result does not fit a %T", v)
	}
	*result = driver.RowsAffected(rows)
	return nil
}

// Query implements [dialect.ExecQuerier].
func (d *entDriver) Query(ctx context.Context, query string, args, v any) error {
	if ctx.Value(sessionVariables) != nil {
		return d.Driver.Query(ctx, query, args, v)
	}
	list, ok := args.([]any)
	if !ok {
		return fmt.Errorf("run statement: arguments are a %T, not a []any", args)
	}
	to, ok := v.(*entsql.Rows)
	if !ok {
		return fmt.Errorf("run statement: its rows do not fit a %T", v)
	}
	rows, err := d.db.rows(ctx, query, list)
	if err != nil {
		return err
	}
	to.ColumnScanner = rows
	return nil
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
		return &entTx{Tx: part, t: t, d: d}, nil
	}
	t, err := d.db.begin(ctx, o)
	if err != nil {
		return nil, err
	}
	return &entTx{Tx: t, t: t, d: d}, nil
}

// Changes counts the statements so far that may have changed something, in the transaction of ctx; none where there is no
// transaction.
func (d *entDriver) Changes(ctx context.Context) int64 {
	t := current(ctx, d.db)
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changes
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
	d *entDriver
}

func (e *entTx) Exec(ctx context.Context, query string, args, v any) error {
	return e.d.Exec(e.t.carry(ctx), query, args, v)
}

func (e *entTx) Query(ctx context.Context, query string, args, v any) error {
	return e.d.Query(e.t.carry(ctx), query, args, v)
}
