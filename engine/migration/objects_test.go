package migration_test

import (
	"os"
	"testing"
	"testing/fstest"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/require"

	"cambium/engine/migration"
)

// objects is a directory of SQL files.
func objects(content files) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range content {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// everything is one of each kind of object, in an order in which some need the tables and some are needed by others.
func everything() files {
	return files{
		"10_extensions.sql": "CREATE EXTENSION citext;\n",
		"20_types.sql":      "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE DOMAIN positive AS integer CHECK (VALUE > 0);\nCREATE TYPE pair AS (a integer, b text);\nCREATE SEQUENCE numbers START 100;\n",
		"30_functions.sql": "CREATE OR REPLACE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) || ';' $$;\n\n" +
			"CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.name := shout(NEW.name); -- aloud\n  RETURN NEW;\nEND;\n$$;\n\n" +
			"CREATE FUNCTION owners_of(t text) RETURNS SETOF owners LANGUAGE sql STABLE AS $$ SELECT o FROM owners AS o WHERE name = t $$;\n" +
			"CREATE PROCEDURE tidy() LANGUAGE sql AS $$ DELETE FROM shops WHERE NOT open $$;\n",
		"40_views.sql":    "CREATE VIEW names AS SELECT id, name FROM owners;\nCREATE VIEW more_names AS SELECT name FROM names;\nCREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n FROM shops;\n",
		"50_policies.sql": "ALTER TABLE shops ENABLE ROW LEVEL SECURITY;\nCREATE POLICY mine ON shops FOR SELECT USING (open);\n",
		"60_triggers.sql": "CREATE TRIGGER touch BEFORE UPDATE ON owners FOR EACH ROW EXECUTE FUNCTION touch();\n",
		"70_indexes.sql":  "CREATE INDEX owners_shout ON owners (shout(name));\nALTER TABLE owners ADD CONSTRAINT owners_name_check CHECK (name <> '');\n",
		"README.md":       "not SQL",
	}
}

func TestObjectsArePartOfTheDiff(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := t.TempDir()
	dir := migration.LocalDir(path)
	want := wanted(shop())
	want.Objects = objects(everything())
	draft, err := migration.Diff(t.Context(), db, dir, want, "create_shop", migration.DiffOptions{})
	require.NoError(t, err)
	require.Len(t, draft.Files, 1)
	up := text(t, draft.Files[0].Path)
	require.Contains(t, up, "-- Create extension citext, as 10_extensions.sql says\nCREATE EXTENSION citext;\n")
	require.Contains(t, up, "NEW.name := shout(NEW.name); -- aloud\n")
	_, err = migration.Diff(t.Context(), db, dir, want, "again", migration.DiffOptions{})
	require.ErrorIs(t, err, migration.ErrNoChanges)
	out, err := atlasApply(t, at, path)
	require.NoError(t, err, out)
	require.True(t, check(t, db, dir, want).None())

	// Words that mean the same are no change; others are one, in the place where they have to be.
	next := everything()
	next["40_views.sql"] = "CREATE VIEW names AS\n  SELECT id, name\n  FROM owners;\nCREATE VIEW more_names AS SELECT name FROM names;\nCREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n FROM shops;\n"
	want.Objects = objects(next)
	_, err = migration.Diff(t.Context(), db, dir, want, "again", migration.DiffOptions{})
	require.ErrorIs(t, err, migration.ErrNoChanges)
	next["30_functions.sql"] = "CREATE OR REPLACE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) || '!' $$;\n" + next["30_functions.sql"][len("CREATE OR REPLACE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) || ';' $$;\n"):]
	next["60_triggers.sql"] = "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON owners FOR EACH ROW EXECUTE FUNCTION touch();\n"
	want.Objects = objects(next)
	draft, err = migration.Diff(t.Context(), db, dir, want, "shout_louder", migration.DiffOptions{})
	require.NoError(t, err)
	require.Len(t, draft.Plan.Statements, 3, "%s", draft.Plan)
	require.Contains(t, draft.Plan.String(), "-- change function shout(t text), as 30_functions.sql says\nCREATE OR REPLACE")
	require.Contains(t, draft.Plan.String(), "DROP TRIGGER touch ON owners;\n")
	require.Contains(t, text(t, draft.Files[0].Down), "|| ';'")
	_, err = apply(t, db, path)
	require.NoError(t, err)
	require.True(t, check(t, db, dir, want).None())

	// What is not declared any more is dropped, if that is said.
	delete(next, "40_views.sql")
	want.Objects = objects(next)
	_, err = migration.Diff(t.Context(), db, dir, want, "drop_views", migration.DiffOptions{})
	var drop *migration.DropError
	require.ErrorAs(t, err, &drop)
	require.Equal(t, []string{"materialized view sums", "view more_names", "view names"}, drop.Names)
	_, err = migration.Diff(t.Context(), db, dir, want, "drop_views", migration.DiffOptions{Drops: drop.Names})
	require.NoError(t, err)
}

// A view stands in the way of a column that changes its type: views are dropped before, and made again after it.
func TestViewsGoOutOfTheWay(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	dir := migration.LocalDir(t.TempDir())
	want := wanted(shop())
	want.Objects = objects(files{"views.sql": "CREATE VIEW sizes AS SELECT size FROM shops;\nCREATE VIEW sums AS SELECT sum(size) AS n FROM sizes;\n"})
	_, err := migration.Diff(t.Context(), db, dir, want, "create_shop", migration.DiffOptions{})
	require.NoError(t, err)
	next := shop()
	column(next, "shops", "size").Type = field.TypeInt64
	want.Tables = next
	draft, err := migration.Diff(t.Context(), db, dir, want, "widen_size", migration.DiffOptions{})
	require.NoError(t, err)
	require.Empty(t, draft.Plan.Destructive())
	require.Contains(t, draft.Plan.String(), "DROP VIEW sums;")
	_, err = migration.Diff(t.Context(), db, dir, want, "again", migration.DiffOptions{})
	require.ErrorIs(t, err, migration.ErrNoChanges)
}

func TestObjectsThatCannotBe(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	for sql, says := range map[string]string{
		"-- One.\nINSERT INTO owners (name) VALUES ('a');\n":   "a.sql:2: this makes nothing that can be compared",
		"CREATE VIEW v AS\n  SELECT nothing FROM owners;\n":    `a.sql:1: ERROR: column "nothing" does not exist`,
		"CREATE EXTENSION there_is_no_such_extension;\n":       "a.sql:1: ",
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n": "a.sql:1: ",
	} {
		want := wanted(shop())
		want.Objects = objects(files{"a.sql": sql})
		_, err := migration.Changes(t.Context(), db, migration.LocalDir(t.TempDir()), want)
		require.ErrorContains(t, err, says, sql)
	}
}

func TestPushTakesObjects(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	want := wanted(shop())
	want.Objects = objects(everything())
	_, err := migration.Push(t.Context(), db, want, migration.PushOptions{Confirm: yes})
	require.NoError(t, err)
	plan, err := migration.Push(t.Context(), db, want, migration.PushOptions{Confirm: yes})
	require.NoError(t, err)
	require.Empty(t, plan.String())
	run(t, db, "CREATE EXTENSION hstore")
	plan, err = migration.Push(t.Context(), db, want, migration.PushOptions{Confirm: yes})
	require.NoError(t, err)
	require.Empty(t, plan.String(), "a server's extension is not the schema's business")
	want.Objects = nil
	_, err = migration.Push(t.Context(), db, want, migration.PushOptions{Confirm: yes})
	require.ErrorIs(t, err, migration.ErrDataLoss)
}

// A column may be of a type that the files make.
func TestColumnOfADeclaredType(t *testing.T) {
	t.Parallel()
	db, _ := setup(t)
	tables := shop()
	tables[0].Columns = append(tables[0].Columns, &schema.Column{
		Name: "mood", Type: field.TypeOther, Nullable: true, SchemaType: map[string]string{"postgres": "mood"},
	})
	want := wanted(tables)
	want.Objects = objects(everything())
	path := t.TempDir()
	dir := migration.LocalDir(path)
	_, err := migration.Diff(t.Context(), db, dir, want, "create_shop", migration.DiffOptions{})
	require.NoError(t, err)
	_, err = migration.Diff(t.Context(), db, dir, want, "again", migration.DiffOptions{})
	require.ErrorIs(t, err, migration.ErrNoChanges)
	_, err = os.Stat(path)
	require.NoError(t, err)
}
