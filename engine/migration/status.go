package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"

	"cambium/engine/database"
)

// Status compares a directory with a database's history.
type Status struct {
	Applied    []Applied `json:"applied"`    // what the database has, in order
	Pending    []File    `json:"pending"`    // what it lacks, in order; a half applied file is the first of them
	Partial    *Partial  `json:"partial"`    // the file of which only a part is applied, or nil
	Edited     []File    `json:"edited"`     // applied, and changed since; only the first of several can be told (see below)
	Missing    []File    `json:"missing"`    // applied, older than the directory's last file, and not in the directory
	OutOfOrder []File    `json:"outOfOrder"` // in the directory, not applied, and older than the last applied file
	Ahead      []File    `json:"ahead"`      // applied, and newer than the directory's last file: the database belongs to a newer program
}

// The hash of a file in atlas.sum covers the files before it as well. So behind an edited or missing file no file's hash
// can match, and Edited holds the first only.

// Applied is a migration that the database has.
type Applied struct {
	File
	At       time.Time     `json:"at"`       // when its last statement was recorded
	Took     time.Duration `json:"took"`     // how long it ran, in nanoseconds
	Operator string        `json:"operator"` // program that applied it, such as "Atlas CLI v0.13.1"
	Baseline bool          `json:"baseline"` // it was declared applied, not run
}

// Partial is a migration without a transaction that stopped in the middle.
type Partial struct {
	File
	Applied  int    `json:"applied"`  // statements that are applied
	Total    int    `json:"total"`    // statements of the file
	Error    string `json:"error"`    // why it stopped, in the words of the database; empty when it was killed, or runs right now
	ErrorSQL string `json:"errorSql"` // the statement at which it stopped
}

// ReadStatus reads the status of db against dir. It changes nothing, and takes no lock. It fails, with an [ErrChecksum],
// if atlas.sum does not vouch for dir.
func ReadStatus(ctx context.Context, db *database.DB, dir *Dir) (Status, error) {
	return readStatus(ctx, db.SQL(), dir)
}

