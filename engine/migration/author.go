package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"

	"cambium/engine/database"
)

// New writes a migration to be filled in by hand, with its reverse, and atlas.sum. Once it is filled in, [Hash] has to
// vouch for it.
func New(dir *Dir, name string) (Written, error) {
	if !nameRule.MatchString(name) {
		return Written{}, fmt.Errorf("migration name %q: use lower case and underscores, such as fill_totals", name)
	}
	if err := dir.writable(); err != nil {
		return Written{}, err
	}
	mem, err := dir.load()
	if err != nil {
		return Written{}, err
	}
	last, err := lastVersion(mem)
	if err != nil {
		return Written{}, fmt.Errorf("write migration: %w", err)
	}
	version, err := nextVersion(time.Now(), last)
	if err != nil {
		return Written{}, fmt.Errorf("write migration: %w", err)
	}
	f := draftFile{
		name: version + "_" + name + ".sql",
		up:   []byte("-- Say what this does, and why; then: api migrate hash\n"),
		down: []byte("-- Undo it here, or remove this file if it cannot be undone.\n"),
	}
	written, err := dir.write(mem, []draftFile{f})
	if err != nil {
		return Written{}, err
	}
	return written[0], nil
}

// Hash makes atlas.sum vouch for the directory as it is, after a file was written or changed by hand.
func Hash(dir *Dir) error {
	if err := dir.writable(); err != nil {
		return err
	}
	mem, err := dir.read()
	if err != nil {
		return err
	}
	if err := checkOrder(mem); err != nil {
		return err
	}
	if err := dir.vouch(mem); err != nil {
		return fmt.Errorf("write atlas.sum: %w", err)
	}
	return nil
}

// Validate checks that atlas.sum vouches for the directory, that no reverse is without its file, and, in a throw-away
// database on the server of db, that the files can be applied to an empty database.
func Validate(ctx context.Context, db *database.DB, dir *Dir) error {
	mem, err := dir.load()
	if err != nil {
		return err
	}
	if err := dir.checkDowns(mem); err != nil {
		return err
	}
	return atBench(ctx, db, func(s *session) error {
		return s.replayed(ctx, db.Config(), mem, func(*sql.DB) error { return nil })
	})
}

func (d *Dir) checkDowns(mem *migrate.MemDir) error {
	downs, err := fs.Glob(d.fsys, downDir+"/*.sql")
	if err != nil {
		return fmt.Errorf("check migrations: %w", err)
	}
	files, err := mem.Files()
	if err != nil {
		return fmt.Errorf("check migrations: %w", err)
	}
	for _, path := range downs {
		name := strings.TrimPrefix(path, downDir+"/")
		if !slices.ContainsFunc(files, func(f migrate.File) bool { return f.Name() == name }) {
			return fmt.Errorf("check migrations: %s undoes no file: rename it as its file, or remove it", path)
		}
	}
	return nil
}

// Rebase gives the named versions new ones, after all others, and makes atlas.sum vouch for the outcome. It is for two
// branches that both have added migrations: those of the one that is merged second come last. atlas.sum may hold the marks
// of a merge conflict. A file that a database has applied must not be rebased.
func Rebase(dir *Dir, versions []string) (moved []Written, err error) {
	if err := dir.writable(); err != nil {
		return nil, err
	}
	mem, err := dir.read()
	if err != nil {
		return nil, err
	}
	files, err := mem.Files()
	if err != nil {
		return nil, fmt.Errorf("rebase: %w", err)
	}
	last := ""
	var move []migrate.File
	for _, f := range files {
		if slices.Contains(versions, f.Version()) || slices.Contains(versions, f.Name()) {
			move = append(move, f)
		} else {
			last = max(last, f.Version())
		}
	}
	for _, v := range versions {
		if !slices.ContainsFunc(move, func(f migrate.File) bool { return f.Version() == v || f.Name() == v }) {
			return nil, fmt.Errorf("rebase: no file has the version %s", v)
		}
	}
	now := time.Now()
	for _, f := range move {
		if last, err = nextVersion(now, last); err != nil {
			return moved, fmt.Errorf("rebase: %w", err)
		}
		w, err := dir.move(f, last)
		if err != nil {
			return moved, fmt.Errorf("rebase: %w", err)
		}
		moved = append(moved, w)
	}
	return moved, Hash(dir)
}

func (d *Dir) move(f migrate.File, version string) (Written, error) {
	name := version + strings.TrimPrefix(f.Name(), f.Version())
	w := Written{File: newFile(migrate.NewLocalFile(name, nil)), Path: filepath.Join(d.path, name)}
	down := filepath.Join(d.path, downDir, f.Name())
	switch err := os.Rename(down, filepath.Join(d.path, downDir, name)); {
	case err == nil:
		w.Down = filepath.Join(d.path, downDir, name)
	case !errors.Is(err, fs.ErrNotExist):
		return Written{}, err
	}
	return w, os.Rename(filepath.Join(d.path, f.Name()), w.Path)
}
