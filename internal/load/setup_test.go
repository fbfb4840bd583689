package load_test

import (
	"context"
	"encoding/binary"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/ent/migrate"
	"cambium/internal/load"
	"cambium/internal/pgtest"
)

// orderDesk returns an empty database with the app's tables.
func orderDesk(t testing.TB) *database.DB {
	t.Helper()
	files := migrate.Migrations()
	sum, err := fs.ReadFile(files, "atlas.sum")
	require.NoError(t, err)
	return open(t, pgtest.Clone(t, "migrations:"+string(sum), func(ctx context.Context, url string) error {
		db, err := database.Open(ctx, database.NewConfig(url), slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		if _, err := migration.Apply(ctx, db, migration.NewDir(files), migration.Options{}); err != nil {
			return err
		}
		return db.Close()
	}))
}

// tables returns a database with the tables of the statement.
func tables(t testing.TB, sql string) *database.DB {
	t.Helper()
	db := open(t, pgtest.NewDatabase(t))
	run(t, db, sql)
	return db
}

func open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.NewConfig(url), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func run(t testing.TB, db *database.DB, sql string) {
	t.Helper()
	_, err := db.Exec(t.Context(), sql)
	require.NoError(t, err)
}

// text returns the result of a query for one text.
func text(t testing.TB, db *database.DB, sql string) string {
	t.Helper()
	var result string
	require.NoError(t, db.Query(t.Context(), sql, nil, func(values [][]byte) error {
		result = string(values[0])
		return nil
	}))
	return result
}

// number returns the result of a query for one bigint.
func number(t testing.TB, db *database.DB, sql string) int64 {
	t.Helper()
	var result int64
	require.NoError(t, db.Query(t.Context(), sql, nil, func(values [][]byte) error {
		result = int64(binary.BigEndian.Uint64(values[0]))
		return nil
	}))
	return result
}

// directory writes files and returns where.
func directory(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

// loadFiles loads files of CSV. Faults name them without their directory.
func loadFiles(t testing.TB, db *database.DB, files map[string]string, opts load.Options) (load.Report, error) {
	t.Helper()
	dir := directory(t, files)
	source, err := load.Directory(dir)
	var report load.Report
	if err == nil {
		report, err = load.Load(t.Context(), db, source, opts)
	}
	if err != nil {
		err = &placeless{err, dir}
	}
	return report, err
}

// placeless is an error whose text does not say in which directory the files are.
type placeless struct {
	error
	dir string
}

func (e *placeless) Error() string {
	return strings.ReplaceAll(e.error.Error(), e.dir+string(filepath.Separator), "")
}

func (e *placeless) Unwrap() error { return e.error }

// spoiled is a table with another text in one cell, row from 1 and column from 0.
func spoiled(table load.Table, row, column int, text string) load.Table {
	records := table.Records
	table.Records = func() iter.Seq2[load.Record, error] {
		return func(yield func(load.Record, error) bool) {
			n := 0
			for r, err := range records() {
				if n++; n == row && err == nil {
					r.Cells = slices.Clone(r.Cells)
					r.Cells[column].Text, r.Cells[column].Null = []byte(text), false
				}
				if !yield(r, err) {
					return
				}
			}
		}
	}
	return table
}
