package migration

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrChecksum: the files of the directory are not the ones that atlas.sum vouches for. See [*ChecksumError].
	ErrChecksum = errors.New("migration directory does not match atlas.sum")
	// ErrHistory: the files of the directory are not the ones that the database has seen. See [*HistoryError].
	ErrHistory = errors.New("migration directory does not match the database's history")
	// ErrBehind: the database lacks files of the directory. See [*BehindError].
	ErrBehind = errors.New("database schema is behind")
	// ErrNotClean: the database has tables but no migration history, so nobody can say which files it needs.
	ErrNotClean = errors.New("database has tables but no migration history")
	// ErrLocked: someone else is migrating the database, and did not finish within the time that was given.
	ErrLocked = errors.New("database is being migrated by someone else")
	// ErrNoChanges: the directory already leads to the tables; there is nothing to write.
	ErrNoChanges = errors.New("no changes: the migrations already lead to the schema")
	// ErrDataLoss: a push would lose data, and that was not accepted. See [*DataLossError].
	ErrDataLoss = errors.New("push would lose data")
	// ErrDeclined: whoever was asked did not confirm the plan; nothing was changed.
	ErrDeclined = errors.New("plan was not confirmed, nothing was changed")
	// ErrPooler: the database is configured behind a pooler in transaction mode, where two programs can hold one lock.
	ErrPooler = errors.New("migrations need a direct connection: point DATABASE_URL at PostgreSQL itself, with DATABASE_POOLER=none")
	// ErrPlanChanged: the database changed between the plan and its confirmation; nothing was changed.
	ErrPlanChanged = errors.New("database changed after the plan was shown, nothing was changed: push again")
)

// ChecksumError says where a directory and its atlas.sum differ. It is an [ErrChecksum].
type ChecksumError struct {
	File   string // the first file that differs; "atlas.sum" when that file itself is at fault
	Reason string // what is wrong with it: "was edited", "was added", "is missing", ...
}

// Error implements error.
func (e *ChecksumError) Error() string {
	return fmt.Sprintf("%v: %s %s: restore it, or, if the change is meant, run: api migrate hash",
		ErrChecksum, e.File, e.Reason)
}

// Unwrap makes it an [ErrChecksum].
func (e *ChecksumError) Unwrap() error { return ErrChecksum }

// HistoryError says which files the database remembers otherwise. It is an [ErrHistory].
type HistoryError struct {
	Edited     []string // applied, and changed since; only the first of several can be told
	Missing    []string // applied, but not in the directory any more
	OutOfOrder []string // not applied, though older than the last one that is
	Changed    string   // half applied, and one of its applied statements was changed since
}

// Error implements error.
func (e *HistoryError) Error() string {
	var parts []string
	add := func(names []string, what string) {
		if len(names) > 0 {
			parts = append(parts, strings.Join(names, ", ")+" "+what)
		}
	}
	add(e.Edited, "was edited after it was applied: restore it, and put the change in a new migration")
	add(e.Missing, "was applied but is not in the directory: restore it")
	add(e.OutOfOrder, "is older than the last applied migration: give it a newer version, then run: api migrate hash")
	if e.Changed != "" {
		parts = append(parts, e.Changed+" is half applied and its applied statements were changed: restore those, and change only what follows")
	}
	return ErrHistory.Error() + ": " + strings.Join(parts, "; ")
}

// Unwrap makes it an [ErrHistory].
func (e *HistoryError) Unwrap() error { return ErrHistory }

// BehindError says what a database lacks. It is an [ErrBehind].
type BehindError struct {
	Pending []File   // files to apply, in order
	Partial *Partial // the one of them that is half applied, or nil
}

// Error implements error: one line, with the command that helps.
func (e *BehindError) Error() string {
	s := fmt.Sprintf("%v by %s: %s", ErrBehind, count(len(e.Pending), "migration"), names(e.Pending))
	if p := e.Partial; p != nil {
		s += fmt.Sprintf(" (%s is half applied: %d of %d statements)", p.Name, p.Applied, p.Total)
	}
	return s + ": run: api migrate apply"
}

// Unwrap makes it an [ErrBehind].
func (e *BehindError) Unwrap() error { return ErrBehind }

// StatementError is a statement that PostgreSQL refused while a file was applied.
type StatementError struct {
	File      string // name of the file
	Line      int    // line on which the statement starts, from 1; 0 when the file's commit failed
	Statement int    // number of the statement in the file, from 1; 0 when the file's commit failed
	Total     int    // number of statements in the file
	Applied   int    // statements of the file that stay applied; 0 when the file's transaction was rolled back
	SQL       string // the statement; not part of Error, because it may be long
	SQLState  string // PostgreSQL's code for the reason, empty when the connection failed
	Err       error  // what the driver said
}

// Error implements error.
func (e *StatementError) Error() string {
	where := fmt.Sprintf("%s: commit: %v", e.File, e.Err)
	if e.Statement > 0 {
		where = fmt.Sprintf("%s:%d: statement %d of %d: %v", e.File, e.Line, e.Statement, e.Total, e.Err)
	}
	if e.Statement == 0 && e.SQLState == "" {
		return where + ": the connection failed, so nobody knows whether the file is applied: look with: api migrate status"
	}
	if e.SQLState == lockNotAvailable {
		return where + ": another session holds the lock: apply again when the database is quieter"
	}
	if e.Applied > 0 {
		return where + fmt.Sprintf(": %s stay applied: correct the file from there on, and apply again", count(e.Applied, "statement"))
	}
	return where + ": nothing of the file is applied: correct it, and apply again"
}

// Unwrap gives the driver's error.
func (e *StatementError) Unwrap() error { return e.Err }

// DataLossError lists what a push would lose. It is an [ErrDataLoss].
type DataLossError struct {
	Statements []Statement // the destructive ones, with their reasons
}

// Error implements error.
func (e *DataLossError) Error() string {
	reasons := make([]string, len(e.Statements))
	for i, s := range e.Statements {
		reasons[i] = s.Destructive
	}
	return fmt.Sprintf("%v, nothing was changed: %s: accept it with: api push --accept-data-loss", ErrDataLoss, strings.Join(reasons, "; "))
}

// Unwrap makes it an [ErrDataLoss].
func (e *DataLossError) Unwrap() error { return ErrDataLoss }

// lockNotAvailable is what a statement fails with when lock_timeout ends its wait.
const lockNotAvailable = "55P03"

// deadlockDetected is what one of two that wait for each other fails with.
const deadlockDetected = "40P01"

// sqlState is PostgreSQL's code in err, or empty. The interface is that of pgconn.PgError; only engine/database may name
// the type.
func sqlState(err error) string {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState()
	}
	return ""
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func names(files []File) string {
	all := make([]string, len(files))
	for i, f := range files {
		all[i] = f.Name
	}
	return strings.Join(all, ", ")
}
