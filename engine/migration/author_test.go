package migration_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/migration"
)

func TestNewHashValidate(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	dir := migration.LocalDir(path)
	w, err := migration.New(dir, "fill_b")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(path, w.Name), w.Path)
	require.FileExists(t, w.Down)
	require.NoError(t, migration.Validate(t.Context(), db, dir), "an empty one is one too")

	require.NoError(t, os.WriteFile(w.Path, []byte("INSERT INTO b VALUES (2);\n"), 0o600))
	require.ErrorIs(t, migration.Validate(t.Context(), db, dir), migration.ErrChecksum)
	require.NoError(t, migration.Hash(dir))
	require.NoError(t, migration.Validate(t.Context(), db, dir))

	require.NoError(t, os.WriteFile(w.Path, []byte("INSERT INTO nowhere VALUES (2);\n"), 0o600))
	require.NoError(t, migration.Hash(dir))
	require.ErrorContains(t, migration.Validate(t.Context(), db, dir), w.Name+":1: statement 1 of 1: ")

	require.NoError(t, os.Rename(w.Down, filepath.Join(path, "down", "20200101000000_other.sql")))
	require.ErrorContains(t, migration.Validate(t.Context(), db, dir), "down/20200101000000_other.sql undoes no file")
	_, err = migration.New(dir, "Fill B")
	require.ErrorContains(t, err, "use lower case")
	_, err = migration.New(migration.NewDir(os.DirFS(path)), "fill_b")
	require.ErrorContains(t, err, "is embedded in the program")
}

// Two branches have both added a file; atlas.sum is what git leaves of such a merge.
func TestRebase(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	write(t, path, "20250102120000_mine.sql", "CREATE TABLE mine (id bigint);\n")
	require.NoError(t, os.MkdirAll(filepath.Join(path, "down"), 0o700))
	write(t, path, "down/20250102120000_mine.sql", "DROP TABLE mine;\n")
	write(t, path, "atlas.sum", "<<<<<<< HEAD\nh1:a\n=======\nh1:b\n>>>>>>> mine\n")
	dir := migration.LocalDir(path)
	_, err := dir.Files()
	require.ErrorIs(t, err, migration.ErrChecksum)

	_, err = migration.Rebase(dir, []string{"20240101000000"})
	require.ErrorContains(t, err, "no file has the version 20240101000000")
	moved, err := migration.Rebase(dir, []string{"20250102120000"})
	require.NoError(t, err)
	require.Len(t, moved, 1)
	require.Equal(t, "mine", moved[0].Description)
	require.FileExists(t, moved[0].Down)
	files, err := dir.Files()
	require.NoError(t, err)
	require.Equal(t, moved[0].Name, files[3].Name)
	require.NoError(t, migration.Validate(t.Context(), db, dir))
	out, err := atlas(t, "migrate", "validate", "--dir", "file://"+path, "--dev-url", at)
	require.NoError(t, err, out)
}
