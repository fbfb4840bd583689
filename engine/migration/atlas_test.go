package migration_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"cambium/engine/migration"
)

// cli is the Atlas CLI that tools/go.mod pins.
func cli(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "bin", "atlas")
	_, err = os.Stat(path)
	require.NoError(t, err, "run make atlas")
	return path
}

// atlas runs the CLI in an empty directory, where there is no atlas.hcl, and returns what it says.
func atlas(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), eventually)
	defer cancel()
	cmd := exec.CommandContext(ctx, cli(t), args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "ATLAS_NO_UPDATE_NOTIFIER=true")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func atlasApply(t *testing.T, at, path string, more ...string) (string, error) {
	t.Helper()
	return atlas(t, append([]string{"migrate", "apply", "--url", at, "--dir", "file://" + path}, more...)...)
}

func requireAtlasUpToDate(t *testing.T, at, path, version string) {
	t.Helper()
	out, err := atlas(t, "migrate", "status", "--url", at, "--dir", "file://"+path)
	require.NoError(t, err, out)
	require.Contains(t, out, "Migration Status: OK")
	require.Contains(t, out, version)
	require.Contains(t, out, "Pending Files:   0")
	out, err = atlasApply(t, at, path)
	require.NoError(t, err, out)
	require.Contains(t, out, "No migration files to execute")
}

func TestAtlasKnowsWhatWasApplied(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	_, err := apply(t, db, path)
	require.NoError(t, err)
	requireAtlasUpToDate(t, at, path, "20250103000000")
}

func TestWhatAtlasAppliedIsKnown(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	out, err := atlasApply(t, at, path)
	require.NoError(t, err, out)
	require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))
	st := status(t, db, path)
	require.Len(t, st.Applied, 3)
	require.Contains(t, st.Applied[0].Operator, "Atlas CLI")
	rep, err := apply(t, db, path)
	require.NoError(t, err)
	require.Empty(t, rep.Applied)
}

func TestAtlasTakesTurns(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	out, err := atlasApply(t, at, path, "1")
	require.NoError(t, err, out)
	require.Len(t, status(t, db, path).Pending, 2)
	rep, err := apply(t, db, path)
	require.NoError(t, err)
	require.Equal(t, []string{"20250102000000_create_b.sql", "20250103000000_create_c.sql"}, runNames(rep))
	edit(t, path, files{"20250104000000_d.sql": "CREATE TABLE d (id bigint);\n"})
	out, err = atlasApply(t, at, path)
	require.NoError(t, err, out)
	require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))
	require.Len(t, status(t, db, path).Applied, 4)
}

func TestAtlasMakesTheSameRevisionTable(t *testing.T) {
	t.Parallel()
	path := tree(t, three())
	const shape = `SELECT concat_ws(' ', a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
		FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attrelid = 'atlas_schema_revisions.atlas_schema_revisions'::regclass AND a.attnum > 0
		UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = 'atlas_schema_revisions' ORDER BY 1`
	// What was applied, except when, how long, by whom, and what the CLI of 2023 leaves behind when it is done.
	const rows = `SELECT concat_ws('|', version, description, type, applied, total, error, error_stmt, hash)
		FROM atlas_schema_revisions.atlas_schema_revisions ORDER BY 1`
	ours, _ := setup(t)
	_, err := apply(t, ours, path)
	require.NoError(t, err)
	theirs, at := setup(t)
	out, err := atlasApply(t, at, path)
	require.NoError(t, err, out)
	require.Equal(t, query(t, theirs, shape), query(t, ours, shape))
	require.Equal(t, query(t, theirs, rows), query(t, ours, rows))
}

func TestAtlasWithSearchPath(t *testing.T) {
	t.Parallel()
	path := tree(t, three())
	for _, atlasFirst := range []bool{true, false} {
		db, at := setup(t)
		run(t, db, "CREATE SCHEMA app")
		at = in(t, at, "app")
		app := open(t, at)
		if atlasFirst {
			out, err := atlasApply(t, at, path)
			require.NoError(t, err, out)
			require.NoError(t, migration.Verify(t.Context(), app, migration.LocalDir(path)))
		} else {
			_, err := apply(t, app, path)
			require.NoError(t, err)
		}
		requireAtlasUpToDate(t, at, path, "20250103000000")
		require.Equal(t, []string{"app.a", "app.atlas_schema_revisions", "app.b", "app.c", "public."}, relations(t, db))
	}
}

// A file without a transaction stops in the middle under one program, is corrected, and finished by the other.
func TestAtlasHalfAppliedFile(t *testing.T) {
	t.Parallel()
	const name = "20250101000000_a.sql"
	const head = "-- atlas:txmode none\n\n-- One.\nCREATE TABLE a (id bigint);\nINSERT INTO a VALUES (1);\n"
	for _, atlasFirst := range []bool{true, false} {
		db, at := setup(t)
		path := tree(t, files{name: head + "SELECT nothing;\n"})
		if atlasFirst {
			out, err := atlasApply(t, at, path)
			require.Error(t, err, out)
		} else {
			_, err := apply(t, db, path)
			require.Error(t, err)
		}
		partial := status(t, db, path).Partial
		require.NotNil(t, partial)
		require.Equal(t, 2, partial.Applied)
		require.Equal(t, 3, partial.Total)
		out, err := atlas(t, "migrate", "status", "--url", at, "--dir", "file://"+path)
		require.NoError(t, err, out)
		require.Contains(t, out, "PENDING")
		require.Contains(t, out, "(2 statements applied)")

		edit(t, path, files{name: head + "INSERT INTO a VALUES (2);\n"})
		if atlasFirst {
			_, err := apply(t, db, path)
			require.NoError(t, err)
		} else {
			out, err := atlasApply(t, at, path)
			require.NoError(t, err, out)
		}
		require.Equal(t, []string{"1", "2"}, query(t, db, "SELECT id FROM a ORDER BY 1"))
		require.NoError(t, migration.Verify(t.Context(), db, migration.LocalDir(path)))
		requireAtlasUpToDate(t, at, path, "20250101000000")
	}
}

