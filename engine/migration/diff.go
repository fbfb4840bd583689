package migration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	entschema "entgo.io/ent/dialect/sql/schema"

	"cambium/engine/database"
)

const (
	// versionLayout is the time in a file's name, in UTC: Atlas' version.
	versionLayout = "20060102150405"

	// diffLockWait is enough for several colleagues' diffs on a shared development server; each takes about a second.
	diffLockWait = time.Minute
)

// nameRule is what a migration may be called: it becomes part of a file name, and the description in the database.
var nameRule = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// Draft is a migration that [Diff] wrote.
type Draft struct {
	File
	Path string // where it was written
	Plan Plan   // what it does
}

// Diff writes the migration that leads from dir to ent's tables, and atlas.sum. The name is in lower case with
// underscores, a verb and its object, such as add_invoices. With nothing to write it fails with [ErrNoChanges].
//
// db is a connection to the development server: a throw-away database is made there, and dropped in the end. The database
// that db itself is connected to is not touched. Its user needs the right to create databases.
func Diff(ctx context.Context, db *database.DB, dir *Dir, tables []*entschema.Table, name string) (Draft, error) {
	if !nameRule.MatchString(name) {
		return Draft{}, fmt.Errorf("migration name %q: use lower case and underscores, such as add_invoices", name)
	}
	if dir.path == "" {
		return Draft{}, errors.New("the migration directory is embedded in the program: run this where the source is")
	}
	if err := os.MkdirAll(dir.path, 0o755); err != nil { //nolint:gosec // source code is for everyone
		return Draft{}, fmt.Errorf("make the migration directory: %w", err)
	}
	var draft Draft
	err := between(ctx, db, dir, tables, name, func(mem *migrate.MemDir, p Plan) (err error) {
		if p.Empty() {
			return ErrNoChanges
		}
		draft, err = write(dir, mem, p, name)
		return err
	})
	return draft, err
}

// Changes is what [Diff] would write, without writing it: an empty plan when dir already leads to ent's tables.
func Changes(ctx context.Context, db *database.DB, dir *Dir, tables []*entschema.Table) (Plan, error) {
	var plan Plan
	err := between(ctx, db, dir, tables, "changes", func(_ *migrate.MemDir, p Plan) error {
		plan = p
		return nil
	})
	return plan, err
}

// between plans the way from dir to ent's tables, and hands it to use while the diff lock is held, so that of two diffs
// at once the second one sees what the first one wrote.
func between(ctx context.Context, db *database.DB, dir *Dir, tables []*entschema.Table, name string,
	use func(*migrate.MemDir, Plan) error,
) (err error) {
	if err := direct(db); err != nil {
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
	mem, err := dir.load()
	if err != nil {
		return err
	}
	if err := sweep(ctx, s.conn); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	in := ""
	if s.chosen {
		in = s.schema
	}
	tmp, err := newScratch(ctx, s.conn, db.Config(), in)
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	defer func() { err = errors.Join(err, tmp.drop(ctx, s.conn)) }()
	plan, err := replay(ctx, tmp, mem, tables, name)
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	return use(mem, plan)
}

// replay applies the files to the empty database, as Apply does to any other, and plans from there.
func replay(ctx context.Context, tmp *scratch, mem *migrate.MemDir, tables []*entschema.Table, name string) (_ Plan, err error) {
	if _, err := apply(ctx, tmp.DB, mem, Options{}); err != nil {
		return Plan{}, fmt.Errorf("replay the migrations in a throw-away database: %w", err)
	}
	s, err := openSession(ctx, tmp.DB)
	if err != nil {
		return Plan{}, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	return s.planTo(ctx, name, tables)
}

// write puts the plan into a new file of dir, which is as mem was read from it, and atlas.sum beside it.
func write(dir *Dir, mem *migrate.MemDir, p Plan, name string) (Draft, error) {
	files, err := mem.Files()
	if err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	last := ""
	if len(files) > 0 {
		last = files[len(files)-1].Version()
	}
	p.atlas.Name = name
	if p.atlas.Version, err = nextVersion(time.Now(), last); err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	f, err := format(p.atlas)
	if err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	if err := mem.WriteFile(f.Name(), f.Bytes()); err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	sum, err := mem.Checksum()
	if err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	text, err := sum.MarshalText()
	if err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	path := filepath.Join(dir.path, f.Name())
	if err := create(path, f.Bytes()); err != nil {
		return Draft{}, fmt.Errorf("write migration: %w", err)
	}
	if err := replace(filepath.Join(dir.path, migrate.HashFileName), text); err != nil {
		return Draft{}, errors.Join(fmt.Errorf("write migration: %w", err), os.Remove(path))
	}
	return Draft{File: newFile(f), Path: path, Plan: p}, nil
}

// format is Atlas' default format, with an empty line between two tables.
func format(p *migrate.Plan) (migrate.File, error) {
	whole, err := migrate.DefaultFormatter.FormatFile(p)
	if err != nil {
		return nil, err
	}
	var parts [][]byte
	for from, to := 0, 1; to <= len(p.Changes); to++ {
		if to < len(p.Changes) && tableOf(p.Changes[to]) == tableOf(p.Changes[from]) {
			continue
		}
		group := *p
		group.Changes = p.Changes[from:to]
		f, err := migrate.DefaultFormatter.FormatFile(&group)
		if err != nil {
			return nil, err
		}
		parts = append(parts, f.Bytes())
		from = to
	}
	return migrate.NewLocalFile(whole.Name(), bytes.Join(parts, []byte("\n"))), nil
}

// tableOf names the table that a change is about, or nothing.
func tableOf(c *migrate.Change) string {
	switch src := c.Source.(type) {
	case *schema.AddTable:
		return src.T.Name
	case *schema.ModifyTable:
		return src.T.Name
	case *schema.DropTable:
		return src.T.Name
	default:
		return ""
	}
}

// nextVersion is the time, or, where a file is as new as that, the second after it.
func nextVersion(now time.Time, last string) (string, error) {
	v := now.UTC().Format(versionLayout)
	if v > last {
		return v, nil
	}
	t, err := time.Parse(versionLayout, last)
	if err != nil {
		return "", fmt.Errorf("no version comes after %q, which is not a time like %s: rename that file", last, versionLayout)
	}
	return t.Add(time.Second).Format(versionLayout), nil
}

// create writes a file that must not be there yet.
func create(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // source code is for everyone
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	return f.Close()
}

// replace writes a file so that a reader sees the old or the new text, never a part.
func replace(path string, data []byte) error {
	next := path + ".next"
	if err := os.WriteFile(next, data, 0o644); err != nil { //nolint:gosec // source code is for everyone
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return nil
}
