package migration_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ariga.io/atlas/sql/migrate"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/internal/faultlab"
	"cambium/internal/pgtest"
)

func TestMain(m *testing.M) {
	if os.Getenv(helperURL) != "" {
		if err := applyAndStop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, faultlab.Pipes())
}

// setup is an empty database of the test's own, and its URL.
func setup(t *testing.T) (*database.DB, string) {
	t.Helper()
	at := pgtest.NewDatabase(t)
	return open(t, at), at
}

func open(t *testing.T, at string) *database.DB {
	t.Helper()
	return openConfig(t, database.NewConfig(at))
}

// in is a database URL that works in the named schemas.
func in(t *testing.T, at, schemas string) string {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", schemas)
	u.RawQuery = q.Encode()
	return u.String()
}

// files is a directory's content by name.
type files map[string]string

// tree writes the files and the atlas.sum that vouches for them, and returns the directory's path.
func tree(t *testing.T, content files) string {
	t.Helper()
	path := t.TempDir()
	edit(t, path, content)
	return path
}

// edit writes files into a directory, removes those without text, and vouches for the outcome.
func edit(t *testing.T, path string, content files) {
	t.Helper()
	for name, text := range content {
		if text == "" {
			require.NoError(t, os.Remove(filepath.Join(path, name)))
			continue
		}
		require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte(text), 0o600))
	}
	dir, err := migrate.NewLocalDir(path)
	require.NoError(t, err)
	sum, err := dir.Checksum()
	require.NoError(t, err)
	require.NoError(t, migrate.WriteSumFile(dir, sum))
}

func apply(t *testing.T, db *database.DB, path string) (migration.Report, error) {
	t.Helper()
	return migration.Apply(t.Context(), db, migration.LocalDir(path), migration.Options{})
}

func status(t *testing.T, db *database.DB, path string) migration.Status {
	t.Helper()
	st, err := migration.ReadStatus(t.Context(), db, migration.LocalDir(path))
	require.NoError(t, err)
	return st
}

// query reads the first column of a query's rows.
func query(t *testing.T, db *database.DB, text string) (all []string) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), text)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var s sql.NullString
		require.NoError(t, rows.Scan(&s))
		all = append(all, s.String)
	}
	require.NoError(t, rows.Err())
	return all
}

func run(t *testing.T, db *database.DB, text string) {
	t.Helper()
	_, err := db.SQL().ExecContext(t.Context(), text)
	require.NoError(t, err)
}

// relations is every table and schema of the database, to see that a refusal touched nothing.
func relations(t *testing.T, db *database.DB) []string {
	t.Helper()
	return query(t, db, `SELECT n.nspname || '.' || coalesce(c.relname, '') FROM pg_namespace n
		LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
		WHERE n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema' ORDER BY 1`)
}

func namesOf[T any](list []T, name func(T) string) []string {
	all := []string{}
	for _, v := range list {
		all = append(all, name(v))
	}
	return all
}

func fileNames(list []migration.File) []string {
	return namesOf(list, func(f migration.File) string { return f.Name })
}

func runNames(rep migration.Report) []string {
	return namesOf(rep.Applied, func(r migration.Run) string { return r.Name })
}

// three is a small history.
func three() files {
	return files{
		"20250101000000_create_a.sql": "-- Create \"a\" table\nCREATE TABLE \"a\" (\"id\" bigint NOT NULL, PRIMARY KEY (\"id\"));\n",
		"20250102000000_create_b.sql": "CREATE TABLE b (id bigint);\nINSERT INTO b VALUES (1);\n",
		"20250103000000_create_c.sql": "CREATE TABLE c (id bigint);\n",
	}
}

func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func openConfig(t *testing.T, cfg database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

const (
	// eventually bounds a wait for something that takes milliseconds on an idle machine.
	eventually = 30 * time.Second
	tick       = 10 * time.Millisecond
)
