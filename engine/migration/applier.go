package migration

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
)

// Event is a step of an application. Each file is announced, then each of its statements before and after it is run.
type Event struct {
	Step      Step
	File      File
	Statement int // number of the statement in the file, from 1; 0 for the file itself
	Total     int // number of statements in the file
	SQL       string
}

// Step says what an [Event] is about.
type Step string

// The steps, in the order in which they come.
const (
	StepFile   Step = "file"   // a file is about to be applied
	StepBegin  Step = "begin"  // a statement is about to be run
	StepRan    Step = "ran"    // it was run, and is not recorded or committed yet
	StepDone   Step = "done"   // it is recorded; in a file with a transaction that is not committed yet
	StepWait   Step = "wait"   // it did not get its lock, and is tried again after a pause
	StepCommit Step = "commit" // the file's transaction is about to be committed
)

// applier applies files on a session.
type applier struct {
	*session
	dir  *migrate.MemDir
	opts Options
}

func (a applier) operator() string { return cmp.Or(a.opts.Operator, DefaultOperator) }

func (a applier) tell(e Event) {
	if a.opts.Progress != nil {
		a.opts.Progress(e)
	}
}

// script is a file and its statements, with the running hashes that Atlas records for a half applied file.
type script struct {
	*migrate.LocalFile
	stmts  []*migrate.Stmt
	hashes []string
	inTx   bool
	sum    string
}

