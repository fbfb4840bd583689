package migration_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
)

// refusals are the ways in which a directory stops being the one that was applied.
var refusals = map[string]struct {
	spoil func(t *testing.T, path string)
	is    error
	says  string
}{
	"edited": {
		spoil: func(t *testing.T, path string) {
			t.Helper()
			write(t, path, "20250102000000_create_b.sql", "CREATE TABLE b2 (id bigint);\n")
		},
		is: migration.ErrChecksum, says: "20250102000000_create_b.sql was edited",
	},
	"missing": {
		spoil: func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(filepath.Join(path, "20250102000000_create_b.sql")))
		},
		is: migration.ErrChecksum, says: "20250102000000_create_b.sql is missing",
	},
	"added": {
		spoil: func(t *testing.T, path string) {
			t.Helper()
			write(t, path, "20250102120000_x.sql", "SELECT 1;\n")
		},
		is: migration.ErrChecksum, says: "20250102120000_x.sql was added",
	},
	"reordered": {
		spoil: func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Rename(filepath.Join(path, "20250103000000_create_c.sql"), filepath.Join(path, "20250101120000_create_c.sql")))
		},
		is: migration.ErrChecksum, says: "20250101120000_create_c.sql was added",
	},
	"tampered atlas.sum": {
		spoil: func(t *testing.T, path string) {
			t.Helper()
			sum, err := os.ReadFile(filepath.Join(path, "atlas.sum"))
			require.NoError(t, err)
			sum[len(sum)-5] ^= 1
			write(t, path, "atlas.sum", string(sum))
		},
		is: migration.ErrChecksum, says: "atlas.sum was changed by hand",
	},
	"removed atlas.sum": {
		spoil: func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(filepath.Join(path, "atlas.sum")))
		},
		is: migration.ErrChecksum, says: "atlas.sum is missing",
	},
}

// rewrites are changes that atlas.sum was made to vouch for; only the database's history can tell.
var rewrites = map[string]struct {
	change files
	says   string
}{
	"edited":    {files{"20250101000000_create_a.sql": "CREATE TABLE a2 (id bigint);\n"}, "20250101000000_create_a.sql was edited after it was applied"},
	"missing":   {files{"20250101000000_create_a.sql": ""}, "20250101000000_create_a.sql was applied but is not in the directory"},
	"reordered": {files{"20250101120000_x.sql": "CREATE TABLE x (id bigint);\n"}, "20250101120000_x.sql is older than the last applied migration"},
	"replaced": {
		files{"20250102000000_create_b.sql": "", "20250102000001_create_b.sql": "CREATE TABLE b (id bigint);\n"},
		"20250102000000_create_b.sql was applied but is not in the directory",
	},
}

func write(t *testing.T, path, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte(text), 0o600))
}

func TestSpoiledDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	for what, c := range refusals {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			db, _ := setup(t)
			path := tree(t, three())
			c.spoil(t, path)
			requireRefusal(t, db, path, c.is, c.says)
			require.Equal(t, []string{"public."}, relations(t, db), "untouched")
		})
	}
}

func TestRewrittenHistoryIsRefused(t *testing.T) {
	t.Parallel()
	for what, c := range rewrites {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			db, _ := setup(t)
			path := tree(t, files{
				"20250101000000_create_a.sql": three()["20250101000000_create_a.sql"],
				"20250102000000_create_b.sql": three()["20250102000000_create_b.sql"],
			})
			_, err := apply(t, db, path)
			require.NoError(t, err)
			before := relations(t, db)
			edit(t, path, c.change)
			edit(t, path, files{"20250103000000_create_c.sql": "CREATE TABLE c (id bigint);\n"})
			requireRefusal(t, db, path, migration.ErrHistory, c.says)
			require.Equal(t, before, relations(t, db), "untouched")
		})
	}
}

func requireRefusal(t *testing.T, db *database.DB, path string, is error, says string) {
	t.Helper()
	_, err := apply(t, db, path)
	require.ErrorIs(t, err, is)
	require.ErrorContains(t, err, says)
	err = migration.Verify(t.Context(), db, migration.LocalDir(path))
	require.ErrorIs(t, err, is)
	require.ErrorContains(t, err, says)
}

func TestStatusNamesTheFirstDifferenceOnly(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	_, err := apply(t, db, path)
	require.NoError(t, err)
	edit(t, path, files{"20250102000000_create_b.sql": "SELECT 1;\n"})
	st := status(t, db, path)
	require.Equal(t, []string{"20250102000000_create_b.sql"}, fileNames(st.Edited))
	require.Len(t, st.Applied, 3)
}

func TestVersionsMustAscend(t *testing.T) {
	t.Parallel()
	path := tree(t, files{"20250101000000_a.sql": "SELECT 1;\n", "20250101000000_b.sql": "SELECT 1;\n"})
	_, err := migration.LocalDir(path).Files()
	require.ErrorContains(t, err, "20250101000000_b.sql does not come after 20250101000000_a.sql")
}

func TestMissingDirectory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "nowhere")
	_, err := migration.LocalDir(path).Files()
	require.ErrorContains(t, err, "there is no directory "+path)
}

// A release is rolled back: the older program meets the newer schema, and must start.
func TestDatabaseAheadPasses(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	_, err := apply(t, db, path)
	require.NoError(t, err)
	edit(t, path, files{"20250103000000_create_c.sql": ""})
	require.Equal(t, []string{"20250103000000_create_c.sql"}, fileNames(status(t, db, path).Ahead))
	require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))
	rep, err := apply(t, db, path)
	require.NoError(t, err)
	require.Empty(t, rep.Applied)
}

func TestStatusOfAnEmptyDatabaseChangesNothing(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	st := status(t, db, path)
	require.Empty(t, st.Applied)
	require.Equal(t, []string{"20250101000000_create_a.sql", "20250102000000_create_b.sql", "20250103000000_create_c.sql"}, fileNames(st.Pending))
	require.Equal(t, []string{"public."}, relations(t, db))
	require.EqualError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)),
		"database schema is behind by 3 migrations: 20250101000000_create_a.sql, 20250102000000_create_b.sql, 20250103000000_create_c.sql: run: api migrate apply")
}

// A history that lacks a file of the program's is another program's, however new it is.
func TestHistoryOfAnotherProgramIsRefused(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	_, err := apply(t, db, path)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), `UPDATE atlas_schema_revisions.atlas_schema_revisions SET version = '29990101000000'
		WHERE version = '20250103000000'`)
	require.NoError(t, err)
	require.Equal(t, []string{"20250103000000_create_c.sql"}, fileNames(status(t, db, path).OutOfOrder))
	require.ErrorIs(t, migration.Verify(t.Context(), db, migration.LocalDir(path)), migration.ErrHistory)
	_, err = apply(t, db, path)
	require.ErrorIs(t, err, migration.ErrHistory)
}
