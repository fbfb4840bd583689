package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/migration"
	"cambium/internal/apitest"
	"cambium/internal/northwind"
	"cambium/internal/pgtest"
)

func TestLoadThenPageEveryOrderOnce(t *testing.T) {
	t.Parallel()
	dir, o := northwind.Dir(t), with(migrated(t), "ADDR=127.0.0.1:0")
	loaded := api(t, o, "load", dir)
	require.Equal(t, exitDone, loaded.code, loaded.stderr)
	for _, line := range []string{"customers: 91 rows\n", "orders: 830 rows\n", "order_lines: 2155 rows\n"} {
		assert.Contains(t, loaded.stderr, line)
	}
	again := api(t, o, "load", dir)
	assert.Equal(t, exitFailed, again.code)
	assert.Contains(t, again.stderr, "--replace")
	replaced := api(t, o, "load", dir, "--replace")
	assert.Equal(t, exitDone, replaced.code, replaced.stderr)

	p := start(t, o, "serve")
	url := p.URL(t)
	seen := make(map[string]int)
	var after any
	for {
		var page orders
		query(t, url, `query($after: String) { orders(first: 7, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &page)
		for _, e := range page.Orders.Edges {
			seen[e.Node.ID]++
		}
		if !page.Orders.PageInfo.HasNextPage {
			break
		}
		require.Len(t, page.Orders.Edges, 7)
		after = page.Orders.PageInfo.EndCursor
	}
	assert.Len(t, seen, 830)
	for id, n := range seen {
		assert.Equal(t, 1, n, id)
	}
	terminate(t, p)
}

func TestLoadRefusals(t *testing.T) {
	t.Parallel()
	url, dir := migrated(t), t.TempDir()
	nothing := api(t, with(url), "load", dir)
	assert.Equal(t, exitFailed, nothing.code)
	assert.Equal(t, 1, strings.Count(nothing.stderr, "\n"), nothing.stderr)
	missing := api(t, with(url), "load", filepath.Join(dir, "missing"))
	assert.Equal(t, exitFailed, missing.code)
	assert.Contains(t, missing.stderr, "missing")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "regions.csv"), []byte("id,name\n1,North\nx,South\n"), 0o600))
	bad := api(t, with(url), "load", dir)
	assert.Equal(t, exitFailed, bad.code)
	assert.Contains(t, bad.stderr, filepath.Join(dir, "regions.csv")+":3:1: id: ")
	behind := api(t, with(pgtest.NewDatabase(t)), "load", dir)
	assert.Equal(t, exitFailed, behind.code)
	assert.Contains(t, behind.stderr, "run: api migrate apply\n")
	noArgument := api(t, with(url), "load")
	assert.Equal(t, exitUsage, noArgument.code)
	assert.Equal(t, "api: accepts 1 arg(s), received 0: see: api load --help\n", noArgument.stderr)
}

func TestSeed(t *testing.T) {
	t.Parallel()
	o := with(migrated(t))
	r := api(t, o, "seed", "--size", "small", "--seed", "7")
	require.Equal(t, exitDone, r.code, r.stderr)
	assert.Regexp(t, `^loaded \d+ rows into 11 tables of `, r.stdout)
	assert.Equal(t, exitFailed, api(t, o, "seed").code)
	again := api(t, o, "seed", "--seed", "7", "--replace")
	assert.Equal(t, r.stdout, again.stdout, "the same seed, the same rows")
	assert.Equal(t, result{exitUsage, "", "api: --size must be small, micro or large\n"}, api(t, o, "seed", "--size", "huge"))
}

func TestToolsOnThePrivatePostgreSQL(t *testing.T) {
	t.Parallel()
	dir := apitest.DataDir(t)
	r := api(t, apitest.Options{}, "seed", "--data-dir", dir)
	require.Equal(t, exitDone, r.code, r.stderr)
	assert.Contains(t, r.stdout, "rows into 11 tables of cambium@127.0.0.1:")
	r = api(t, apitest.Options{}, "migrate", "status", "--data-dir", dir)
	require.Equal(t, exitDone, r.code, r.stderr)
	assert.Contains(t, r.stdout, " 0 pending\n")
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	o := with(pgtest.NewDatabase(t))
	o.Dir = moduleRoot(t)
	before := api(t, o, "migrate", "status")
	require.Equal(t, exitDone, before.code, before.stderr)
	assert.Regexp(t, `(?m)^pending +\d{14}_create_order_desk\.sql`, before.stdout)
	assert.Regexp(t, `(?m)^0 applied, [1-9]\d* pending$`, before.stdout)
	applied := api(t, o, "migrate", "apply")
	require.Equal(t, exitDone, applied.code, applied.stderr)
	assert.Regexp(t, `(?m)^applied \d{14}_create_order_desk\.sql \(\d+ statements, .*\)$`, applied.stdout)
	assert.Regexp(t, `(?m)^the database is at version \d{14}$`, applied.stdout)
	again := api(t, o, "migrate", "apply")
	require.Equal(t, exitDone, again.code, again.stderr)
	assert.NotContains(t, again.stdout, "applied ")
	after := api(t, o, "migrate", "status")
	assert.Regexp(t, `(?m)^applied +\d{14}_create_order_desk\.sql +\S+Z +cambium `, after.stdout)
	assert.Contains(t, after.stdout, " 0 pending\n")

	check := api(t, o, "migrate", "diff", "--check")
	assert.Equal(t, result{exitDone, "the migrations lead to the schema\n", ""}, check)
	diff := api(t, o, "migrate", "diff", "add_nothing")
	assert.Equal(t, result{exitDone, "no changes: the migrations already lead to the schema\n", ""}, diff)
}

func TestMigrateDiffWritesAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := with(pgtest.NewDatabase(t))
	check := api(t, o, "migrate", "diff", "--check", "--dir", dir)
	assert.Equal(t, exitFailed, check.code)
	assert.Contains(t, check.stdout, `CREATE TABLE "orders"`)
	assert.Contains(t, check.stderr, "api: a migration is missing: write it with: api migrate diff NAME\n")
	diff := api(t, o, "migrate", "diff", "create_all", "--dir", dir)
	require.Equal(t, exitDone, diff.code, diff.stderr)
	files, err := filepath.Glob(filepath.Join(dir, "*_create_all.sql"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Contains(t, diff.stdout, "\nwrote "+files[0]+"\n")
	assert.FileExists(t, filepath.Join(dir, "atlas.sum"))
	assert.Equal(t, exitDone, api(t, o, "migrate", "diff", "--check", "--dir", dir).code)

	unnamed := api(t, o, "migrate", "diff", "--dir", dir)
	assert.Equal(t, result{exitUsage, "", "api: say what the migration does, such as: api migrate diff add_invoices\n"}, unnamed)
	nowhere := api(t, apitest.Options{Env: o.Env, Dir: dir}, "migrate", "diff", "x")
	assert.Equal(t, result{exitUsage, "", "api: there is no directory ent/migrate/migrations here: run this in the project's root, or name it with --dir\n"}, nowhere)
}

func TestPush(t *testing.T) {
	t.Parallel()
	url := pgtest.NewDatabase(t)
	refused := api(t, with(url), "push")
	assert.Equal(t, exitUsage, refused.code)
	assert.Contains(t, refused.stdout, `CREATE TABLE "orders"`, "the plan comes first")
	assert.Contains(t, refused.stderr, "nothing was changed")
	assert.Contains(t, refused.stderr, "--yes")
	pushed := api(t, with(url), "push", "--yes")
	require.Equal(t, exitDone, pushed.code, pushed.stderr)
	assert.Contains(t, pushed.stdout, `CREATE TABLE "orders"`)
	assert.True(t, strings.HasSuffix(pushed.stdout, "pushed\n"))
	assert.Regexp(t, `^\S+ has the schema already\n$`, api(t, with(url), "push").stdout)

	execute(t, url, `ALTER TABLE shippers ADD COLUMN motto text`)
	loss := api(t, with(url), "push", "--yes")
	assert.Equal(t, exitFailed, loss.code)
	assert.Contains(t, loss.stdout, "motto")
	assert.Contains(t, loss.stderr, "--accept-data-loss")
	accepted := api(t, with(url), "push", "--yes", "--accept-data-loss")
	assert.Equal(t, exitDone, accepted.code, accepted.stderr)
}

func TestConfigShowsNoSecret(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("5ec4e7", 11)
	r := api(t, with("postgres://u:hunter2@db.example:6432/desk?sslmode=require", "CURSOR_KEY="+key, "DRAIN_DELAY=5s"), "config")
	require.Equal(t, exitDone, r.code, r.stderr)
	assert.NotContains(t, r.stdout, "hunter2")
	assert.NotContains(t, r.stdout, key)
	for _, row := range []string{
		`DATABASE_URL +postgres://u:\*\*\*@db\.example:6432/desk\?sslmode=require +environment`,
		`DATABASE_MAX_CONNS +10 +default`, `ADDR +127\.0\.0\.1:8080 +default`, `CURSOR_KEY +\(set\) +environment`, `DRAIN_DELAY +5s +environment`,
	} {
		assert.Regexp(t, "(?m)^"+row+"$", r.stdout)
	}
	unset := api(t, apitest.Options{}, "config")
	assert.Equal(t, exitDone, unset.code)
	assert.Regexp(t, `(?m)^DATABASE_URL +\(none: .*\) +default$`, unset.stdout)
	malformed := api(t, with("mysql://u:hunter2@h/d", "DATABASE_MAX_CONNS=no", "LOG_LEVEL=no"), "config")
	assert.Equal(t, exitUsage, malformed.code)
	assert.Equal(t, 3, strings.Count(malformed.stderr, "\n"), "all faults, one line each: %s", malformed.stderr)
	assert.NotContains(t, malformed.stderr, "hunter2")
}

// moduleRoot is the directory of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "go.mod"))
	return root
}

