package studio

import (
	"context"
	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Driver returns an ent driver that remembers the statements of the studio's operations too: those of mutations, and of
// what is written in Go over the ent client. Those of anyone else pass. next is the driver of a database: one whose
// transactions travel in the context.
func (t *Tracer) Driver(next dialect.Driver) dialect.Driver {
	tx, ok := next.(txDriver)
	if !ok {
		panic("studio: this is not the driver of a database.DB")
	}
	return &driver{tx, tx}
}

type txDriver interface {
	dialect.Driver
	BeginTx(context.Context, *sql.TxOptions) (dialect.Tx, error)
	WithTx(context.Context, func(context.Context) error) error
}

// driver runs statements by run: itself the next driver, or one of its transactions.
type driver struct {
	txDriver
	run dialect.ExecQuerier
}

// Exec implements [dialect.ExecQuerier].
func (d *driver) Exec(ctx context.Context, query string, args, v any) error {
	tr := traceOf(ctx)
	if tr == nil {
		return d.run.Exec(ctx, query, args, v)
	}
	var result stdsql.Result
	if v == nil {
		v = &result
	}
	return tr.time(&ran{sql: query, args: args, by: d.txDriver}, func(r *ran) error {
		err := d.run.Exec(ctx, query, args, v)
		if result, ok := v.(*stdsql.Result); ok && err == nil {
			n, _ := (*result).RowsAffected() // PostgreSQL always tells
			r.rows.Store(n)
		}
		return err
	})
}

// Query implements [dialect.ExecQuerier]. The rows are counted as they are taken.
func (d *driver) Query(ctx context.Context, query string, args, v any) error {
	tr := traceOf(ctx)
	if tr == nil {
		return d.run.Query(ctx, query, args, v)
	}
	return tr.time(&ran{sql: query, args: args, by: d.txDriver}, func(r *ran) error {
		err := d.run.Query(ctx, query, args, v)
		if rows, ok := v.(*sql.Rows); ok && err == nil {
			rows.ColumnScanner = &counted{rows.ColumnScanner, r}
		}
		return err
	})
}

// Tx implements [dialect.Driver].
func (d *driver) Tx(ctx context.Context) (dialect.Tx, error) { return d.BeginTx(ctx, nil) }

// BeginTx is that of the next driver: the statements of the transaction are remembered too.
func (d *driver) BeginTx(ctx context.Context, options *sql.TxOptions) (dialect.Tx, error) {
	tx, err := d.txDriver.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &transaction{tx, &driver{d.txDriver, tx}}, nil
}

type transaction struct {
	dialect.Tx
	traced *driver
}

func (t *transaction) Exec(ctx context.Context, query string, args, v any) error {
	return t.traced.Exec(ctx, query, args, v)
}

func (t *transaction) Query(ctx context.Context, query string, args, v any) error {
	return t.traced.Query(ctx, query, args, v)
}

// counted counts the rows of a statement.
type counted struct {
	sql.ColumnScanner
	r *ran
}

// Next implements [sql.ColumnScanner].
func (c *counted) Next() bool {
	more := c.ColumnScanner.Next()
	if more {
		c.r.rows.Add(1)
	}
	return more
}
