package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// firstTryPause and maxTryPause frame the pauses between the tries to reach a database that is not up: short
	// enough that a server which starts in a second is met in a second, long enough that a minute of waiting
	// is some thirty lines of log.
	firstTryPause = 100 * time.Millisecond
	maxTryPause   = 2 * time.Second
)

// Open makes the pool and sees to it that the database answers. For one that is not up yet it waits, as long as the
// configuration says, with one line of log for each try. It fails at once where waiting does not help, with an
// *OpenError, and with a *ConfigError before anything is tried.
func Open(ctx context.Context, config Config, logger *slog.Logger) (*DB, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if config.Pooler == PoolerAuto {
		return openAsFound(ctx, config, logger)
	}
	return openAs(ctx, config, config.Pooler, logger)
}

// openAs opens the database behind that kind of pooler.
func openAs(ctx context.Context, config Config, pooler Pooler, logger *slog.Logger) (*DB, error) {
	config.Pooler = pooler
	poolConfig, err := config.pool()
	if err != nil {
		return nil, err
	}
	return open(ctx, config, poolConfig, logger)
}

// openAsFound opens it as if nothing stood before it, and again, as behind a transaction pooler, when that turns out to be
// so: by what it does, or because it refuses the settings of a session, as PgBouncer does.
func openAsFound(ctx context.Context, config Config, logger *slog.Logger) (*DB, error) {
	db, err := openAs(ctx, config, PoolerNone, logger)
	switch {
	case err == nil:
		pooled, err := db.TransactionPooled(ctx)
		if err == nil && !pooled {
			return db, nil
		}
		if err := errors.Join(err, db.Close()); err != nil {
			return nil, err
		}
	case !isProtocolViolation(err):
		return nil, err
	}
	return openAs(ctx, config, PoolerTransaction, logger)
}

func open(ctx context.Context, config Config, poolConfig *pgxpool.Config, logger *slog.Logger) (*DB, error) {
	gate := newGate(poolConfig)
	gate.outage.bearable = config.OutageTimeout
	pool, err := pgxpool.NewWithConfig(ctx, poolConfig)
	if err != nil {
		return nil, fmt.Errorf("make database pool: %w", err)
	}
	gate.reset = pool.Reset
	db := newDB(config, address(poolConfig.ConnConfig), pool, gate)
	if err := db.await(ctx, logger, poolConfig); err != nil {
		// The pool holds no connection; what counts is why.
		_ = db.Close()
		return nil, err
	}
	if config.Pooler == PoolerTransaction {
		logger.InfoContext(ctx, "database is behind a transaction pooler: statements are not prepared, sessions and migrations "+
			"need a direct connection, and outside of transactions the timeouts of the role hold (ALTER ROLE ... SET statement_timeout)",
			"address", db.address)
	}
	return db, nil
}

// await tries to connect until it works, cannot work, or the startup timeout is over.
func (db *DB) await(ctx context.Context, logger *slog.Logger, cfg *pgxpool.Config) error {
	start := time.Now()
	for try := 1; ; try++ {
		err := db.try(ctx, start)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("open database %s: %w", db.address, ctx.Err())
		}
		reason, permanent := diagnose(err)
		if permanent && (db.config.Pooler != PoolerTransaction || !isProtocolViolation(err)) { // such a pooler's server may be down
			return newOpenError(reason, cfg.ConnConfig, err)
		}
		wait := db.tryPause(try)
		if time.Since(start)+wait > db.config.StartupTimeout {
			if !permanent {
				reason = Unreachable
			}
			return newOpenError(reason, cfg.ConnConfig, err)
		}
		logger.WarnContext(ctx, "database is not up yet", "address", db.address, "try", try,
			"cause", Brief(err), "next_in", wait.Round(time.Millisecond))
		if !pause(ctx, wait) {
			return fmt.Errorf("open database %s: %w", db.address, ctx.Err())
		}
	}
}

// try opens a connection, which stays in the pool.
func (db *DB) try(ctx context.Context, start time.Time) error {
	left := db.config.StartupTimeout - time.Since(start)
	ctx, cancel := context.WithTimeout(ctx, max(left, db.config.ConnectTimeout))
	defer cancel()
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	pid, err := backend(ctx, conn.Conn())
	db.direct = pid == conn.Conn().PgConn().PID()
	return err
}

// tryPause doubles, with a random half.
func (db *DB) tryPause(try int) time.Duration {
	full := int64(min(firstTryPause<<min(try-1, 10), maxTryPause))
	return time.Duration(full/2 + db.random(full/2+1))
}
