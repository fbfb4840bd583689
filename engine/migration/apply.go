package migration

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	_ "embed" // the query
	"errors"
	"fmt"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"

	"cambium/engine/database"
)

const (
	// DefaultLockWait is long enough for the migrations of a release on another replica, and shorter than the patience of
	// most supervisors with a program that starts.
	DefaultLockWait = time.Minute

	// DefaultLockTimeout is short, because every query on a table queues up behind a migration that waits for it.
	DefaultLockTimeout = 5 * time.Second

	// DefaultOperator is recorded where the program does not name itself.
	DefaultOperator = "cambium"
)

//go:embed queries/tables.sql
var tablesQuery string

// Options tunes [Apply]. The zero value is good.
type Options struct {
	// LockWait is how long to wait while another program migrates the database. 0 means [DefaultLockWait].
	LockWait time.Duration
	// LockTimeout is how long a statement may wait for a lock on a table (PostgreSQL's lock_timeout, in milliseconds).
	// 0 means [DefaultLockTimeout]. How long a statement may run is bounded by the context only.
	LockTimeout time.Duration
	// Operator is recorded with each migration as the program that applied it, such as "cambium 1.2.0". Empty means
	// [DefaultOperator].
	Operator string
}

// Report is what [Apply] did, whether it failed or not.
type Report struct {
	Applied []Run  // files that were applied, in order
	Current string // version that the database is at; empty for none
}

// Run is one file's application.
type Run struct {
	File
	Statements int           // statements that were run; fewer than the file has when it had been half applied
	Took       time.Duration // how long they took
}

