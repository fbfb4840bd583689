package migration_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
)

// created is a directory that leads to the shop.
func created(t *testing.T) (db *database.DB, dir *migration.Dir, path string) {
	t.Helper()
	db, _ = setup(t)
	path = t.TempDir()
	dir = migration.LocalDir(path)
	_, err := migration.Diff(t.Context(), db, dir, wanted(shop()), "create_shop", migration.DiffOptions{})
	require.NoError(t, err)
	return db, dir, path
}

func renamedShop() []*entschema.Table {
	next := shop()
	column(next, "owners", "born").Name = "birthday"
	return next
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestTrapColumnRenameIsAskedFor(t *testing.T) {
	t.Parallel()
	db, dir, path := created(t)
	before, err := os.ReadDir(path)
	require.NoError(t, err)

	_, err = migration.Diff(t.Context(), db, dir, wanted(renamedShop()), "rename_born", migration.DiffOptions{})
	var drop *migration.DropError
	require.ErrorAs(t, err, &drop)
	require.Equal(t, []string{"owners.born"}, drop.Names)
	require.ErrorContains(t, err, `nothing was written: owners.born: if that is meant: --drop "owners.born"; if it was renamed: --rename owners.born:birthday`)
	after, err := os.ReadDir(path)
	require.NoError(t, err)
	require.Len(t, after, len(before))

	declared := wanted(renamedShop())
	declared.Renamed = []string{"owners.born:birthday", "owners.long_ago:name"}
	for what, c := range map[string]struct {
		want migration.Schema
		opts migration.DiffOptions
	}{
		"declared": {declared, migration.DiffOptions{}},
		"said":     {wanted(renamedShop()), migration.DiffOptions{Renames: []string{"owners.born:birthday"}}},
		"asked": {wanted(renamedShop()), migration.DiffOptions{Ask: func(_ context.Context, g migration.Gone) (string, error) {
			require.Equal(t, migration.Gone{Table: "owners", Column: "born", Candidates: []string{"birthday"}}, g)
			return "birthday", nil
		}}},
	} {
		copied := t.TempDir()
		require.NoError(t, os.CopyFS(copied, os.DirFS(path)))
		draft, err := migration.Diff(t.Context(), db, migration.LocalDir(copied), c.want, "rename_born", c.opts)
		require.NoError(t, err, what)
		require.Equal(t, "-- Rename column \"born\" of table \"owners\" to \"birthday\"\nALTER TABLE \"owners\" RENAME COLUMN \"born\" TO \"birthday\";\n",
			text(t, draft.Files[0].Path), what)
		require.Contains(t, text(t, draft.Files[0].Down), `RENAME COLUMN "birthday" TO "born"`)
		_, err = migration.Diff(t.Context(), db, migration.LocalDir(copied), c.want, "again", migration.DiffOptions{})
		require.ErrorIs(t, err, migration.ErrNoChanges, what)
	}
}

func TestRenameAnsweredWithDrop(t *testing.T) {
	t.Parallel()
	db, dir, _ := created(t)
	draft, err := migration.Diff(t.Context(), db, dir, wanted(renamedShop()), "replace_born", migration.DiffOptions{
		Ask: func(context.Context, migration.Gone) (string, error) { return "", nil },
	})
	require.NoError(t, err)
	up := text(t, draft.Files[0].Path)
	require.Contains(t, up, "-- DATA LOSS: drops column \"born\" of table \"owners\"\n-- cambium:allow DS103 allowed by name")
	require.Contains(t, up, `DROP COLUMN "born"`)
	require.Contains(t, text(t, draft.Files[0].Down), `ADD COLUMN "born" date NULL`)
}

func TestRenamesThatDoNotFit(t *testing.T) {
	t.Parallel()
	db, dir, _ := created(t)
	for _, c := range []struct{ rename, says string }{
		{"owners.born", "write table.old:new"},
		{".a:b", "write table.old:new"},
		{"owners.a:b.c", "write table.old:new"},
		{"owners.nothing:birthday", "the migrations have nothing of the old name"},
		{"owners.born:nothing", "or the schema nothing of the new one"},
		{"owners:shops", "the migrations have nothing of the old name"},
	} {
		_, err := migration.Diff(t.Context(), db, dir, wanted(renamedShop()), "rename_it", migration.DiffOptions{Renames: []string{c.rename}})
		require.ErrorContains(t, err, c.says, c.rename)
	}
}

// A renamed table keeps its rows, indexes and foreign keys, which are renamed with it instead of made anew.
func TestTableRename(t *testing.T) {
	t.Parallel()
	db, dir, path := created(t)
	_, err := apply(t, db, path)
	require.NoError(t, err)
	run(t, db, "INSERT INTO owners (name) VALUES ('a')")

	next := shop()
	next[0].Name = "people"
	next[1].Indexes[0].Name = "shops_owner"
	_, err = migration.Diff(t.Context(), db, dir, wanted(next), "rename_owners", migration.DiffOptions{})
	require.ErrorIs(t, err, migration.ErrDrop)
	draft, err := migration.Diff(t.Context(), db, dir, wanted(next), "rename_owners", migration.DiffOptions{Renames: []string{"owners:people"}})
	require.NoError(t, err)
	require.Empty(t, draft.Plan.Destructive())
	require.Contains(t, draft.Plan.String(), `ALTER INDEX "shops_owner_id_created_at" RENAME TO "shops_owner"`)
	require.NotContains(t, draft.Plan.String(), "CREATE INDEX")
	_, err = apply(t, db, path)
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, query(t, db, "SELECT name FROM people"))
}

