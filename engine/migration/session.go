package migration

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed" // the queries
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"
)

const (
	// applyLock and diffLock are the names of the Atlas CLI's advisory locks
	// (ariga.io/atlas/cmd/atlas/internal/cmdapi/migrate.go): the CLI and this package wait for each other.
	applyLock = "atlas_migrate_execute"
	diffLock  = "atlas_migrate_diff"

	// lockPoll is the first pause between two tries for an advisory lock, lockPollMax the longest. A try is repeated, not
	// waited for in the server, because a waiting statement holds a snapshot, and CREATE INDEX CONCURRENTLY of whoever has
	// the lock waits for all of those.
	lockPoll    = 10 * time.Millisecond
	lockPollMax = 250 * time.Millisecond

	// cleanupWait bounds what must be tidied up even though the caller's context has ended.
	cleanupWait = 10 * time.Second
)

//go:embed queries/where.sql
var whereQuery string

// target is what a driver speaks to: the session's connection, or the transaction that is open on it.
type target struct{ schema.ExecQuerier }

// session is one connection for the length of one call. Everything happens on it, so that a pool of one is enough and
// the advisory lock, which belongs to a connection, covers everything.
type session struct {
	conn   *sql.Conn
	target *target
	driver *driverPG
	revs   *revisions
	schema string // schema that unqualified names mean
	chosen bool   // whether the URL chose it with search_path
	path   string // search_path
	// lockTimeout is the session's, once it is limited.
	lockTimeout time.Duration
	// declared is which statement of the schema's SQL files made an object, by the object's kind and name.
	declared map[string]*declaration
	dirty    bool // whether it has settings or locks that the pool's next user must not inherit
}

// driverPG is Atlas' driver for PostgreSQL, without the checks for which it reads the whole database: whether a database
// is clean is asked here, and only of the schema that the migrations work on.
type driverPG struct{ *postgres.Driver }

// CheckClean implements migrate.CleanChecker.
func (*driverPG) CheckClean(context.Context, *migrate.TableIdent) error { return nil }

func openSession(ctx context.Context, db *sql.DB) (_ *session, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &session{conn: conn, target: &target{ExecQuerier: conn}, declared: make(map[string]*declaration)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(ctx))
		}
	}()
	if err := s.locate(ctx); err != nil {
		return nil, err
	}
	// postgres.Open asks with a context of its own, without a deadline; while it does, ours is used.
	s.target.ExecQuerier = within{ctx: ctx, conn: conn}
	opened, err := postgres.Open(s.target)
	s.target.ExecQuerier = conn
	if err != nil {
		return nil, fmt.Errorf("open Atlas' driver: %w", err)
	}
	pg, ok := opened.(*postgres.Driver)
	if !ok {
		return nil, fmt.Errorf("open Atlas' driver: the server is not PostgreSQL (%T)", opened)
	}
	s.driver = &driverPG{Driver: pg}
	return s, nil
}

// locate finds the schema that the session works in, and with it the place of the revision table: as in the Atlas CLI, the
// schema that the URL chooses with search_path, else one of its own.
func (s *session) locate(ctx context.Context) error {
	var current sql.NullString
	if err := s.conn.QueryRowContext(ctx, whereQuery).Scan(&current, &s.path, &s.chosen); err != nil {
		return fmt.Errorf("read search_path: %w", err)
	}
	if s.chosen && strings.Contains(s.path, ",") {
		return fmt.Errorf("search_path %q in the database URL names several schemas: name the one that is migrated", s.path)
	}
	if !current.Valid {
		return fmt.Errorf("search_path %q names no schema of the database: create it first", s.path)
	}
	s.schema = current.String
	s.revs = &revisions{conn: s.target, schema: revisionName}
	if !s.chosen {
		return nil
	}
	if there, err := s.revs.exists(ctx); err != nil {
		return err
	} else if there {
		own := &revisions{conn: s.target, schema: s.schema}
		if there, err := own.exists(ctx); err != nil {
			return err
		} else if !there {
			return fmt.Errorf("schema %q has no revision table, but schema %q has one: remove search_path from the database URL, or drop the schema %[2]q if it is unused",
				s.schema, revisionName)
		}
	}
	s.revs.schema = s.schema
	return nil
}

