package migration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
)

// lintBase is what the linted files change.
const lintBase = `CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE t (id bigint PRIMARY KEY, n integer, s text, p_id bigint);
CREATE INDEX t_p_id ON t (p_id);
`

const none = "-- atlas:txmode none\n\n"

func lint(t *testing.T, db *database.DB, content files, opts migration.LintOptions) []migration.Finding {
	t.Helper()
	path := tree(t, content)
	require.NoError(t, os.MkdirAll(filepath.Join(path, "down"), 0o700))
	for name := range content {
		write(t, path, "down/"+name, "-- There is nothing to undo.\n")
	}
	all, err := migration.Lint(t.Context(), db, migration.LocalDir(path), opts)
	require.NoError(t, err)
	return all
}

func codes(all []migration.Finding) string {
	var list []string
	for _, f := range all {
		list = append(list, f.Code)
	}
	return strings.Join(list, " ")
}

// Each rule, where it bites, and what it recommends instead, where nothing bites.
func TestLintRules(t *testing.T) {
	t.Parallel()
	db, _ := setup(t) // only its server is used
	for name, c := range map[string]struct{ text, codes string }{
		"index":                       {"CREATE INDEX t_n ON t (n);", "CB101"},
		"index, safe":                 {none + "CREATE INDEX CONCURRENTLY t_n ON t (n);", ""},
		"index in a DO block":         {"DO $$ BEGIN EXECUTE 'CREATE INDEX t_n ON t (n)'; END $$;", "CB101"},
		"index of a new table":        {"CREATE TABLE u (id bigint);\nCREATE INDEX u_id ON u (id);", ""},
		"unique constraint":           {"ALTER TABLE t ADD CONSTRAINT t_n UNIQUE (n);", "CB101 MF101"},
		"unique constraint, safe":     {none + "-- cambium:allow MF101 there are none\nCREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n);\nALTER TABLE t ADD CONSTRAINT t_n UNIQUE USING INDEX t_n;", "MF101"},
		"type that rewrites":          {"ALTER TABLE t ALTER COLUMN n TYPE bigint;", "CB102 CB203"},
		"type that does not":          {"ALTER TABLE t ALTER COLUMN s TYPE varchar;", "CB203"},
		"volatile default":            {"ALTER TABLE t ADD COLUMN r double precision DEFAULT random();", "CB102"},
		"constant default":            {"ALTER TABLE t ADD COLUMN r double precision DEFAULT 1;", ""},
		"not null":                    {"ALTER TABLE t ALTER COLUMN n SET NOT NULL;", "CB103 MF104"},
		"not null, safe":              {none + "ALTER TABLE t ADD CONSTRAINT c CHECK (n IS NOT NULL) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;\nALTER TABLE t ALTER COLUMN n SET NOT NULL;\nALTER TABLE t DROP CONSTRAINT c;", ""},
		"foreign key":                 {"ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id);", "CB104"},
		"foreign key, safe":           {none + "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT f;", ""},
		"validated in one":            {"ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT f;", "CB104"},
		"check":                       {"ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0);", "CB105"},
		"check, safe":                 {none + "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;", ""},
		"drop a table":                {"DROP TABLE t;", "CB201 DS102"},
		"drop a column":               {"ALTER TABLE t DROP COLUMN n;", "CB201 DS103"},
		"rename a table":              {"ALTER TABLE t RENAME TO u;", "BC101"},
		"rename a column":             {"ALTER TABLE t RENAME COLUMN n TO m;", "BC102"},
		"column that needs a value":   {"ALTER TABLE t ADD COLUMN x integer NOT NULL;", "CB202 MF103"},
		"foreign key without index":   {"ALTER TABLE t ADD COLUMN q_id bigint;\nALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (q_id) REFERENCES p (id) NOT VALID;", "CB301"},
		"new table without index":     {"CREATE TABLE u (p_id bigint REFERENCES p);", "CB301"},
		"allowed":                     {"-- cambium:allow CB101 the table is tiny\nCREATE INDEX t_n ON t (n);", "CB101"},
		"allowed for the file":        {"-- cambium:allow CB101 the tables are tiny\n\nCREATE INDEX t_n ON t (n);\nCREATE INDEX t_s ON t (s);", "CB101 CB101"},
		"allowed without a reason":    {"-- cambium:allow CB101\nCREATE INDEX t_n ON t (n);", "CB101 CB502"},
		"allowed by an unknown code":  {"-- cambium:allow XX101 why not\nCREATE INDEX t_n ON t (n);", "CB101 CB502"},
		"data":                        {"UPDATE t SET n = 1;", ""},
		"made and dropped in one":     {"CREATE TABLE u (id bigint);\nDROP TABLE u;", ""},
		"index dropped, concurrently": {none + "DROP INDEX CONCURRENTLY t_p_id;", ""},
	} {
		found := lint(t, db, files{"20250101000000_base.sql": lintBase, "20250102000000_change.sql": c.text + "\n"}, migration.LintOptions{Latest: 1})
		require.Equal(t, c.codes, codes(found), "%s: %v", name, found)
		left := migration.Unallowed(found)
		if strings.Contains(name, "safe") || name == "allowed" || name == "allowed for the file" {
			require.Empty(t, left, name)
		} else {
			require.Len(t, left, len(found), name)
		}
	}
}