func TestPullWritesASchema(t *testing.T) {
	t.Parallel()
	o, dir := with(migrated(t)), filepath.Join(t.TempDir(), "schema")
	r := api(t, o, "pull", dir)
	require.Equal(t, exitDone, r.code, r.stderr)
	assert.Regexp(t, `wrote \d+ files to `, r.stdout)
	assert.FileExists(t, filepath.Join(dir, "order.go"))
	assert.FileExists(t, filepath.Join(dir, "objects", "embed.go"))
	again := api(t, o, "pull", dir)
	assert.Equal(t, exitFailed, again.code)
	assert.Contains(t, again.stderr, "is not empty: nothing was written")
}

func TestMigrateLife(t *testing.T) {
	t.Parallel()
	o := with(pgtest.NewDatabase(t))
	o.Dir = moduleRoot(t)
	dry := api(t, o, "migrate", "apply", "--dry-run")
	require.Equal(t, exitDone, dry.code, dry.stderr)
	assert.Contains(t, dry.stdout, `CREATE TABLE "orders"`)
	assert.Contains(t, dry.stdout, "the database is at version none\n")
	behind := api(t, o, "migrate", "check")
	assert.Equal(t, exitFailed, behind.code)
	assert.Contains(t, behind.stderr, "the database, the migrations and the schema differ\n")

	applied := api(t, o, "migrate", "apply", "--json")
	require.Equal(t, exitDone, applied.code, applied.stderr)
	var report struct {
		Applied []struct{ Version string }
		Current string
	}
	require.NoError(t, json.Unmarshal([]byte(applied.stdout), &report))
	require.NotEmpty(t, report.Applied)
	assert.Equal(t, report.Applied[len(report.Applied)-1].Version, report.Current)
	check := api(t, o, "migrate", "check")
	require.Equal(t, exitDone, check.code, check.stderr)
	assert.Contains(t, check.stdout, "the migrations and the schema agree\n")
	assert.Equal(t, exitDone, api(t, o, "migrate", "validate").code)
	lint := api(t, o, "migrate", "lint", "--json")
	assert.Equal(t, exitDone, lint.code, lint.stderr)

	asks := api(t, o, "migrate", "down")
	assert.Equal(t, exitUsage, asks.code)
	assert.Contains(t, asks.stdout, "-- take back ")
	down := api(t, o, "migrate", "down", "--to", "0", "--yes")
	require.Equal(t, exitDone, down.code, down.stderr)
	assert.Regexp(t, `took back \d+ migrations\n$`, down.stdout)
	status := api(t, o, "migrate", "status", "--json")
	assert.Contains(t, status.stdout, `"applied": []`)
}

