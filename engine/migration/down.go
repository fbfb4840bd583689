package migration

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed" // the query
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"

	"cambium/engine/database"
)

//go:embed queries/columns.sql
var columnsQuery string

// ErrIrreversible: a file that is to be taken back has no reverse.
var ErrIrreversible = errors.New("migration has no reverse")

// DownOptions tunes [Down].
type DownOptions struct {
	// To is the version that the database is to be at in the end; empty takes back the newest file only, and "0" all.
	To string
	// Lose names the data that may be lost: tables, and columns as table.column.
	Lose []string
	// Confirm is shown the plan and says whether to carry it out. nil carries nothing out: Down only plans.
	Confirm func(context.Context, DownPlan) (bool, error)
	// LockWait and LockTimeout are as in [Options].
	LockWait, LockTimeout time.Duration
}

// DownPlan is what [Down] is about to do, in order.
type DownPlan struct {
	Files []DownFile `json:"files"`
}

// DownFile is the taking back of one file.
type DownFile struct {
	File
	Statements []string `json:"statements"`
	Loses      []Loss   `json:"loses,omitempty"`
}

// Loss is a table or column that goes, with what is in it.
type Loss struct {
	Name string `json:"name"` // table, or table.column
	Rows int64  `json:"rows"` // rows of the table, or rows in which the column is not NULL
}

// LossError lists the data that a down would lose and that nobody named. It is an [ErrDataLoss].
type LossError struct{ Losses []Loss }

// Error implements error.
func (e *LossError) Error() string {
	var lost, flags []string
	for _, l := range e.Losses {
		lost = append(lost, fmt.Sprintf("%s (%s)", l.Name, count(int(l.Rows), "row")))
		flags = append(flags, fmt.Sprintf("--lose %q", l.Name))
	}
	return fmt.Sprintf("taking it back would lose data, and nothing was changed: %s: if that is meant: %s", strings.Join(lost, ", "), strings.Join(flags, " "))
}

// Unwrap makes it an [ErrDataLoss].
func (e *LossError) Unwrap() error { return ErrDataLoss }

// downFile is the reverse of a file.
type downFile struct {
	File
	text []byte
}

func (f downFile) script() (stmts []*migrate.Stmt, inTx bool, err error) {
	local := migrate.NewLocalFile(f.Name, f.text)
	if inTx, err = ownTx(local); err != nil {
		return nil, false, err
	}
	stmts, err = statements(local)
	if err != nil {
		return nil, false, fmt.Errorf("take back %s: split into statements: %w", f.Name, err)
	}
	return stmts, inTx, nil
}

// down reads the reverse of a file.
func (d *Dir) down(f File) (downFile, error) {
	text, err := fs.ReadFile(d.fsys, downDir+"/"+f.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return downFile{}, fmt.Errorf("%w: %s: write %s/%[2]s, or restore a backup", ErrIrreversible, f.Name, downDir)
	}
	if err != nil {
		return downFile{}, fmt.Errorf("read the reverse of %s: %w", f.Name, err)
	}
	return downFile{f, text}, nil
}

// Reversible reports whether a file has its reverse. One that has none must say why: -- cambium:allow CB501 reason; else it is
// an [ErrIrreversible].
func (d *Dir) Reversible(f File) (bool, error) {
	_, err := d.down(f)
	if !errors.Is(err, ErrIrreversible) {
		return err == nil, err
	}
	text, readErr := fs.ReadFile(d.fsys, f.Name)
	if readErr != nil {
		return false, fmt.Errorf("read %s: %w", f.Name, readErr)
	}
	for _, m := range allowance.FindAllStringSubmatch(string(text), -1) {
		if m[1] == ruleIrreversible && strings.TrimSpace(m[2]) != "" {
			return false, nil
		}
	}
	return false, err
}

