package migrate_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/migration"
	"cambium/ent/migrate"
)

// atlasWait bounds one run of the CLI; loading ent:// compiles the schema, which takes a while where nothing is cached.
const atlasWait = 3 * time.Minute

// atlas runs the CLI of tools/go.mod at the module's root with --env local, and returns what it says.
func atlas(t *testing.T, url, dev string, args ...string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	path := filepath.Join(root, "bin", "atlas")
	_, err = os.Stat(path)
	require.NoError(t, err, "run make atlas")
	ctx, cancel := context.WithTimeout(t.Context(), atlasWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append(args, "--env", "local")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "DATABASE_URL="+url, "ATLAS_DEV_URL="+dev, "ATLAS_NO_UPDATE_NOTIFIER=true")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "atlas %v: %s", args, out)
	return string(out)
}

func TestAtlasDiffFindsNothing(t *testing.T) {
	t.Parallel()
	_, at := setup(t)
	_, dev := setup(t)
	// On a copy of the directory, so that a finding does not end up among the real ones.
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, migrate.Migrations()))
	require.Contains(t, atlas(t, at, dev, "migrate", "diff", "--dir", "file://"+dir), "no changes to be made")
	require.Contains(t, atlas(t, at, dev, "migrate", "diff"), "no changes to be made")
	require.Empty(t, atlas(t, at, dev, "migrate", "validate"))
}

func TestAtlasAppliesAndIsKnown(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	dir := migration.NewDir(migrate.Migrations())
	require.Contains(t, atlas(t, at, "", "migrate", "status"), "Migration Status: PENDING")
	require.Contains(t, atlas(t, at, "", "migrate", "apply"), "-- ok")
	require.NoError(t, migration.Verify(t.Context(), db, dir))
	rep, err := migration.Apply(t.Context(), db, dir, migration.Options{})
	require.NoError(t, err)
	require.Empty(t, rep.Applied)
}

func TestAtlasKnowsWhatWasApplied(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	_, err := migration.Apply(t.Context(), db, migration.NewDir(migrate.Migrations()), migration.Options{})
	require.NoError(t, err)
	require.Contains(t, atlas(t, at, "", "migrate", "status"), "Migration Status: OK")
	require.Contains(t, atlas(t, at, "", "migrate", "apply"), "No migration files to execute")
}
