package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"ariga.io/atlas/sql/migrate"

	"cambium/engine/database"
)

// diffLockWait is enough for several colleagues' diffs on a shared development server; each takes about a second.
const diffLockWait = time.Minute

// nameRule is what a migration may be called: it becomes part of a file name, and the description in the database.
var nameRule = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// DiffOptions says what was renamed and what is to be dropped. The zero value drops nothing.
type DiffOptions struct {
	// Renames are as [ParseRename] reads them. One that does not fit is an error.
	Renames []string
	// Drops names what may be dropped: a table, table.column, or an object such as "view totals". What is dropped and not
	// named is a [*DropError].
	Drops []string
	// Ask is asked about what is gone where something new may be what it has become: the answer is one of the candidates,
	// or nothing if it is to be dropped. nil refuses instead.
	Ask func(context.Context, Gone) (string, error)
}

// Draft is what [Diff] wrote.
type Draft struct {
	Files []Written `json:"files"`
	Plan  Plan      `json:"plan"` // what they do
}

// Diff writes the migrations that lead from dir to the schema, with their reverse, and atlas.sum. The name is in lower case
// with underscores, a verb and its object, such as add_invoices. With nothing to write it fails with [ErrNoChanges].
//
// Most changes are one file. An index of a table that exists is one more, and so is the checking of rows that a new
// constraint needs: see [Lint] for the reasons. What is written has been tried up, down and up again before it is there.
//
// db is a connection to the development server: throw-away databases are made there, and dropped in the end. The database
// that db itself is connected to is not touched. Its user needs the right to create databases.
func Diff(ctx context.Context, db *database.DB, dir *Dir, want Schema, name string, opts DiffOptions) (Draft, error) {
	if !nameRule.MatchString(name) {
		return Draft{}, fmt.Errorf("migration name %q: use lower case and underscores, such as add_invoices", name)
	}
	if err := dir.writable(); err != nil {
		return Draft{}, err
	}
	var draft Draft
	err := between(ctx, db, dir, want, func(b *bench) error {
		plan, err := b.plan(ctx, want, opts, true)
		if err != nil {
			return err
		}
		if plan.Empty() {
			return ErrNoChanges
		}
		files, err := draftFiles(b.dir, plan, name, time.Now())
		if err != nil {
			return err
		}
		if err := b.try(ctx, files); err != nil {
			return err
		}
		draft.Plan = plan
		draft.Files, err = dir.write(b.dir, files)
		return err
	})
	return draft, err
}

// Changes is what [Diff] would write, without writing it: an empty plan when dir already leads to the schema.
func Changes(ctx context.Context, db *database.DB, dir *Dir, want Schema) (Plan, error) {
	var plan Plan
	err := between(ctx, db, dir, want, func(b *bench) (err error) {
		plan, err = b.plan(ctx, want, DiffOptions{}, false)
		return err
	})
	return plan, err
}

// bench is where a diff is worked out: a throw-away database to which the directory has been applied.
type bench struct {
	dir     *migrate.MemDir
	db      *sql.DB
	desired state
}

// between makes the bench, and hands it to use while the diff lock is held, so that of two diffs at once the second one
// sees what the first one wrote.
func between(ctx context.Context, db *database.DB, dir *Dir, want Schema, use func(*bench) error) error {
	return atBench(ctx, db, func(s *session) error {
		mem, err := dir.load()
		if err != nil {
			return err
		}
		desired, err := s.desired(ctx, db.Config(), want)
		if err != nil {
			return fmt.Errorf("diff: %w", err)
		}
		return s.replayed(ctx, db.Config(), mem, func(tmp *sql.DB) error {
			return use(&bench{dir: mem, db: tmp, desired: desired})
		})
	})
}

// atBench opens a session on the development server, with the diff lock.
func atBench(ctx context.Context, db *database.DB, use func(*session) error) (err error) {
	if err := direct(ctx, db); err != nil {
		return err
	}
	s, err := openSession(ctx, db.SQL())
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.lock(ctx, diffLock, diffLockWait); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	if err := sweep(ctx, s.conn); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	return use(s)
}

// replayed hands out a throw-away database to which the files were applied as [Apply] does it.
func (s *session) replayed(ctx context.Context, cfg database.Config, mem *migrate.MemDir, use func(*sql.DB) error) error {
	return s.replayedTo(ctx, cfg, mem, "", use)
}

// replayedTo stops after the file of that version; before the first one if it is "none", and at the end if it is empty.
func (s *session) replayedTo(ctx context.Context, cfg database.Config, mem *migrate.MemDir, to string, use func(*sql.DB) error) (err error) {
	tmp, err := newScratch(ctx, s.conn, cfg, s.home())
	if err != nil {
		return fmt.Errorf("replay the migrations: %w", err)
	}
	defer func() { err = errors.Join(err, tmp.drop(ctx, s.conn)) }()
	if to != "none" {
		if _, err := apply(ctx, tmp.DB, mem, Options{To: to}); err != nil {
			return fmt.Errorf("replay the migrations in a throw-away database: %w", err)
		}
	}
	return use(tmp.DB)
}