func (a applier) read(name string) (*script, error) {
	files, err := a.dir.Files()
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", name, err)
	}
	i := slices.IndexFunc(files, func(f migrate.File) bool { return f.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("apply %s: no such file", name)
	}
	local, ok := files[i].(*migrate.LocalFile)
	if !ok {
		return nil, fmt.Errorf("apply %s: it is a %T", name, files[i])
	}
	sc := &script{LocalFile: local}
	if sc.inTx, err = ownTx(local); err != nil {
		return nil, err
	}
	if sc.stmts, err = statements(local); err != nil {
		return nil, fmt.Errorf("apply %s: split into statements: %w", name, err)
	}
	h := sha256.New()
	for _, s := range sc.stmts {
		_, _ = h.Write([]byte(s.Text)) // a hash does not fail
		sc.hashes = append(sc.hashes, "h1:"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	sum, err := a.dir.Checksum()
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", name, err)
	}
	if sc.sum, err = sum.SumByName(name); err != nil {
		return nil, fmt.Errorf("apply %s: %w", name, err)
	}
	return sc, nil
}

// statements splits a file as Atlas' driver does.
func statements(f *migrate.LocalFile) ([]*migrate.Stmt, error) {
	return migrate.FileStmtDecls(&driverPG{Driver: &postgres.Driver{}}, f)
}

func lineAt(text []byte, pos int) int {
	return 1 + bytes.Count(text[:min(pos, len(text))], []byte("\n"))
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

// apply applies one file, or what is left of it, and returns the number of statements that were run.
func (a applier) apply(ctx context.Context, name string) (int, error) {
	sc, err := a.read(name)
	if err != nil {
		return 0, err
	}
	rev, resumed, err := a.revision(ctx, sc)
	if err != nil {
		return 0, err
	}
	a.tell(Event{Step: StepFile, File: newFile(sc), Total: len(sc.stmts)})
	from := rev.Applied
	if a.opts.DryRun {
		for i, s := range sc.stmts[from:] {
			a.tell(Event{Step: StepBegin, File: newFile(sc), Statement: from + i + 1, Total: len(sc.stmts), SQL: s.Text})
		}
		return len(sc.stmts) - from, nil
	}
	if sc.inTx {
		err = a.whole(ctx, sc, rev)
	} else {
		err = a.apart(ctx, sc, rev, resumed)
	}
	if err != nil {
		return 0, err
	}
	return len(sc.stmts) - from, nil
}

// revision is what the database remembers of the file, made ready for the next attempt: a corrected file has another hash
// and another number of statements than the first attempt. What is applied of it must not have changed.
func (a applier) revision(ctx context.Context, sc *script) (_ *migrate.Revision, resumed bool, _ error) {
	rev, err := a.revs.ReadRevision(ctx, sc.Version())
	switch {
	case errors.Is(err, migrate.ErrRevisionNotExist):
		rev = &migrate.Revision{Version: sc.Version(), Description: sc.Desc(), Type: migrate.RevisionTypeExecute}
	case err != nil:
		return nil, false, fmt.Errorf("apply %s: %w", sc.Name(), err)
	default:
		resumed = true
		if rev.Applied > len(sc.stmts) || rev.Applied > len(rev.PartialHashes) {
			return nil, false, &HistoryError{Changed: sc.Name()}
		}
		for i := range rev.Applied {
			if rev.PartialHashes[i] != sc.hashes[i] {
				return nil, false, &HistoryError{Changed: sc.Name()}
			}
		}
	}
	rev.Total, rev.Hash, rev.OperatorVersion = len(sc.stmts), sc.sum, a.operator()
	return rev, resumed, nil
}

// record writes the revision. It is done when all statements are applied: then Atlas keeps no hashes of them.
func (a applier) record(ctx context.Context, rev *migrate.Revision, start time.Time) error {
	rev.ExecutedAt, rev.ExecutionTime = time.Now(), time.Since(start)
	if rev.Applied == rev.Total {
		rev.PartialHashes = nil
	}
	return a.revs.WriteRevision(ctx, rev)
}

// whole applies a file in one transaction, with its revision: a kill leaves all of it or nothing.
func (a applier) whole(ctx context.Context, sc *script, rev *migrate.Revision) error {
	start, from := time.Now(), rev.Applied
	return a.patiently(ctx, sc, from, func() error {
		next := *rev
		err := a.inTx(ctx, func() error {
			for i, s := range sc.stmts[from:] {
				if err := a.run(ctx, sc, from+i, s.Text); err != nil {
					return a.explain(sc, from+i, from, err)
				}
				a.tell(Event{Step: StepDone, File: newFile(sc), Statement: from + i + 1, Total: len(sc.stmts), SQL: s.Text})
			}
			next.Applied, next.Error, next.ErrorStmt = next.Total, "", ""
			if err := a.record(ctx, &next, start); err != nil {
				return err
			}
			a.tell(Event{Step: StepCommit, File: newFile(sc), Total: len(sc.stmts)})
			return nil
		})
		if commit := (*commitError)(nil); errors.As(err, &commit) {
			return &StatementError{File: sc.Name(), Total: len(sc.stmts), Applied: from, SQLState: sqlState(commit), Err: commit.error}
		}
		return err
	})
}

// apart applies a file statement by statement. Each is recorded in the transaction that runs it, so that a kill leaves it
// done and recorded or neither. One that cannot be part of a transaction is recorded after it; whether the last attempt
// got as far as that is then seen from what it leaves behind.
func (a applier) apart(ctx context.Context, sc *script, rev *migrate.Revision, resumed bool) error {
	start := time.Now()
	killed := resumed && rev.Error == ""
	rev.Error, rev.ErrorStmt = "", ""
	first := rev.Applied
	if len(sc.stmts) > first {
		// It is started: whoever finds it so knows that its next statement may have been run.
		if err := a.record(ctx, rev, start); err != nil {
			return err
		}
	}
	for i := first; i < len(sc.stmts); i++ {
		next := *rev
		next.Applied, next.PartialHashes = i+1, append(slices.Clone(rev.PartialHashes), sc.hashes[i])
		err := a.patiently(ctx, sc, i, func() error {
			if !alone(sc.stmts[i].Text) {
				return a.inTx(ctx, func() error {
					if err := a.run(ctx, sc, i, sc.stmts[i].Text); err != nil {
						return a.explain(sc, i, i, err)
					}
					return a.record(ctx, &next, start)
				})
			}
			// What was left by an attempt that was killed counts; what failed, or was there before, does not.
			if err := a.runAlone(ctx, sc, i, killed && i == first); err != nil {
				return a.explain(sc, i, i, err)
			}
			return a.record(ctx, &next, start)
		})
		if err != nil {
			return errors.Join(err, a.remember(ctx, rev, sc.stmts[i].Text, err, start))
		}
		*rev = next
		a.tell(Event{Step: StepDone, File: newFile(sc), Statement: i + 1, Total: len(sc.stmts), SQL: sc.stmts[i].Text})
	}
	return a.record(ctx, rev, start)
}

// remember notes why a file stopped, where the connection still allows it.
func (a applier) remember(ctx context.Context, rev *migrate.Revision, stmt string, err error, start time.Time) error {
	if sqlState(err) == "" && ctx.Err() == nil {
		return nil // the connection is gone
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWait)
	defer cancel()
	cause := err
	if e := (*StatementError)(nil); errors.As(err, &e) {
		cause = e.Err
	}
	rev.Error, rev.ErrorStmt = cause.Error(), stmt
	if writeErr := a.record(ctx, rev, start); writeErr != nil && ctx.Err() == nil && sqlState(writeErr) != "" {
		return writeErr
	}
	return nil
}

// run runs a statement of the file.
func (a applier) run(ctx context.Context, sc *script, i int, text string) error {
	e := Event{Step: StepBegin, File: newFile(sc), Statement: i + 1, Total: len(sc.stmts), SQL: text}
	a.tell(e)
	if _, err := a.target.ExecContext(ctx, text); err != nil {
		return err
	}
	e.Step = StepRan
	a.tell(e)
	return nil
}

// explain is a statement's failure with its place.
func (a applier) explain(sc *script, i, stay int, err error) error {
	return &StatementError{
		File: sc.Name(), Line: lineAt(sc.Bytes(), sc.stmts[i].Pos), Statement: i + 1, Total: len(sc.stmts), Applied: stay,
		SQL: sc.stmts[i].Text, SQLState: sqlState(err), Err: err,
	}
}

const (
	// The pauses between two attempts at a lock: the queries that queued up behind the first one pass in a moment.
	lockPause    = 50 * time.Millisecond
	lockPauseMax = 5 * time.Second
)

// patiently tries again what failed because others held a lock, for as long as the options say.
func (a applier) patiently(ctx context.Context, sc *script, i int, try func() error) error {
	patience := cmp.Or(a.opts.LockPatience, DefaultLockPatience)
	end := time.Now().Add(patience)
	for pause := lockPause; ; pause = min(2*pause, lockPauseMax) {
		err := try()
		if code := sqlState(err); code != lockNotAvailable && code != deadlockDetected || time.Now().Add(pause).After(end) {
			return err
		}
		a.tell(Event{Step: StepWait, File: newFile(sc), Statement: i + 1, Total: len(sc.stmts)})
		again := time.NewTimer(pause)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return errors.Join(err, ctx.Err())
		}
	}
}
