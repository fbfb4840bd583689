// Package migrationtest checks a directory of migrations in one test: every file from an empty database up, down and up
// again with the rows that are there kept, all the way back, and the schema at the end.
//
//	func TestMigrations(t *testing.T) {
//		t.Parallel()
//		migrationtest.Run(t, migration.NewDir(migrate.Migrations()), migrate.Target(), os.DirFS("fixtures"))
//	}
package migrationtest

import (
	"context"
	_ "embed" // the queries
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"testing"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/internal/pgtest"
)

//go:embed queries/shape.sql
var shapeQuery string

//go:embed queries/tables.sql
var tablesQuery string

// Run checks the directory on a database of the test's own. fixtures holds SQL files with rows, each named for the version
// after which it is run, such as 20260102030405.sql; nil is none. A file without a reverse has to say why, with
// -- cambium:allow CB501 reason, and is then applied and not taken back.
func Run(t testing.TB, dir *migration.Dir, want migration.Schema, fixtures fs.FS) {
	t.Helper()
	db, err := database.Open(t.Context(), database.NewConfig(pgtest.NewDatabase(t)), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	err = check(t.Context(), db, dir, want, fixtures)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// check is Run on a database that is empty.
func check(ctx context.Context, db *database.DB, dir *migration.Dir, want migration.Schema, fixtures fs.FS) error {
	files, err := dir.Files()
	if err != nil {
		return err
	}
	r := &runner{db: db, dir: dir, fixtures: fixtures}
	before := "0"
	reversible := true
	for _, f := range files {
		can, err := dir.Reversible(f)
		if err != nil {
			return err
		}
		reversible = reversible && can
		if err := r.step(ctx, f, before, can); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		before = f.Version
	}
	if reversible {
		if err := r.roundTrip(ctx, before); err != nil {
			return err
		}
	}
	drift, err := migration.Check(ctx, db, db, dir, want)
	if err != nil {
		return err
	}
	if !drift.None() {
		return fmt.Errorf("the migrations do not end at the schema: what is missing:\n%s%s", drift.Files, drift.Live)
	}
	return nil
}

type runner struct {
	db       *database.DB
	dir      *migration.Dir
	fixtures fs.FS
}

// step takes a file up, down and up again, and compares, and then adds its rows.
func (r *runner) step(ctx context.Context, f migration.File, before string, reversible bool) error {
	old, err := r.state(ctx)
	if err != nil {
		return err
	}
	if err := r.up(ctx, f.Version); err != nil {
		return err
	}
	if reversible {
		up, err := r.state(ctx)
		if err != nil {
			return err
		}
		if err := r.down(ctx, before); err != nil {
			return err
		}
		back, err := r.state(ctx)
		if err != nil {
			return err
		}
		if err := old.same(back, up); err != nil {
			return fmt.Errorf("down does not lead back: %w", err)
		}
		if err := r.up(ctx, f.Version); err != nil {
			return fmt.Errorf("up again: %w", err)
		}
		again, err := r.state(ctx)
		if err != nil {
			return err
		}
		if err := up.same(again, back); err != nil {
			return fmt.Errorf("up again is not what it was: %w", err)
		}
	}
	return r.fill(ctx, f.Version)
}

func (r *runner) up(ctx context.Context, to string) error {
	_, err := migration.Apply(ctx, r.db, r.dir, migration.Options{To: to})
	return err
}

// down takes back all after a version, whatever that loses.
func (r *runner) down(ctx context.Context, to string) error {
	plan, err := migration.Down(ctx, r.db, r.dir, migration.DownOptions{To: to})
	if err != nil {
		return err
	}
	opts := migration.DownOptions{To: to, Confirm: func(context.Context, migration.DownPlan) (bool, error) { return true, nil }}
	for _, f := range plan.Files {
		for _, l := range f.Loses {
			opts.Lose = append(opts.Lose, l.Name)
		}
	}
	_, err = migration.Down(ctx, r.db, r.dir, opts)
	return err
}

// roundTrip takes everything back, with all rows there, and up again.
func (r *runner) roundTrip(ctx context.Context, last string) error {
	if err := r.down(ctx, "0"); err != nil {
		return fmt.Errorf("all the way down: %w", err)
	}
	empty, err := r.state(ctx)
	if err != nil {
		return err
	}
	if len(empty.shape) > 0 {
		return fmt.Errorf("all the way down: this is left: %v", empty.shape)
	}
	if last == "0" {
		return nil
	}
	if err := r.up(ctx, last); err != nil {
		return fmt.Errorf("all the way up again: %w", err)
	}
	return nil
}

// fill runs the rows that a fixture has for a version.
func (r *runner) fill(ctx context.Context, version string) error {
	if r.fixtures == nil {
		return nil
	}
	text, err := fs.ReadFile(r.fixtures, version+".sql")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the fixture: %w", err)
	}
	if _, err := r.db.SQL().ExecContext(ctx, string(text)); err != nil {
		return fmt.Errorf("run the fixture: %w", err)
	}
	return nil
}

// state is the shape of a database, and its rows by table.
type state struct {
	shape []string
	rows  map[string][]map[string]any
}

func (r *runner) state(ctx context.Context) (s state, err error) {
	if s.shape, err = r.strings(ctx, shapeQuery); err != nil {
		return state{}, err
	}
	objects, err := migration.Objects(ctx, r.db)
	if err != nil {
		return state{}, err
	}
	for _, o := range objects {
		s.shape = append(s.shape, o.Kind+" "+o.Name+": "+o.SQL)
	}
	tables, err := r.pairs(ctx, tablesQuery)
	if err != nil {
		return state{}, err
	}
	s.rows = make(map[string][]map[string]any, len(tables))
	for name, query := range tables {
		texts, err := r.strings(ctx, query)
		if err != nil {
			return state{}, err
		}
		s.rows[name] = []map[string]any{}
		for _, text := range texts {
			var row map[string]any
			if err := json.Unmarshal([]byte(text), &row); err != nil {
				return state{}, fmt.Errorf("read a row of %s: %w", name, err)
			}
			s.rows[name] = append(s.rows[name], row)
		}
	}
	return s, nil
}

// same compares a state with what a way through another one has left of it: the shape must be the same, and of the rows what
// the other one had a place for.
func (s state) same(now, through state) error {
	for _, line := range s.shape {
		if !slices.Contains(now.shape, line) {
			return fmt.Errorf("this is missing: %s", line)
		}
	}
	for _, line := range now.shape {
		if !slices.Contains(s.shape, line) {
			return fmt.Errorf("this is left: %s", line)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(s.rows)) {
		if _, passed := through.rows[table]; !passed {
			continue // it was dropped on the way
		}
		was, is := s.rows[table], now.rows[table]
		if len(was) != len(is) {
			return fmt.Errorf("table %s had %d rows and has %d", table, len(was), len(is))
		}
		if a, b := projected(was, through.rows[table]), projected(is, through.rows[table]); !slices.Equal(a, b) {
			return fmt.Errorf("rows of table %s have changed: from %v to %v", table, a, b)
		}
	}
	return nil
}

// projected is the rows as text, in order, with the columns that the rows of the other state have.
func projected(rows, through []map[string]any) []string {
	var all []string
	for _, row := range rows {
		kept := make(map[string]any)
		for column, value := range row {
			if len(through) == 0 {
				continue
			}
			if _, passed := through[0][column]; passed {
				kept[column] = value
			}
		}
		text, _ := json.Marshal(kept) //nolint:errchkjson // it came from JSON
		all = append(all, string(text))
	}
	slices.Sort(all)
	return all
}

func (r *runner) strings(ctx context.Context, query string) (all []string, err error) {
	rows, err := r.db.SQL().QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("read the database: %w", err)
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

func (r *runner) pairs(ctx context.Context, query string) (all map[string]string, err error) {
	rows, err := r.db.SQL().QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = make(map[string]string)
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, fmt.Errorf("read the database: %w", err)
		}
		all[name] = value
	}
	return all, rows.Err()
}
