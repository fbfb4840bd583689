package database

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5/stdlib"
)

// connector is where database/sql gets its connections. Because the *sql.DB keeps none, it asks for every statement,
// with the statement's context: so a statement under the context of a transaction is given that transaction's
// connection, and everything on top of database/sql joins transactions without knowing of them.
type connector struct{ db *DB }

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if t := current(ctx, c.db); t != nil {
		if err := t.enter(ctx); err != nil {
			return nil, err
		}
		return &borrowed{t.conn, t}, nil
	}
	return c.db.lease(ctx)
}

func (c *connector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// borrowed is a transaction's connection in the hands of database/sql, for one statement and its rows. Closing it gives
// it back to the transaction.
type borrowed struct {
	*lease
	t *tx
}

func (b *borrowed) Close() error {
	b.t.leave()
	return nil
}

func (b *borrowed) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := b.lease.Conn.ExecContext(ctx, query, args)
	err = b.lost(ctx, err)
	rows := unknownRows
	if err == nil {
		if n, err := result.RowsAffected(); err == nil {
			rows = n
		}
	}
	b.t.note(query, rows, err)
	return result, err
}

func (b *borrowed) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := b.lease.Conn.QueryContext(ctx, query, args)
	err = b.lost(ctx, err)
	b.t.note(query, unknownRows, err)
	return rows, err
}

// PrepareContext counts as a change right away: what is executed through the statement passes by here unseen.
func (b *borrowed) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := b.lease.PrepareContext(ctx, query)
	err = b.lost(ctx, err)
	b.t.note(query, unknownRows, err)
	return stmt, err
}

// BeginTx joins: the *sql.Tx holds the connection of the transaction until it ends, and its commit does nothing.
func (b *borrowed) BeginTx(_ context.Context, opts driver.TxOptions) (driver.Tx, error) {
	o, err := optionsOf(opts)
	if err != nil {
		return nil, err
	}
	return b.t.join(o)
}

// lost replaces driver.ErrBadConn, at which database/sql would ask for another connection: a transaction has only one.
func (b *borrowed) lost(ctx context.Context, err error) error {
	switch {
	case !errors.Is(err, driver.ErrBadConn):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return errConnLost
	}
}
