package migration

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ariga.io/atlas/sql/migrate"
)

// Dir is a directory of migrations: SQL files and the atlas.sum that vouches for them. It is read anew by every call, and
// once per call, so that what was checked is what is run.
type Dir struct {
	fsys fs.FS
	path string // where new files are written; empty when there is no such place
}

// NewDir is the directory at the root of fsys, as embedded in a program. Nothing can be written to it.
func NewDir(fsys fs.FS) *Dir { return &Dir{fsys: fsys} }

// LocalDir is the directory at path on disk.
func LocalDir(path string) *Dir { return &Dir{fsys: os.DirFS(path), path: path} }

// File is a migration.
type File struct {
	Name        string `json:"name"`        // such as 20251123040000_create_order_desk.sql
	Version     string `json:"version"`     // such as 20251123040000: the order, and what the database remembers
	Description string `json:"description"` // such as create_order_desk
}

func newFile(f migrate.File) File {
	return File{Name: f.Name(), Version: f.Version(), Description: f.Desc()}
}

func newFiles(all []migrate.File) []File {
	files := make([]File, len(all))
	for i, f := range all {
		files[i] = newFile(f)
	}
	return files
}

// Files lists the migrations in order. It fails, with an [ErrChecksum], if atlas.sum does not vouch for them.
func (d *Dir) Files() ([]File, error) {
	mem, err := d.load()
	if err != nil {
		return nil, err
	}
	all, err := mem.Files()
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	return newFiles(all), nil
}

// load reads the directory into memory and checks it.
func (d *Dir) load() (*migrate.MemDir, error) {
	mem, err := d.read()
	if err != nil {
		return nil, err
	}
	if err := checkSum(mem); err != nil {
		return nil, err
	}
	return mem, checkOrder(mem)
}

// read reads the directory into memory.
func (d *Dir) read() (*migrate.MemDir, error) {
	entries, err := fs.ReadDir(d.fsys, ".")
	if errors.Is(err, fs.ErrNotExist) && d.path != "" {
		return nil, fmt.Errorf("read migrations: there is no directory %s: %w", d.path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	mem := &migrate.MemDir{}
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".sql") && e.Name() != migrate.HashFileName {
			continue
		}
		data, err := fs.ReadFile(d.fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		if err := mem.WriteFile(e.Name(), data); err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
	}
	return mem, nil
}

func checkSum(mem *migrate.MemDir) error {
	var differs *migrate.ChecksumError
	switch err := migrate.Validate(mem); {
	case err == nil:
		return nil
	case errors.As(err, &differs):
		reason := "was edited"
		switch differs.Reason {
		case migrate.ReasonAdded:
			reason = "was added"
		case migrate.ReasonRemoved:
			reason = "is missing"
		}
		return &ChecksumError{File: differs.File, Reason: reason}
	case errors.Is(err, migrate.ErrChecksumNotFound):
		return &ChecksumError{File: migrate.HashFileName, Reason: "is missing"}
	case errors.Is(err, migrate.ErrChecksumMismatch), errors.Is(err, migrate.ErrChecksumFormat):
		return &ChecksumError{File: migrate.HashFileName, Reason: "was changed by hand"}
	default:
		return fmt.Errorf("check migrations: %w", err)
	}
}

// checkOrder refuses two files of one version, of which the database would remember only one, and versions that sort
// otherwise than the names they are part of.
func checkOrder(mem *migrate.MemDir) error {
	files, err := mem.Files()
	if err != nil {
		return fmt.Errorf("check migrations: %w", err)
	}
	for i := 1; i < len(files); i++ {
		if files[i-1].Version() >= files[i].Version() {
			return fmt.Errorf("check migrations: %s does not come after %s: give it a newer version, then run: api migrate hash",
				files[i].Name(), files[i-1].Name())
		}
	}
	return nil
}
