package database

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// TxOption chooses what kind of transaction WithTx begins. The default is READ COMMITTED, read-write.
type TxOption func(*txOptions)

// RepeatableRead lets the transaction see one snapshot. An update of a row that another one changed since then fails and
// is retried by WithTx.
func RepeatableRead() TxOption { return func(o *txOptions) { o.isolation = repeatableRead } }

// Serializable makes the transaction behave as if it ran alone. What does not fit fails and is retried by WithTx.
func Serializable() TxOption { return func(o *txOptions) { o.isolation = serializable } }

// ReadOnly makes the server refuse writes. It has no effect on a transaction that joins another.
func ReadOnly() TxOption { return func(o *txOptions) { o.readOnly = true } }

type txOptions struct {
	isolation isolation
	readOnly  bool
}

// isolation is a level; a greater one promises more.
type isolation int

const (
	readCommitted isolation = iota
	repeatableRead
	serializable
)

func (i isolation) pgx() pgx.TxIsoLevel {
	return [...]pgx.TxIsoLevel{pgx.ReadCommitted, pgx.RepeatableRead, pgx.Serializable}[i]
}

// optionsOf reads the options of database/sql.
func optionsOf(opts driver.TxOptions) (txOptions, error) {
	o := txOptions{readOnly: opts.ReadOnly}
	switch level := sql.IsolationLevel(opts.Isolation); level {
	case sql.LevelDefault, sql.LevelReadUncommitted, sql.LevelReadCommitted:
	case sql.LevelRepeatableRead, sql.LevelSnapshot:
		o.isolation = repeatableRead
	case sql.LevelSerializable:
		o.isolation = serializable
	default:
		return txOptions{}, fmt.Errorf("begin transaction: isolation level %s is unknown to PostgreSQL", level)
	}
	return o, nil
}

// begin is how a transaction is begun on this database: behind a pooler it sets the timeouts that could not be set for
// the session, in the same round trip.
func (c Config) begin(o txOptions) pgx.TxOptions {
	access := pgx.ReadWrite
	if o.readOnly {
		access = pgx.ReadOnly
	}
	begin := pgx.TxOptions{IsoLevel: o.isolation.pgx(), AccessMode: access}
	if c.Pooler != PoolerTransaction {
		return begin
	}
	var text strings.Builder
	fmt.Fprintf(&text, "begin isolation level %s %s", begin.IsoLevel, begin.AccessMode)
	for _, t := range c.serverTimeouts() {
		fmt.Fprintf(&text, "; set local %s = %s", t.name, t.milliseconds())
	}
	begin.BeginQuery = text.String()
	return begin
}
