package migration

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed" // the query
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"

	"cambium/engine/database"
)

const (
	// DefaultLockWait is long enough for the migrations of a release on another replica, and shorter than the patience of
	// most supervisors with a program that starts.
	DefaultLockWait = time.Minute

	// DefaultLockTimeout is short, because every query on a table queues up behind a migration that waits for it. A
	// statement that did not get its lock is tried again after a pause, in which those queries pass.
	DefaultLockTimeout = time.Second

	// DefaultLockPatience is how long that goes on: longer than most transactions that hold a lock by right.
	DefaultLockPatience = time.Minute

	// DefaultOperator is recorded where the program does not name itself.
	DefaultOperator = "cambium"
)

//go:embed queries/tables.sql
var tablesQuery string

// Options tunes [Apply]. The zero value is good.
type Options struct {
	// LockWait is how long to wait while another program migrates the database. 0 means [DefaultLockWait].
	LockWait time.Duration
	// LockTimeout is how long a statement may wait for a lock on a table at one go (PostgreSQL's lock_timeout, in
	// milliseconds). 0 means [DefaultLockTimeout]. A statement that says CONCURRENTLY waits without keeping anybody else
	// waiting, and has no such limit. How long a statement may run is bounded by the context only.
	LockTimeout time.Duration
	// LockPatience is how long to try again, with pauses that grow, what LockTimeout or a deadlock ended. 0 means
	// [DefaultLockPatience]; less than 0 tries once.
	LockPatience time.Duration
	// Operator is recorded with each migration as the program that applied it, such as "cambium 1.2.0". Empty means
	// [DefaultOperator].
	Operator string
	// To is the version of the last file to apply. Empty applies all.
	To string
	// Baseline is the version of the last file that a database without a history has already; it is recorded, not run. It
	// is ignored where there is a history.
	Baseline string
	// DryRun changes nothing: the report says what would be applied.
	DryRun bool
	// Progress is told what happens, in order, while it happens. nil tells nobody.
	Progress func(Event)
}

// Report is what [Apply] did, whether it failed or not.
type Report struct {
	Applied []Run  `json:"applied"` // files that were applied, or would be, in order
	Current string `json:"current"` // version that the database is at; empty for none
}

// Run is one file's application.
type Run struct {
	File
	Statements int           `json:"statements"` // statements that were run; fewer than the file has when it had been half applied
	Took       time.Duration `json:"took"`       // how long they took, in nanoseconds
}

// Apply runs the pending files of dir on db, in order, and records them.
//
// Before anything is changed it checks atlas.sum ([ErrChecksum]), waits for its turn ([ErrLocked]), and compares the files
// with the database's history ([ErrHistory]); a database that has tables but no history is refused ([ErrNotClean]), unless
// a baseline says where it stands. A statement that fails ends it with a [*StatementError]; the files before are applied
// and stay so.
//
// However it is killed, the next Apply finds a state from which it ends where this one would have ended. See the package
// comment.
func Apply(ctx context.Context, db *database.DB, dir *Dir, opts Options) (Report, error) {
	if err := direct(ctx, db); err != nil {
		return Report{}, err
	}
	mem, err := dir.load()
	if err != nil {
		return Report{}, err
	}
	return apply(ctx, db.SQL(), mem, opts)
}

func apply(ctx context.Context, db *sql.DB, mem *migrate.MemDir, opts Options) (rep Report, err error) {
	s, err := openSession(ctx, db)
	if err != nil {
		return Report{}, fmt.Errorf("apply migrations: %w", err)
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.limit(ctx, cmp.Or(opts.LockTimeout, DefaultLockTimeout)); err != nil {
		return Report{}, fmt.Errorf("apply migrations: %w", err)
	}
	if err := s.lock(ctx, applyLock, cmp.Or(opts.LockWait, DefaultLockWait)); err != nil {
		return Report{}, fmt.Errorf("apply migrations: %w", err)
	}
	st, err := s.status(ctx, mem)
	if err != nil {
		return Report{}, err
	}
	if n := len(st.Applied); n > 0 {
		rep.Current = st.Applied[n-1].Version
	}
	if err := st.conflict(); err != nil {
		return rep, err
	}
	a := applier{session: s, dir: mem, opts: opts}
	pending, err := a.choose(ctx, st)
	if err != nil || len(pending) == 0 {
		return rep, err
	}
	if !opts.DryRun {
		if err := s.revs.create(ctx, s.driver); err != nil {
			return rep, err
		}
	}
	for _, f := range pending {
		start := time.Now()
		n, err := a.apply(ctx, f.Name)
		if err != nil {
			return rep, err
		}
		rep.Applied = append(rep.Applied, Run{File: f, Statements: n, Took: time.Since(start)})
		if !opts.DryRun {
			rep.Current = f.Version
		}
	}
	return rep, nil
}

// choose says which files are to be applied, after a baseline has been recorded where one is given and needed.
func (a applier) choose(ctx context.Context, st Status) ([]File, error) {
	pending := st.Pending
	if len(pending) > 0 && len(st.Applied) == 0 && st.Partial == nil {
		if a.opts.Baseline == "" {
			if err := a.checkClean(ctx); err != nil {
				return nil, err
			}
		} else {
			i := slices.IndexFunc(pending, func(f File) bool { return f.Version == a.opts.Baseline })
			if i < 0 {
				return nil, fmt.Errorf("baseline %s: no file has that version", a.opts.Baseline)
			}
			if err := a.recordBaseline(ctx, pending[i]); err != nil {
				return nil, err
			}
			pending = pending[i+1:]
		}
	}
	if a.opts.To == "" {
		return pending, nil
	}
	i := slices.IndexFunc(pending, func(f File) bool { return f.Version == a.opts.To })
	if i >= 0 {
		return pending[:i+1], nil
	}
	if slices.ContainsFunc(st.Applied, func(f Applied) bool { return f.Version == a.opts.To }) {
		return nil, nil
	}
	return nil, fmt.Errorf("no file has the version %s", a.opts.To)
}

func (a applier) recordBaseline(ctx context.Context, f File) error {
	if a.opts.DryRun {
		return nil
	}
	if err := a.revs.create(ctx, a.driver); err != nil {
		return err
	}
	return a.revs.WriteRevision(ctx, &migrate.Revision{
		Version: f.Version, Description: f.Description, Type: migrate.RevisionTypeBaseline, ExecutedAt: time.Now(),
		OperatorVersion: a.operator(),
	})
}

// checkClean refuses a database whose tables come from elsewhere: from a push, or from another tool.
func (s *session) checkClean(ctx context.Context) error {
	found, err := scanStrings(ctx, s.target, tablesQuery, s.schema, revisionName)
	if err != nil {
		return fmt.Errorf("look for tables: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: schema %q has %s: apply to an empty database, or say which file's state it is in: api migrate apply --baseline VERSION",
			ErrNotClean, s.schema, strings.Join(found, ", "))
	}
	return nil
}