// limit sets how long a statement of the session may wait for a lock, and lifts the pool's limit on how long it may run:
// an index on a large table takes its time, and the caller's context bounds it.
func (s *session) limit(ctx context.Context, lockTimeout time.Duration) error {
	s.dirty = true
	s.lockTimeout = max(lockTimeout, time.Millisecond)
	if _, err := s.conn.ExecContext(ctx, "SET statement_timeout = 0"); err != nil {
		return fmt.Errorf("set statement_timeout: %w", err)
	}
	return s.setLockTimeout(ctx, strconv.FormatInt(s.lockTimeout.Milliseconds(), 10)+"ms")
}

func (s *session) setLockTimeout(ctx context.Context, value string) error {
	if _, err := s.conn.ExecContext(ctx, "SELECT set_config('lock_timeout', $1, false)", value); err != nil {
		return fmt.Errorf("set lock_timeout: %w", err)
	}
	return nil
}

// lock takes the advisory lock of that name for the session, or fails with [ErrLocked] after wait. Its key is that of
// Atlas' postgres.Driver.Lock, which cannot be used because its wait does not end with the context.
func (s *session) lock(ctx context.Context, name string, wait time.Duration) error {
	s.dirty = true
	h := fnv.New32()
	_, _ = h.Write([]byte(name)) // a hash does not fail
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for pause := lockPoll; ; pause = min(2*pause, lockPollMax) {
		var got bool
		if err := s.conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(h.Sum32())).Scan(&got); err != nil {
			return fmt.Errorf("take the migration lock: %w", err)
		}
		if got {
			return nil
		}
		again := time.NewTimer(pause)
		select {
		case <-again.C:
		case <-deadline.C:
			again.Stop()
			return fmt.Errorf("%w: waited %v: try again when it is done, or look for its session in pg_stat_activity", ErrLocked, wait)
		case <-ctx.Done():
			again.Stop()
			return fmt.Errorf("take the migration lock: %w", ctx.Err())
		}
	}
}

// unlock gives up every advisory lock of the session, but not its connection.
func (s *session) unlock(ctx context.Context) error {
	if _, err := s.conn.ExecContext(ctx, "SELECT pg_advisory_unlock_all()"); err != nil {
		return fmt.Errorf("release the migration lock: %w", err)
	}
	return nil
}

// inTx runs f in a transaction of the session: whatever the session's driver does meanwhile is part of it.
func (s *session) inTx(ctx context.Context, f func() error) (err error) {
	tx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	s.target.ExecQuerier = tx
	defer func() { s.target.ExecQuerier = s.conn }()
	if err := f(); err != nil {
		// Where the rollback fails too, the connection is gone, and with it the transaction.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return &commitError{err}
	}
	return nil
}

// savepoint runs f, which is to end in an error, in the open transaction of the session, and takes back what it did.
func (s *session) savepoint(ctx context.Context, f func() error) error {
	const name = "cambium"
	if _, err := s.target.ExecContext(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	result := f()
	if _, err := s.target.ExecContext(ctx, "ROLLBACK TO "+name); err != nil {
		return errors.Join(result, fmt.Errorf("roll back to a savepoint: %w", err))
	}
	return result
}

// commitError tells a failed commit from a failed statement.
type commitError struct{ error }

func (e *commitError) Unwrap() error { return e.error }

// close ends the session. Its connection goes back to the pool as it came, without the settings and locks of migrations;
// where that fails it is thrown away.
func (s *session) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWait)
	defer cancel()
	// DISCARD ALL would also drop the prepared statements that the pool believes to be there.
	const reset = "SELECT pg_advisory_unlock_all(); SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DISCARD TEMP"
	if s.dirty {
		if _, err := s.conn.ExecContext(ctx, reset); err != nil {
			// The server frees the locks of a connection that ends, so this is no failure of the migration.
			_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}
	if err := s.conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) {
		return fmt.Errorf("close the migration session: %w", err)
	}
	return nil
}

// within runs everything with one context, for a callee that brings its own.
type within struct {
	ctx  context.Context //nolint:containedctx // replaces the callee's for one call, see openSession
	conn *sql.Conn
}

// ExecContext implements schema.ExecQuerier.
func (w within) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	return w.conn.ExecContext(w.ctx, query, args...)
}

// QueryContext implements schema.ExecQuerier.
func (w within) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return w.conn.QueryContext(w.ctx, query, args...)
}

// scanOne reads a row of one column.
func scanOne(ctx context.Context, q schema.ExecQuerier, into any, query string, args ...any) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return errors.Join(sql.ErrNoRows, rows.Err())
	}
	return errors.Join(rows.Scan(into), rows.Err())
}

// scanStrings reads rows of one text column.
func scanStrings(ctx context.Context, q schema.ExecQuerier, query string, args ...any) (all []string, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}
