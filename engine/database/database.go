package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// closeTimeout bounds Close: a transaction that was told to end needs a round trip, not more; what is still in use
// after ten seconds was leaked, and the process is on its way out.
const closeTimeout = 10 * time.Second

// DB is the pool and everything on top of it. It is safe for concurrent use. Open makes one.
type DB struct {
	config  Config
	address string
	pool    *pgxpool.Pool
	conns   driver.Connector // the pool as database/sql sees it
	sql     *sql.DB
	driver  *entDriver
	direct  bool                // nothing stands between the pool and the server
	random  func(n int64) int64 // in [0, n), for jitter

	gate      *gate
	waiting   atomic.Int32
	waits     atomic.Int64 // that ended with a connection
	waited    atomic.Int64 // in them, in nanoseconds
	gaveUp    atomic.Int64
	exhausted atomic.Int64

	closing  sync.Once
	closed   chan struct{}
	closeErr error
}

// newDB builds the layers on a pool: ent runs on it, and so does database/sql, which keeps no connections of its own, so
// that there is one pool.
func newDB(config Config, address string, pool *pgxpool.Pool, gate *gate) *DB {
	db := &DB{
		config:  config,
		address: address,
		pool:    pool,
		conns:   stdlib.GetPoolConnector(pool),
		random:  rand.Int64N,
		gate:    gate,
		closed:  make(chan struct{}),
	}
	db.sql = sql.OpenDB(&connector{db: db})
	db.sql.SetMaxIdleConns(0)
	db.driver = &entDriver{Driver: entsql.OpenDB(dialect.Postgres, db.sql), db: db}
	go gate.wires.listen(config.longestSilence(), db.closed)
	return db
}

// Driver is the ent driver: ent.NewClient(ent.Driver(db.Driver())). There is one, and closing it closes the DB.
//
// Under the context of a WithTx it runs everything in that transaction, also the transactions that ent opens for itself
// (creating with edges, updating one row) and those of client.Tx: their commit does nothing. Their rollback does
// nothing either when they changed no row (a row to be updated was not there), and dooms the outer transaction when
// they did: there is no savepoint to go back to, which would cost two round trips for every update. A doomed
// transaction refuses statements and ends with ErrRolledBack, unless its closure returns an error of its own.
//
// Outside of one, client.Tx begins a transaction of its own, which lives in ent's client only: prefer WithTx, which
// retries and knows AfterCommit.
func (db *DB) Driver() dialect.Driver { return db.driver }

// SQL is the pool as a *sql.DB, for libraries that want one. Under the context of a WithTx it uses that transaction. Its
// limits are the pool's: leave them alone, and idle connections at none.
func (db *DB) SQL() *sql.DB { return db.sql }

// Config is what the DB was opened with; its text forms are redacted.
func (db *DB) Config() Config { return db.config }

// Address is "database@host:port", fit for logs.
func (db *DB) Address() string { return db.address }

// Ping makes a round trip to the server, and does not try again: it says how things are. The wait for a connection is
// bounded, the round trip by ctx.
func (db *DB) Ping(ctx context.Context) error {
	conn, err := pass(ctx, db, db.pool.Acquire)
	if err != nil {
		return err
	}
	defer db.release(conn)
	if err := conn.Ping(ctx); err != nil {
		db.judge(ctx, conn.Conn(), err)
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Sever closes all connections at once, also those in use: whoever waits for a server that will not answer is told. The
// pool stays open.
func (db *DB) Sever() { db.gate.wires.sever() }

// Close refuses new work, waits a bounded time for connections in use and closes the pool. Every call gives the result
// of the first one.
func (db *DB) Close() error {
	db.closing.Do(func() {
		close(db.closed)
		db.closeErr = db.close()
	})
	return db.closeErr
}

func (db *DB) close() error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		db.pool.Close()
	}()
	timeout := time.NewTimer(closeTimeout)
	defer timeout.Stop()
	select {
	case <-done:
		return db.sql.Close()
	case <-timeout.C:
		_ = db.sql.Close()
		return fmt.Errorf("close database: %d connections still in use after %s", db.pool.Stat().AcquiredConns(), closeTimeout)
	}
}