func readStatus(ctx context.Context, db *sql.DB, dir *Dir) (_ Status, err error) {
	mem, err := dir.load()
	if err != nil {
		return Status{}, err
	}
	s, err := openSession(ctx, db)
	if err != nil {
		return Status{}, fmt.Errorf("migration status: %w", err)
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	return s.status(ctx, mem)
}

// Verify is nil if db has all migrations of dir. Otherwise it is one line with what to do: a [*BehindError], a
// [*HistoryError] or a [*ChecksumError]. A database that is ahead passes: while a release is rolled out or back, older
// programs run on the newer schema.
func Verify(ctx context.Context, db *database.DB, dir *Dir) error {
	return verify(ctx, db.SQL(), dir)
}

func verify(ctx context.Context, db *sql.DB, dir *Dir) error {
	st, err := readStatus(ctx, db, dir)
	if err != nil {
		return err
	}
	if err := st.conflict(); err != nil {
		return err
	}
	if len(st.Pending) > 0 {
		return &BehindError{Pending: st.Pending, Partial: st.Partial}
	}
	return nil
}

// conflict is the [*HistoryError] of the status, or nil.
func (st Status) conflict() error {
	if len(st.Edited)+len(st.Missing)+len(st.OutOfOrder) == 0 {
		return nil
	}
	only := func(files []File) (all []string) {
		for _, f := range files {
			all = append(all, f.Name)
		}
		return all
	}
	return &HistoryError{Edited: only(st.Edited), Missing: only(st.Missing), OutOfOrder: only(st.OutOfOrder)}
}

// status compares the files with the database's revisions. What is pending, and in which order, is Atlas' own verdict.
func (s *session) status(ctx context.Context, mem *migrate.MemDir) (Status, error) {
	files, err := mem.Files()
	if err != nil {
		return Status{}, fmt.Errorf("migration status: %w", err)
	}
	revs, err := s.revs.ReadRevisions(ctx)
	if err != nil {
		return Status{}, fmt.Errorf("migration status: %w", err)
	}
	var st Status
	for _, r := range revs {
		f := fileOf(r, files)
		if r.Applied != r.Total {
			st.Partial = &Partial{File: f, Applied: r.Applied, Total: r.Total, Error: r.Error, ErrorSQL: r.ErrorStmt}
			continue
		}
		st.Applied = append(st.Applied, Applied{
			File: f, At: r.ExecutedAt, Took: r.ExecutionTime, Operator: r.OperatorVersion,
			Baseline: r.Type == migrate.RevisionTypeBaseline,
		})
	}
	if st.Edited, st.Missing, st.Ahead, err = compare(files, revs); err != nil {
		return Status{}, fmt.Errorf("migration status: %w", err)
	}
	ex, err := migrate.NewExecutor(s.driver, mem, s.revs)
	if err != nil {
		return Status{}, fmt.Errorf("migration status: %w", err)
	}
	var (
		nonLinear *migrate.HistoryNonLinearError
		missing   *migrate.MissingMigrationError
	)
	switch pending, err := ex.Pending(ctx); {
	case errors.Is(err, migrate.ErrNoPendingFiles):
	case errors.As(err, &nonLinear):
		st.OutOfOrder, st.Pending = newFiles(nonLinear.OutOfOrder), newFiles(nonLinear.Pending)
	case errors.As(err, &missing): // a half applied file is gone: it is among the missing
		if i := slices.IndexFunc(st.Missing, func(f File) bool { return f.Version == missing.Version }); i < 0 {
			st.Missing = append(st.Missing, st.Partial.File)
		}
	case err != nil:
		return Status{}, fmt.Errorf("migration status: %w", err)
	default:
		st.Pending = newFiles(pending)
	}
	st.OutOfOrder = append(st.OutOfOrder, st.forgotten(files, revs)...)
	// As JSON, none is an empty list.
	if st.Applied == nil {
		st.Applied = []Applied{}
	}
	for _, list := range []*[]File{&st.Pending, &st.Edited, &st.Missing, &st.OutOfOrder, &st.Ahead} {
		if *list == nil {
			*list = []File{}
		}
	}
	return st, nil
}

// forgotten returns the files that are neither applied nor about to be: Atlas looks no further back than the newest
// revision, which may be of a program that had none of them.
func (st Status) forgotten(files []migrate.File, revs []*migrate.Revision) (forgotten []File) {
	known, baseline := make(map[string]bool), ""
	for _, r := range revs {
		known[r.Version] = true
		if r.Type == migrate.RevisionTypeBaseline {
			baseline = max(baseline, r.Version)
		}
	}
	for _, f := range append(slices.Clone(st.Pending), st.OutOfOrder...) {
		known[f.Version] = true
	}
	for _, f := range newFiles(files) {
		if !known[f.Version] && f.Version > baseline {
			forgotten = append(forgotten, f)
		}
	}
	return forgotten
}

// compare finds the applied files that are not what they were. A revision's hash is that of its file and of all files
// that were there before it. So a hash that matches vouches for the files before it too, even for one that was corrected
// after it had stopped halfway, whose own revision may still have the hash of the first attempt.
func compare(files []migrate.File, revs []*migrate.Revision) (edited, missing, ahead []File, err error) {
	var last string
	if len(files) > 0 {
		last = files[len(files)-1].Version()
	}
	for _, r := range revs {
		i := slices.IndexFunc(files, func(f migrate.File) bool { return f.Version() == r.Version })
		switch {
		case i < 0 && r.Version > last:
			ahead = append(ahead, fileOf(r, nil))
		case i < 0 && r.Type == migrate.RevisionTypeBaseline: // a baseline needs no file
		case i < 0:
			missing = append(missing, fileOf(r, nil))
		case r.Hash == "" || r.Applied != r.Total || r.Error != "": // not known, or free to be corrected
		default:
			same, err := unchanged(files[:i+1], r, revs)
			switch {
			case err != nil:
				return nil, nil, nil, err
			case same:
				edited = nil
			case len(edited) == 0 && len(missing) == 0: // behind a difference nothing can match
				edited = append(edited, newFile(files[i]))
			}
		}
	}
	return edited, missing, ahead, nil
}

// unchanged reports whether the last of the files is the one that was applied as r: its hash must be that of the files as
// they lie there, or, where older files came later, of those that had been applied before it.
func unchanged(files []migrate.File, r *migrate.Revision, revs []*migrate.Revision) (bool, error) {
	before := make([]migrate.File, 0, len(files))
	for _, f := range files {
		was := func(o *migrate.Revision) bool { return o.Version == f.Version() && !o.ExecutedAt.After(r.ExecutedAt) }
		if f.Version() == r.Version || slices.ContainsFunc(revs, was) {
			before = append(before, f)
		}
	}
	for _, seen := range [][]migrate.File{files, before} {
		sum, err := migrate.NewHashFile(seen)
		if err != nil {
			return false, err
		}
		// A file whose first line is "atlas:sum ignore" has no hash to compare.
		hash, err := sum.SumByName(files[len(files)-1].Name())
		if err != nil || hash == r.Hash {
			return true, nil //nolint:nilerr // see above
		}
	}
	return false, nil
}

// fileOf is the file of a revision, under the name it had if it is gone.
func fileOf(r *migrate.Revision, files []migrate.File) File {
	for _, f := range files {
		if f.Version() == r.Version {
			return newFile(f)
		}
	}
	name := r.Version
	if r.Description != "" {
		name += "_" + r.Description
	}
	return File{Name: strings.TrimSuffix(name, ".sql") + ".sql", Version: r.Version, Description: r.Description}
}