func TestAtlasAndOthersAtOnce(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	g, ctx := errgroup.WithContext(t.Context())
	for range 4 {
		pool := open(t, at)
		g.Go(func() error {
			_, err := migration.Apply(ctx, pool, migration.LocalDir(path), migration.Options{})
			return err
		})
		g.Go(func() error {
			_, err := atlasApply(t, at, path, "--lock-timeout", "1m")
			return err
		})
	}
	require.NoError(t, g.Wait())
	require.Equal(t, []string{"1"}, query(t, db, "SELECT id FROM b"))
	require.Len(t, status(t, db, path).Applied, 3)
}

func TestAtlasVouchesForDiff(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := t.TempDir()
	_, err := migration.Diff(t.Context(), db, migration.LocalDir(path), wanted(shop()), "create_shop", migration.DiffOptions{})
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(path, "atlas.sum"))
	require.NoError(t, err)
	// Executed on the test's own database, which is still empty.
	out, err := atlas(t, "migrate", "validate", "--dir", "file://"+path, "--dev-url", at)
	require.NoError(t, err, out)
	out, err = atlas(t, "migrate", "hash", "--dir", "file://"+path)
	require.NoError(t, err, out)
	again, err := os.ReadFile(filepath.Join(path, "atlas.sum"))
	require.NoError(t, err)
	require.Equal(t, string(sum), string(again))
	out, err = atlasApply(t, at, path)
	require.NoError(t, err, out)
	pushed, err := push(t, db, shop(), false)
	require.NoError(t, err)
	require.Empty(t, pushed.String())
}

// The CLI's lint and ours find the same of what Atlas' analyzers look for.
func TestAtlasLintAgrees(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"ALTER TABLE t DROP COLUMN n;":                 "DS103",
		"DROP TABLE t;":                                "DS102",
		"ALTER TABLE t RENAME COLUMN n TO m;":          "BC102",
		"ALTER TABLE t RENAME TO u;":                   "BC101",
		"ALTER TABLE t ADD COLUMN x integer NOT NULL;": "MF103",
		"ALTER TABLE t ALTER COLUMN n SET NOT NULL;":   "MF104",
		"CREATE UNIQUE INDEX t_n ON t (n);":            "MF101",
		"ALTER TABLE t ADD COLUMN x integer;":          "",
	} {
		db, at := setup(t)
		path := tree(t, files{"20250101000000_base.sql": lintBase, "20250102000000_change.sql": text + "\n"})
		out, err := atlas(t, "migrate", "lint", "--dir", "file://"+path, "--dev-url", at, "--latest", "1")
		found, lintErr := migration.Lint(t.Context(), db, migration.LocalDir(path), migration.LintOptions{Latest: 1})
		require.NoError(t, lintErr)
		var ours []string
		for _, f := range found {
			if !strings.HasPrefix(f.Code, "CB") {
				ours = append(ours, f.Code)
			}
		}
		if code == "" {
			require.NoError(t, err, out)
			require.Empty(t, out)
			require.Empty(t, ours)
			continue
		}
		require.Equal(t, []string{code}, ours, text)
		if code[:2] == "DS" {
			require.Error(t, err, "it fails for lost data")
		}
		said := map[string]string{
			"DS102": `Dropping table "t"`, "DS103": `Dropping non-virtual column "n"`, "BC101": `Renaming table "t" to "u"`, "BC102": `Renaming column "n" to "m"`,
			"MF101": `Adding a unique index "t_n" on table "t"`, "MF103": `Adding a non-nullable "integer" column "x"`, "MF104": `Modifying nullable column "n" to non-nullable`,
		}[code]
		require.Contains(t, out, said)
		require.Contains(t, found[len(found)-1].Text+found[0].Text, said)
	}
}

// A directory with down/ in it is the same to the CLI as one without, from hash to apply.
func TestAtlasIgnoresTheReverse(t *testing.T) {
	t.Parallel()
	_, at := setup(t)
	_, dev := setup(t)
	path := reversible(t)
	write(t, path, "down/20250101000000_a.sql", "THIS IS NOT SQL;\n")
	sum, err := os.ReadFile(filepath.Join(path, "atlas.sum"))
	require.NoError(t, err)
	for _, args := range [][]string{
		{"migrate", "hash", "--dir", "file://" + path},
		{"migrate", "validate", "--dir", "file://" + path, "--dev-url", dev},
		{"migrate", "lint", "--dir", "file://" + path, "--dev-url", dev, "--latest", "4"},
		{"migrate", "apply", "--dir", "file://" + path, "--url", at},
		{"migrate", "status", "--dir", "file://" + path, "--url", at},
	} {
		out, err := atlas(t, args...)
		require.NoError(t, err, "%v: %s", args, out)
	}
	again, err := os.ReadFile(filepath.Join(path, "atlas.sum"))
	require.NoError(t, err)
	require.Equal(t, string(sum), string(again))
	requireAtlasUpToDate(t, at, path, "20250104000000")
}
