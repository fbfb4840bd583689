package database

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Observer is told of the statements that are sent, also of those that begin and end transactions. BEGIN that goes with
// another statement takes no time of its own, and cannot fail without it. The goroutine that
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
	tag   pgconn.CommandTag // of a batch's last statement
}

// sentKey is where a connection keeps it.
const sentKey = "cambium.sent"

// TraceQueryStart implements [pgx.QueryTracer].
func (o observed) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return o.begin(ctx, conn, data.SQL)
}

func (o observed) begin(ctx context.Context, conn *pgx.Conn, sql string) context.Context {
	s := sentOn(conn)
	if s == nil {
		s = new(sent)
		conn.PgConn().CustomData()[sentKey] = s
	}
	s.sql, s.start, s.tag = sql, time.Now(), pgconn.CommandTag{}
	return o.observer.BeginStatement(ctx, sql)
}

// TraceQueryEnd implements [pgx.QueryTracer].
func (o observed) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	o.end(ctx, conn, data.CommandTag, data.Err)
}

func (o observed) end(ctx context.Context, conn *pgx.Conn, tag pgconn.CommandTag, err error) {
	if s := sentOn(conn); s != nil {
		o.observer.EndStatement(ctx, s.sql, time.Since(s.start), tag.RowsAffected(), err)
	}
}

func sentOn(conn *pgx.Conn) *sent {
	s, _ := conn.PgConn().CustomData()[sentKey].(*sent)
	return s
}

// TraceBatchStart implements [pgx.BatchTracer]: a batch is BEGIN and a statement.
func (o observed) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	begin, statement := data.Batch.QueuedQueries[0].SQL, data.Batch.QueuedQueries[1].SQL
	o.observer.EndStatement(o.observer.BeginStatement(ctx, begin), begin, 0, 0, nil)
	return o.begin(ctx, conn, statement)
}

// TraceBatchQuery implements [pgx.BatchTracer].
func (o observed) TraceBatchQuery(_ context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	if s := sentOn(conn); s != nil {
		s.tag = data.CommandTag
	}
}

// TraceBatchEnd implements [pgx.BatchTracer].
func (o observed) TraceBatchEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchEndData) {
	if s := sentOn(conn); s != nil {
		o.end(ctx, conn, s.tag, data.Err)
	}
}