// Down takes back applied files, the newest first, each with its revision in one transaction where its reverse allows it.
//
// What would be lost is found by trying: the reverse is run in a transaction that is rolled back, and what is not there
// any more is counted. Tables and columns with rows in them have to be named in the options, else it is a [*LossError] and
// nothing has changed. The plan is returned in any case.
func Down(ctx context.Context, db *database.DB, dir *Dir, opts DownOptions) (DownPlan, error) {
	if err := direct(ctx, db); err != nil {
		return DownPlan{}, err
	}
	mem, err := dir.load()
	if err != nil {
		return DownPlan{}, err
	}
	return down(ctx, db.SQL(), dir, mem, opts)
}

func down(ctx context.Context, db *sql.DB, dir *Dir, mem *migrate.MemDir, opts DownOptions) (plan DownPlan, err error) {
	s, err := openSession(ctx, db)
	if err != nil {
		return DownPlan{}, fmt.Errorf("down: %w", err)
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.limit(ctx, cmp.Or(opts.LockTimeout, DefaultLockTimeout)); err != nil {
		return DownPlan{}, fmt.Errorf("down: %w", err)
	}
	if err := s.lock(ctx, applyLock, cmp.Or(opts.LockWait, DefaultLockWait)); err != nil {
		return DownPlan{}, fmt.Errorf("down: %w", err)
	}
	st, err := s.status(ctx, mem)
	if err != nil {
		return DownPlan{}, err
	}
	if err := st.conflict(); err != nil {
		return DownPlan{}, err
	}
	files, err := reverses(dir, st, opts.To)
	if err != nil {
		return DownPlan{}, err
	}
	if plan, err = s.planDown(ctx, files); err != nil {
		return DownPlan{}, err
	}
	if len(plan.Files) == 0 || opts.Confirm == nil {
		return plan, nil
	}
	if lost := plan.unnamed(opts.Lose); len(lost) > 0 {
		return plan, &LossError{lost}
	}
	switch yes, err := opts.Confirm(ctx, plan); {
	case err != nil:
		return plan, fmt.Errorf("down: confirm: %w", err)
	case !yes:
		return plan, ErrDeclined
	}
	for _, f := range files {
		if err := s.takeBack(ctx, f); err != nil {
			return plan, err
		}
	}
	return plan, nil
}

// reverses are the files to take back, the newest first.
func reverses(dir *Dir, st Status, to string) (files []downFile, err error) {
	known := to == "" || to == "0"
	for i, a := range slices.Backward(st.Applied) {
		if to == "" && len(files) == 1 || a.Version == to {
			known = true
			break
		}
		if a.Baseline {
			return nil, fmt.Errorf("%w: %s is the baseline, which was never run", ErrIrreversible, a.Name)
		}
		if slices.ContainsFunc(st.Ahead, func(f File) bool { return f.Version == a.Version }) {
			return nil, fmt.Errorf("%w: %s was applied by a newer program: take it back with that one", ErrIrreversible, a.Name)
		}
		f, err := dir.down(a.File)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		if i == 0 && to != "" && to != "0" {
			return nil, fmt.Errorf("the database has never been at version %s", to)
		}
	}
	if st.Partial != nil {
		return nil, fmt.Errorf("down: %s is half applied: finish it first, with: api migrate apply", st.Partial.Name)
	}
	if !known {
		return nil, fmt.Errorf("the database has never been at version %s", to)
	}
	return files, nil
}

// planDown runs the reverses in a transaction that is rolled back, and counts what they take with them.
func (s *session) planDown(ctx context.Context, files []downFile) (plan DownPlan, err error) {
	plan.Files = make([]DownFile, 0, len(files))
	err = s.inTx(ctx, func() error {
		for _, f := range files {
			stmts, _, err := f.script()
			if err != nil {
				return err
			}
			out := DownFile{File: f.File, Statements: make([]string, len(stmts))}
			for i, st := range stmts {
				out.Statements[i] = strings.TrimSuffix(st.Text, ";")
			}
			gone, err := s.gone(ctx, f, stmts)
			if err != nil {
				return err
			}
			for name, query := range gone {
				var n int64
				if err := scanOne(ctx, s.target, &n, query); err != nil {
					return fmt.Errorf("count what is in %s: %w", name, err)
				}
				if n > 0 {
					out.Loses = append(out.Loses, Loss{name, n})
				}
			}
			slices.SortFunc(out.Loses, func(a, b Loss) int { return strings.Compare(a.Name, b.Name) })
			if err := s.rehearse(ctx, f, stmts); err != nil { // for the file before it
				return err
			}
			plan.Files = append(plan.Files, out)
		}
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		return DownPlan{}, fmt.Errorf("down: nothing was changed: %w", err)
	}
	return plan, nil
}

// rehearse runs what can be part of a transaction. What cannot makes or drops an index, in which there is no data.
func (s *session) rehearse(ctx context.Context, f downFile, stmts []*migrate.Stmt) error {
	for i, st := range stmts {
		if alone(st.Text) {
			continue
		}
		if err := s.exec(ctx, st.Text); err != nil {
			return f.failed(stmts, i, err)
		}
	}
	return nil
}

func (f downFile) failed(stmts []*migrate.Stmt, i int, err error) *StatementError {
	return &StatementError{
		File: downDir + "/" + f.Name, Line: lineAt(f.text, stmts[i].Pos), Statement: i + 1, Total: len(stmts), SQL: stmts[i].Text,
		SQLState: sqlState(err), Err: err,
	}
}

// gone lists what the reverse of a file takes away, each with a query that counts what is in it. The columns of a table
// that goes go without saying.
func (s *session) gone(ctx context.Context, f downFile, stmts []*migrate.Stmt) (map[string]string, error) {
	before, err := s.columns(ctx)
	if err != nil {
		return nil, err
	}
	var after map[string]string
	err = s.savepoint(ctx, func() error {
		if err := s.rehearse(ctx, f, stmts); err != nil {
			return err
		}
		if after, err = s.columns(ctx); err != nil {
			return err
		}
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		return nil, err
	}
	for name := range before {
		_, kept := after[name]
		if table, _, isColumn := strings.Cut(name, "."); isColumn && !kept {
			_, there := after[table]
			kept = !there
		}
		if kept {
			delete(before, name)
		}
	}
	return before, nil
}

// columns is a query that counts, for each table and each column of the session's schema, by its name.
func (s *session) columns(ctx context.Context) (all map[string]string, err error) {
	rows, err := s.target.QueryContext(ctx, columnsQuery, s.schema, revisionName)
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = make(map[string]string)
	for rows.Next() {
		var name, query string
		if err := rows.Scan(&name, &query); err != nil {
			return nil, fmt.Errorf("read the tables: %w", err)
		}
		all[name] = query
	}
	return all, rows.Err()
}

func (p DownPlan) unnamed(named []string) (all []Loss) {
	for _, f := range p.Files {
		for _, l := range f.Loses {
			if !slices.Contains(named, l.Name) {
				all = append(all, l)
			}
		}
	}
	return all
}

// takeBack runs the reverse of a file and forgets its revision. Without a transaction a kill in between is no harm: what
// cannot be part of one is written so that it can be run again.
func (s *session) takeBack(ctx context.Context, f downFile) error {
	stmts, inTx, err := f.script()
	if err != nil {
		return err
	}
	fail := func(i int, err error) error {
		e := f.failed(stmts, i, err)
		if !inTx {
			e.Applied = i
		}
		return e
	}
	run := func() error {
		for i, st := range stmts {
			do := func() error { return s.exec(ctx, st.Text) }
			if alone(st.Text) {
				if err := s.unhurried(ctx, do); err != nil {
					return fail(i, err)
				}
				continue
			}
			if err := do(); err != nil {
				return fail(i, err)
			}
		}
		return s.revs.DeleteRevision(ctx, f.Version)
	}
	if inTx {
		return s.inTx(ctx, run)
	}
	return run()
}
