package pull_test

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/engine/pull"
	"cambium/internal/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// filled is a database with the tables of a fixture.
func filled(t *testing.T, fixture string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.NewConfig(pgtest.NewDatabase(t)), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	text, err := os.ReadFile(filepath.Join("testdata", fixture+".sql"))
	require.NoError(t, err)
	_, err = db.SQL().ExecContext(t.Context(), string(text))
	require.NoError(t, err)
	return db
}

// loading is for one at a time: ent's loader has its program in .entc of the working directory, and removes that at the end.
var loading sync.Mutex

// pulled reads the database, and writes its schema into a directory of the module, which ent's loader needs.
func pulled(t *testing.T, db *database.DB) (m *pull.Model, dir string) {
	t.Helper()
	parent, err := os.MkdirTemp("testdata", "pulled") //nolint:usetesting // within the module
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(parent)) })
	m, err = pull.Read(t.Context(), db)
	require.NoError(t, err)
	dir = filepath.Join(parent, "schema")
	_, err = m.Write(dir)
	require.NoError(t, err)
	_, err = m.Write(dir)
	require.ErrorIs(t, err, pull.ErrNotEmpty)
	return m, dir
}

// What was written is the database, to the letter: a push of it has nothing to do.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for fixture, entities := range map[string]int{"northwind": 14, "pagila": 4, "nasty": 5} {
		t.Run(fixture, func(t *testing.T) {
			t.Parallel()
			db := filled(t, fixture)
			m, dir := pulled(t, db)
			loading.Lock()
			graph, err := entc.LoadGraph("./"+dir, &gen.Config{})
			loading.Unlock()
			require.NoError(t, err)
			require.Len(t, graph.Nodes, entities)
			tables, err := graph.Tables()
			require.NoError(t, err)
			plan, err := migration.Push(t.Context(), db, migration.Schema{
				Tables: tables, Objects: os.DirFS(filepath.Join(dir, "objects")),
			}, migration.PushOptions{})
			require.NoError(t, err)
			require.Empty(t, plan.String())
			for _, n := range m.Notes {
				t.Log(n)
			}
		})
	}
}

func TestWhatCannotBeSaidIsListed(t *testing.T) {
	t.Parallel()
	m, _ := pulled(t, filled(t, "nasty"))
	for _, says := range []string{
		"not read: schema audit with 1 tables: only the schema of the connection is read; point search_path of DATABASE_URL at it",
		"not read: rule nothing on no_key",
		"table parts is no entity, but part of the SQL beside the schema: its primary key has 3 columns, and ent knows such only of tables that join two others by it",
		"table 2fast is no entity, but part of the SQL beside the schema: its name cannot be part of a name in Go",
		"table no_key is no entity, but part of the SQL beside the schema: it has no primary key",
		"foreign key part_notes_parts of table part_notes is no edge, but part of the SQL beside the schema: it has 3 columns",
		"column user.tags is text[]: in Go it is a string, as PostgreSQL writes it",
		"column user.Full Name is generated: never set it from Go",
	} {
		require.Contains(t, m.Notes, says)
	}
	m, _ = pulled(t, filled(t, "pagila"))
	require.Contains(t, m.Notes, "not read: aggregate group_concat(text)")
	require.Contains(t, m.Notes, "table payment is no entity, but part of the SQL beside the schema: it is partitioned")
}

// The client that ent generates from it compiles.
func TestPulledSchemaGeneratesAndCompiles(t *testing.T) {
	t.Parallel()
	_, dir := pulled(t, filled(t, "nasty"))
	target := filepath.Join(filepath.Dir(dir), "ent")
	require.NoError(t, os.MkdirAll(target, 0o755))
	loading.Lock()
	err := entc.Generate("./"+dir, &gen.Config{Target: target, Package: "cambium/engine/pull/" + filepath.ToSlash(target)})
	loading.Unlock()
	require.NoError(t, err)
	out, err := exec.CommandContext(t.Context(), "go", "build", "./"+target+"/...").CombinedOutput()
	require.NoError(t, err, "%s", out)
}
