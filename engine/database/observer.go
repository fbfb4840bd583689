package database

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Observer is told of the statements that are sent, also of those that begin and end transactions. The goroutine that
// waits for the statement calls it: it has to be fast.
type Observer interface {
	// BeginStatement is called before a statement is sent, which then runs in the context that it returns.
	BeginStatement(ctx context.Context, sql string) context.Context
	// EndStatement is called in that context when the last row was read, with their number, or with why it failed.
	EndStatement(ctx context.Context, sql string, took time.Duration, rows int64, err error)
	// Retry is called before something that failed is tried again: the how manieth try it will be, from 2.
	Retry(ctx context.Context, try int, err error)
}

// observe has the pool's connections tell the observer of the config, if there is one.
func (c Config) observe(pool *pgxpool.Config) {
	if c.Observer != nil {
		pool.ConnConfig.Tracer = observed{c.Observer}
	}
}

// retry tells the observer, if there is one.
func (db *DB) retry(ctx context.Context, try int, err error) {
	if db.config.Observer != nil {
		db.config.Observer.Retry(ctx, try, err)
	}
}

// observed is pgx's way to the observer.
type observed struct{ observer Observer }

// sent is the statement that a connection is busy with. It lives as long as the connection, so that a statement costs no
// allocation.
type sent struct {
	sql   string
	start time.Time
}

// sentKey is where a connection keeps it.
const sentKey = "cambium.sent"

// TraceQueryStart implements [pgx.QueryTracer].
func (o observed) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	kept := conn.PgConn().CustomData()
	s, _ := kept[sentKey].(*sent)
	if s == nil {
		s = new(sent)
		kept[sentKey] = s
	}
	s.sql, s.start = data.SQL, time.Now()
	return o.observer.BeginStatement(ctx, data.SQL)
}

// TraceQueryEnd implements [pgx.QueryTracer].
func (o observed) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	if s, _ := conn.PgConn().CustomData()[sentKey].(*sent); s != nil {
		o.observer.EndStatement(ctx, s.sql, time.Since(s.start), data.CommandTag.RowsAffected(), data.Err)
	}
}