func TestTrapHugeDestructivePlanIsNotWritten(t *testing.T) {
	t.Parallel()
	db, dir, _ := created(t)
	_, err := migration.Diff(t.Context(), db, dir, migration.Schema{}, "drop_all", migration.DiffOptions{})
	var drop *migration.DropError
	require.ErrorAs(t, err, &drop)
	require.ElementsMatch(t, []string{"owners", "shops", "owner_shops"}, drop.Names)
	_, err = migration.Diff(t.Context(), db, dir, migration.Schema{}, "drop_all", migration.DiffOptions{Drops: []string{"owners", "shops"}})
	require.ErrorAs(t, err, &drop)
	require.Equal(t, []string{"owner_shops"}, drop.Names, "each by name")
	draft, err := migration.Diff(t.Context(), db, dir, migration.Schema{}, "drop_all", migration.DiffOptions{Drops: drop.Names[:1:1]})
	require.Error(t, err)
	require.Empty(t, draft.Files)
	draft, err = migration.Diff(t.Context(), db, dir, migration.Schema{}, "drop_all", migration.DiffOptions{Drops: []string{"owners", "shops", "owner_shops"}})
	require.NoError(t, err)
	require.Contains(t, text(t, draft.Files[0].Down), `CREATE TABLE "owners"`)
}

// What is added to tables that are in use comes in the forms that hold nobody up, each where it has to be.
func TestDiffWritesForTablesInUse(t *testing.T) {
	t.Parallel()
	db, dir, path := created(t)
	next := shop()
	column(next, "owners", "boss_id").Nullable = false
	next[0].ForeignKeys[0].OnDelete = entschema.Restrict
	next[0].Columns = append(next[0].Columns, &entschema.Column{Name: "friend_id", Type: field.TypeInt64, Nullable: true})
	next[0].Indexes = append(next[0].Indexes,
		&entschema.Index{Name: "owners_born", Columns: next[0].Columns[2:3]},
		&entschema.Index{Name: "owners_friend", Columns: next[0].Columns[4:5]},
		&entschema.Index{Name: "owners_team", Columns: next[0].Columns[3:4]})
	next[0].Annotation = &entsql.Annotation{Checks: map[string]string{"owners_born_check": "born > '1900-01-01'"}}
	next[0].ForeignKeys = append(next[0].ForeignKeys, &entschema.ForeignKey{
		Symbol: "owners_friend_id", Columns: next[0].Columns[4:5], RefTable: next[0], RefColumns: next[0].Columns[:1], OnDelete: entschema.SetNull,
	})
	draft, err := migration.Diff(t.Context(), db, dir, wanted(next), "add_friends", migration.DiffOptions{})
	require.NoError(t, err)
	var kinds []string
	for _, f := range draft.Files {
		kinds = append(kinds, strings.TrimPrefix(f.Description, "add_friends"))
	}
	require.Equal(t, []string{"", "_owners_born", "_owners_friend", "_owners_team", "_validate"}, kinds)
	first := text(t, draft.Files[0].Path)
	require.Contains(t, first, `ADD CONSTRAINT "owners_friend_id" FOREIGN KEY ("friend_id") REFERENCES "owners" ("id") ON UPDATE NO ACTION ON DELETE SET NULL NOT VALID;`)
	require.Contains(t, first, `CHECK (born > '1900-01-01'::date) NOT VALID;`)
	require.Contains(t, first, `CHECK ("boss_id" IS NOT NULL) NOT VALID;`)
	require.NotContains(t, first, "SET NOT NULL")
	require.Equal(t, "-- atlas:txmode none\n\n-- Create index \"owners_born\" to table: \"owners\"\n"+
		"-- Alone and outside a transaction, so that the table can be read and written while the index is built.\n"+
		"CREATE INDEX CONCURRENTLY \"owners_born\" ON \"owners\" (\"born\");\n", text(t, draft.Files[1].Path))
	require.Contains(t, text(t, draft.Files[1].Down), `DROP INDEX CONCURRENTLY IF EXISTS "owners_born"`)
	last := text(t, draft.Files[4].Path)
	require.Contains(t, last, `VALIDATE CONSTRAINT "owners_friend_id"`)
	require.Contains(t, last, "SET NOT NULL")

	_, err = apply(t, db, path)
	require.NoError(t, err)
	findings, err := migration.Lint(t.Context(), db, dir, migration.LintOptions{Latest: len(draft.Files)})
	require.NoError(t, err)
	for _, f := range findings {
		require.NotRegexp(t, "CB10[1-5]|CB301|CB501|MF104", f.Code, f.String())
	}
}