// Apply runs the pending files of dir on db, in order, and records them.
//
// Before anything is changed it checks atlas.sum ([ErrChecksum]), waits for its turn ([ErrLocked]), and compares the files
// with the database's history ([ErrHistory]); a database that has tables but no history is refused ([ErrNotClean]). A
// statement that fails ends it with a [*StatementError]; the files before are applied and stay so.
func Apply(ctx context.Context, db *database.DB, dir *Dir, opts Options) (Report, error) {
	if err := direct(db); err != nil {
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
	if len(st.Pending) == 0 {
		return rep, nil
	}
	if len(st.Applied) == 0 && st.Partial == nil {
		if err := s.checkClean(ctx); err != nil {
			return rep, err
		}
	}
	if err := s.revs.create(ctx, s.driver); err != nil {
		return rep, err
	}
	a := applier{session: s, dir: mem, operator: cmp.Or(opts.Operator, DefaultOperator)}
	for _, f := range st.Pending {
		start := time.Now()
		n, err := a.apply(ctx, f.Name)
		if err != nil {
			return rep, err
		}
		rep.Applied = append(rep.Applied, Run{File: f, Statements: n, Took: time.Since(start)})
		rep.Current = f.Version
	}
	return rep, nil
}

// checkClean refuses a database whose tables come from elsewhere: from a push, or from another tool.
func (s *session) checkClean(ctx context.Context) error {
	found, err := scanStrings(ctx, s.target, tablesQuery, s.schema, revisionName)
	if err != nil {
		return fmt.Errorf("look for tables: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: schema %q has %s: apply to an empty database, or record where it stands with: bin/atlas migrate set VERSION --env local",
			ErrNotClean, s.schema, strings.Join(found, ", "))
	}
	return nil
}

// applier applies files on a session.
type applier struct {
	*session
	dir      *migrate.MemDir
	operator string
}

// apply applies one file, or what is left of it, and returns the number of statements that were run.
func (a applier) apply(ctx context.Context, name string) (int, error) {
	f, stmts, err := a.read(name)
	if err != nil {
		return 0, err
	}
	inTx, err := ownTx(f)
	if err != nil {
		return 0, err
	}
	from, err := a.resume(ctx, f, stmts)
	if err != nil {
		return 0, err
	}
	run := func() error {
		ex, err := migrate.NewExecutor(a.driver, a.dir, a.revs, migrate.WithOperatorVersion(a.operator))
		if err != nil {
			return fmt.Errorf("apply %s: %w", name, err)
		}
		return ex.Execute(ctx, f)
	}
	if inTx {
		err = a.inTx(ctx, run)
	} else {
		err = run()
	}
	if err != nil {
		return 0, explain(f, stmts, from, inTx, err)
	}
	return len(stmts) - from, nil
}

func (a applier) read(name string) (*migrate.LocalFile, []*migrate.Stmt, error) {
	files, err := a.dir.Files()
	if err != nil {
		return nil, nil, fmt.Errorf("apply %s: %w", name, err)
	}
	for _, f := range files {
		local, ok := f.(*migrate.LocalFile)
		if !ok || f.Name() != name {
			continue
		}
		stmts, err := migrate.FileStmtDecls(a.driver, f)
		if err != nil {
			return nil, nil, fmt.Errorf("apply %s: split into statements: %w", name, err)
		}
		return local, stmts, nil
	}
	return nil, nil, fmt.Errorf("apply %s: no such file", name)
}

// ownTx reports whether the file is to be applied in a transaction, as its txmode directive says.
func ownTx(f *migrate.LocalFile) (bool, error) {
	modes := f.Directive("txmode")
	switch {
	case len(modes) == 0, len(modes) == 1 && modes[0] == "file":
		return true, nil
	case len(modes) == 1 && modes[0] == "none":
		return false, nil
	default:
		return false, fmt.Errorf("apply %s: its first lines say atlas:txmode %s: say file or none, once", f.Name(), strings.Join(modes, ", "))
	}
}

// resume prepares the revision of a half applied file for its second attempt, and returns how many of its statements are
// applied. Atlas' executor compares those with the file's, but panics where the file has become shorter, and keeps the
// hash and the number of statements of the first attempt, for which a corrected file would stay half applied for ever.
func (a applier) resume(ctx context.Context, f *migrate.LocalFile, stmts []*migrate.Stmt) (int, error) {
	rev, err := a.revs.ReadRevision(ctx, f.Version())
	if errors.Is(err, migrate.ErrRevisionNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("apply %s: %w", f.Name(), err)
	}
	if rev.Applied > len(stmts) || rev.Applied > len(rev.PartialHashes) {
		return 0, &HistoryError{Changed: f.Name()}
	}
	sum, err := a.dir.Checksum()
	if err != nil {
		return 0, fmt.Errorf("apply %s: %w", f.Name(), err)
	}
	if rev.Hash, err = sum.SumByName(f.Name()); err != nil {
		return 0, fmt.Errorf("apply %s: %w", f.Name(), err)
	}
	rev.Total, rev.Error, rev.ErrorStmt = len(stmts), "", ""
	// Applied still differs from Total unless nothing is left to do, so a kill right here loses nothing.
	if err := a.revs.WriteRevision(ctx, rev); err != nil {
		return 0, fmt.Errorf("apply %s: %w", f.Name(), err)
	}
	return rev.Applied, nil
}

// explain turns the executor's error into ours.
func explain(f *migrate.LocalFile, stmts []*migrate.Stmt, from int, inTx bool, err error) error {
	var (
		failed  *migrate.StmtExecError
		commit  *commitError
		changed migrate.HistoryChangedError
	)
	switch {
	case errors.As(err, &changed):
		return &HistoryError{Changed: f.Name()}
	case errors.As(err, &failed):
		e := &StatementError{
			File: f.Name(), Total: len(stmts), SQL: failed.Stmt.Text, SQLState: sqlState(failed.Err), Err: failed.Err,
			Line: 1 + bytes.Count(f.Bytes()[:min(failed.Stmt.Pos, len(f.Bytes()))], []byte("\n")),
		}
		for i, s := range stmts {
			if s.Pos == failed.Stmt.Pos {
				e.Statement = i + 1
			}
		}
		e.Applied = from
		if !inTx {
			e.Applied = e.Statement - 1
		}
		return e
	case errors.As(err, &commit):
		return &StatementError{File: f.Name(), Total: len(stmts), Applied: from, SQLState: sqlState(commit), Err: commit.error}
	default:
		return fmt.Errorf("apply %s: %w", f.Name(), err)
	}
}