// plan plans the way to the desired schema. Renames are tried in a transaction that is rolled back. strict is for what is
// about to be written: everything dropped has to have been named.
func (b *bench) plan(ctx context.Context, want Schema, opts DiffOptions, strict bool) (plan Plan, err error) {
	s, err := openSession(ctx, b.db)
	if err != nil {
		return Plan{}, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	err = s.inTx(ctx, func() error {
		renames, drops, err := s.renamed(ctx, b.desired, want.Renamed, opts)
		if err != nil {
			return err
		}
		twins, err := s.renameTwins(ctx, b.desired)
		if err != nil {
			return err
		}
		current, err := s.current(ctx)
		if err != nil {
			return err
		}
		rest, err := s.plan(ctx, current, b.desired, way{online: true})
		if err != nil {
			return err
		}
		if strict {
			if err := rest.allowed(missing(current.tables, b.desired.tables, drops), drops); err != nil {
				return err
			}
			if rest, err = s.rebuilt(ctx, current, b.desired, rest, way{online: true}); err != nil {
				return err
			}
		}
		plan = rest
		plan.Statements = slices.Concat(renames, twins, rest.Statements)
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		return Plan{}, fmt.Errorf("diff: %w", err)
	}
	return plan, nil
}

// errRollback ends a transaction that was only meant to look.
var errRollback = errors.New("rolled back on purpose")

// The codes with which PostgreSQL refuses to change what something else depends on.
const (
	dependentObjects    = "2BP01"
	featureNotSupported = "0A000" // "cannot alter type of a column used by a view or rule"
	invalidDefinition   = "42P16" // "cannot drop columns from view"
	invalidFunction     = "42P13" // "cannot change return type of existing function"
)

// rebuilt tries the statements of the main file. Where a view, policy or trigger is in the way, it returns a plan that
// makes all of those anew.
func (s *session) rebuilt(ctx context.Context, current, desired state, p Plan, how way) (Plan, error) {
	err := s.savepoint(ctx, func() error {
		for _, st := range p.Statements {
			if st.stage != stageMain {
				continue
			}
			if _, err := s.target.ExecContext(ctx, st.SQL); err != nil {
				return fmt.Errorf("%s: %w", st.Comment, err)
			}
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		return p, nil
	}
	switch sqlState(err) {
	case dependentObjects, featureNotSupported, invalidDefinition, invalidFunction:
		how.rebuild = true
		return s.plan(ctx, current, desired, how)
	}
	return Plan{}, err
}

// try applies the new files to the bench, sees that nothing is left to do, takes them back, sees that all is as it was,
// and applies them again.
func (b *bench) try(ctx context.Context, files []draftFile) error {
	was, err := b.state(ctx)
	if err != nil {
		return err
	}
	mem := &migrate.MemDir{}
	old, err := b.dir.Files()
	if err != nil {
		return err
	}
	if err := mem.CopyFiles(old); err != nil {
		return err
	}
	for _, f := range files {
		if err := mem.WriteFile(f.name, f.up); err != nil {
			return err
		}
	}
	if err := seal(mem); err != nil {
		return err
	}
	up := func() error {
		if _, err := apply(ctx, b.db, mem, Options{}); err != nil {
			return fmt.Errorf("try what was planned: %w", err)
		}
		return b.expect(ctx, b.desired, "the planned migration does not lead to the schema; write it by hand with: api migrate new NAME")
	}
	if err := up(); err != nil {
		return err
	}
	if slices.ContainsFunc(files, func(f draftFile) bool { return f.down == nil }) {
		return nil
	}
	if err := b.reverse(ctx, files); err != nil {
		return err
	}
	if err := b.expect(ctx, was, "the reverse of the planned migration does not lead back; write it by hand with: api migrate new NAME"); err != nil {
		return err
	}
	return up()
}

func (b *bench) state(ctx context.Context) (_ state, err error) {
	s, err := openSession(ctx, b.db)
	if err != nil {
		return state{}, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	return s.current(ctx)
}

// expect compares the bench with a state.
func (b *bench) expect(ctx context.Context, want state, otherwise string) (err error) {
	s, err := openSession(ctx, b.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	left, err := s.differ(ctx, want)
	if err != nil {
		return err
	}
	if !left.Empty() {
		return fmt.Errorf("%s: what is left: %s", otherwise, left)
	}
	return nil
}

// differ is what leads from the session's schema to a state that was read elsewhere.
func (s *session) differ(ctx context.Context, want state) (Plan, error) {
	current, err := s.current(ctx)
	if err != nil {
		return Plan{}, err
	}
	return s.plan(ctx, current, want.selfDeclared(), way{})
}

// selfDeclared gives the objects that no file declares their own statements.
func (st state) selfDeclared() state {
	st.objects = slices.Clone(st.objects)
	for i := range st.objects {
		if o := &st.objects[i]; o.declared == nil {
			o.declared = &declaration{file: "the migrations", line: i, sql: o.make, late: !o.early}
		}
	}
	return st
}

func (b *bench) reverse(ctx context.Context, files []draftFile) (err error) {
	s, err := openSession(ctx, b.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	for _, f := range slices.Backward(files) {
		down := downFile{File: newFile(migrate.NewLocalFile(f.name, f.up)), text: f.down}
		if err := s.takeBack(ctx, down); err != nil {
			return fmt.Errorf("try the reverse of what was planned: %w", err)
		}
	}
	return nil
}

// writable refuses a directory that is part of the program, and makes one that is not there.
func (d *Dir) writable() error {
	if d.path == "" {
		return errors.New("the migration directory is embedded in the program: run this where the source is")
	}
	if err := os.MkdirAll(d.path, 0o755); err != nil { //nolint:gosec // source code is for everyone
		return fmt.Errorf("make the migration directory: %w", err)
	}
	return nil
}