// A column that the files call otherwise than the schema is no drop and addition by silence.
func TestMigrateDiffAsksAboutRenames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(moduleRoot(t), migrationsDir))))
	o := with(pgtest.NewDatabase(t))
	written := api(t, o, "migrate", "new", "call_it_telephone", "--dir", dir, "--json")
	require.Equal(t, exitDone, written.code, written.stderr)
	var w struct{ Path, Down string }
	require.NoError(t, json.Unmarshal([]byte(written.stdout), &w))
	require.NoError(t, os.WriteFile(w.Path, []byte("ALTER TABLE shippers RENAME COLUMN phone TO telephone;\n"), 0o600))
	require.Equal(t, exitDone, api(t, o, "migrate", "hash", "--dir", dir).code)

	refused := api(t, o, "migrate", "diff", "call_it_phone", "--dir", dir)
	assert.Equal(t, exitFailed, refused.code)
	assert.Contains(t, refused.stderr, `--drop "shippers.telephone"; if it was renamed: --rename shippers.telephone:phone`)
	done := api(t, o, "migrate", "diff", "call_it_phone", "--dir", dir, "--rename", "shippers.telephone:phone")
	require.Equal(t, exitDone, done.code, done.stderr)
	assert.Contains(t, done.stdout, `RENAME COLUMN "telephone" TO "phone"`)
	assert.NotContains(t, done.stdout, "DROP COLUMN")
}

func TestAskRename(t *testing.T) {
	t.Parallel()
	gone := migration.Gone{Table: "customers", Column: "phone", Candidates: []string{"mobile", "landline"}}
	for said, want := range map[string]string{"2\n": "landline", "x\n\n1\n": "mobile", "d\n": ""} {
		p := &program{stdin: strings.NewReader(said), stdout: io.Discard}
		got, err := p.askRename(t.Context(), gone)
		require.NoError(t, err)
		assert.Equal(t, want, got, said)
	}
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard}
	_, err := p.askRename(t.Context(), gone)
	assert.ErrorContains(t, err, "nobody answered")
}
