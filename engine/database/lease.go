package database

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// lease is a connection in the form that database/sql works with. Closing it gives it back.
type lease struct {
	*stdlib.Conn
	db   *DB
	gone bool // given back
}

func (db *DB) lease(ctx context.Context) (*lease, error) {
	conn, err := insist(ctx, db, db.conns.Connect)
	if err != nil {
		return nil, err
	}
	return &lease{Conn: conn.(*stdlib.Conn), db: db}, nil
}

func (l *lease) pgx() *pgx.Conn { return l.Conn.Conn() }

func (l *lease) Close() error {
	if l.gone {
		return nil
	}
	l.gone = true
	defer l.db.gate.leave()
	l.db.gate.released(l.pgx())
	return l.Conn.Close()
}

// ExecContext runs a statement of database/sql's, which tries again at driver.ErrBadConn, whatever it runs.
func (l *lease) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	sent := wireOf(l.pgx()).sent.Load()
	result, err := l.Conn.ExecContext(ctx, query, args)
	if err == nil {
		return result, wireOf(l.pgx()).replicated()
	}
	return result, l.told(ctx, query, sent, err)
}

// QueryContext is the same for a statement with rows.
func (l *lease) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	sent := wireOf(l.pgx()).sent.Load()
	rows, err := l.Conn.QueryContext(ctx, query, args)
	return rows, l.told(ctx, query, sent, err)
}

// told leaves driver.ErrBadConn only to what was not sent, or only reads.
func (l *lease) told(ctx context.Context, query string, sent uint64, err error) error {
	if err == nil {
		return nil
	}
	f := l.db.judgeAlone(ctx, l.pgx(), sent, err)
	switch {
	case !errors.Is(err, driver.ErrBadConn):
		return f.told(query, err)
	case f.again(query, 0):
		return err
	default:
		return f.told(query, errConnLost)
	}
}