func TestLintNamesThePlace(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	found := lint(t, db, files{
		"20250101000000_base.sql":   lintBase,
		"20250102000000_change.sql": "-- One.\nSELECT 1;\n\n-- Two.\nCREATE INDEX t_n\n  ON t (n);\n",
	}, migration.LintOptions{Latest: 1})
	require.Len(t, found, 1)
	require.Equal(t, 5, found[0].Line)
	require.Equal(t, 2, found[0].Statement)
	require.Equal(t, "20250102000000_change.sql:5: CB101 nobody can write to \"t\" while index \"t_n\" is built\n    instead: "+
		"CREATE INDEX CONCURRENTLY, alone in a file that begins with: -- atlas:txmode none; a constraint then takes it over: "+
		"ADD CONSTRAINT ... UNIQUE USING INDEX.", found[0].String())
}

func TestLintIrreversible(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	found, err := migration.Lint(t.Context(), db, migration.LocalDir(path), migration.LintOptions{Latest: 1})
	require.NoError(t, err)
	require.Equal(t, "CB501", codes(found))
}

// Files that another branch has merged meanwhile are the base; ours are held against them.
func TestLintAgainstAGitBase(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	path := tree(t, three())
	git := func(args ...string) {
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", path, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-q", "-m", "base")
	dir := migration.LocalDir(path)
	base := func() migration.LintOptions {
		b, err := migration.GitBase(t.Context(), dir, "main")
		require.NoError(t, err)
		require.Len(t, b, 3)
		return migration.LintOptions{Base: b}
	}
	found, err := migration.Lint(t.Context(), db, dir, base())
	require.NoError(t, err)
	require.Empty(t, found)

	edit(t, path, files{"20250102120000_mine.sql": "-- cambium:allow CB501 it is a test\n\nCREATE INDEX a_id ON a (id);\n"})
	found, err = migration.Lint(t.Context(), db, dir, base())
	require.NoError(t, err)
	require.Equal(t, "CB401 CB501 CB101", codes(found))
	since, err := migration.Since(t.Context(), dir, "main")
	require.NoError(t, err)
	moved, err := migration.Rebase(dir, since)
	require.NoError(t, err)
	require.Len(t, moved, 1)
	found, err = migration.Lint(t.Context(), db, dir, base())
	require.NoError(t, err)
	require.Equal(t, "CB501 CB101", codes(found))

	edit(t, path, files{"20250101000000_create_a.sql": "CREATE TABLE a (id bigint, x text);\n", "20250103000000_create_c.sql": ""})
	found, err = migration.Lint(t.Context(), db, dir, base())
	require.NoError(t, err)
	require.Equal(t, "CB402 CB402 CB501 CB101", codes(found))
	_, err = migration.GitBase(t.Context(), dir, "nowhere")
	require.ErrorContains(t, err, "git ls-tree")
	_, err = migration.GitBase(t.Context(), dir, "--output=x")
	require.ErrorContains(t, err, "is no git revision")
}

// Every rule has a section in docs/lint.md, and every section a rule.
func TestEveryRuleIsExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/lint.md")
	require.NoError(t, err)
	var explained []string
	for _, m := range regexp.MustCompile(`(?m)^## ([A-Z]{2}\d{3}): (.*)$`).FindAllStringSubmatch(string(page), -1) {
		explained = append(explained, m[1]+": "+m[2])
	}
	var rules []string
	for _, r := range migration.Rules() {
		require.NotEmpty(t, r.Instead, r.Code)
		rules = append(rules, r.Code+": "+r.Title)
	}
	require.ElementsMatch(t, rules, explained)
}
