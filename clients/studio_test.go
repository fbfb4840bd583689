package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/read"
	"cambium/engine/studio"
	"cambium/internal/apitest"
	"cambium/internal/library/librarytest"
	"cambium/internal/library/viewer"
	"cambium/internal/northwind"
	"cambium/internal/pgtest"
)

// pictures is where the pictures of docs/studio.md go, and those of checks that fail:
//
//	go test ./clients -run 'TestStudio$' -args -pictures ../docs/studio
var pictures = flag.String("pictures", "-", "directory for pictures of the studio")

// classic returns the URL of a database of the test's own with the classic data, as the program itself loads it.
func classic(t *testing.T) string {
	t.Helper()
	return pgtest.Clone(t, "studio: northwind", loadClassic(t))
}

func loadClassic(t *testing.T) func(context.Context, string) error {
	t.Helper()
	dir := northwind.Dir(t)
	return func(ctx context.Context, url string) error {
		for _, args := range [][]string{{"migrate", "apply"}, {"load", dir}} {
			cmd := exec.CommandContext(ctx, program, args...)
			cmd.Env = []string{"DATABASE_URL=" + url}
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Logf("api %v: %s", args, text)
				return err
			}
		}
		return nil
	}
}

// runSQL runs statements in a database, as nobody's API would.
func runSQL(ctx context.Context, url string, statements ...string) error {
	config, err := database.ConfigFromEnv(func(name string) string { return map[string]string{"DATABASE_URL": url}[name] })
	if err != nil {
		return err
	}
	config.StatementTimeout = 0
	db, err := database.Open(ctx, config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err = db.Exec(ctx, statement); err != nil {
			break
		}
	}
	return errors.Join(err, db.Close())
}

// startStudio runs `api studio` over a database, and returns the URL that it prints.
func startStudio(t *testing.T, database string, args ...string) string {
	t.Helper()
	p := apitest.Start(t, program, apitest.Options{Env: []string{"DATABASE_URL=" + database}}, append([]string{"studio", "--no-open", "--port", "0"}, args...)...)
	p.Until(t, &p.Stdout, "\n")
	line, _, _ := strings.Cut(p.Stdout.String(), "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, "Studio:"))
}

// startLibrary mounts a studio in a server of a team's own, below a path, over a domain that is not the program's.
func startLibrary(t *testing.T) string {
	t.Helper()
	db := librarytest.Open(t)
	tracer := studio.NewTracer(db)
	config := studio.Config{
		API:  librarytest.API(t, db, tracer, tracer.Driver(db.Driver())),
		Name: "library", Database: db.Address(), Local: true, Token: studio.NewToken(), Tracer: tracer,
		Roles: []string{viewer.RoleStaff}, Viewers: "Branch",
		SignIn: func(v studio.Viewer) (string, error) {
			branch := v.ID
			if v.Node != "" {
				_, branch, _ = read.ParseID(v.Node)
			}
			return librarytest.Token(viewer.Viewer{Branch: branch, Staff: len(v.Roles) > 0}), nil
		},
	}
	for _, e := range librarytest.Model(db) {
		config.Tables = append(config.Tables, studio.Table{Entity: e.Name, Name: e.Table, Policy: studio.PolicyOf(e)})
	}
	handler, err := studio.New(config)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/back-office/data/", http.StripPrefix("/back-office/data", handler))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return handler.URL(server.URL + "/back-office/data/")
}

// drive uses a studio in Chromium, and reports each check as a test. Without parts it uses those that every studio has.
func drive(t *testing.T, page, domain string, parts ...string) {
	t.Helper()
	requirePackages(t)
	var run struct {
		Results []struct {
			Part, Name, Fault, Said string
			Took                    int
		}
		Barriers, Complaints []string
	}
	require.NoError(t, json.Unmarshal([]byte(runNode(t, ".", "studio/run.mjs", append([]string{page, domain, *pictures}, parts...)...)), &run))
	require.NotEmpty(t, run.Results)
	for _, r := range run.Results {
		t.Run(r.Part+"/"+r.Name, func(t *testing.T) {
			t.Parallel()
			t.Logf("%d ms %s", r.Took, r.Said)
			require.Empty(t, r.Fault)
		})
	}
	assert.Empty(t, run.Barriers, "axe-core finds barriers")
	assert.Empty(t, run.Complaints, "the console has errors")
}

// TestStudio opens the studio of the real program over the classic data in Chromium, and uses each part of it.
func TestStudio(t *testing.T) {
	t.Parallel()
	drive(t, startStudio(t, classic(t)), "desk")
}

// TestStudioOfAnotherDomain does the same over the lending library, whose team has mounted the studio in its own server:
// nothing of it knows the order desk.
func TestStudioOfAnotherDomain(t *testing.T) {
	t.Parallel()
	drive(t, startLibrary(t), "library")
}

// scrolling is for how long each speed is measured:
//
//	go test ./clients -run TestStudioScrolls -v -args -scrolling 20s
var scrolling = flag.Duration("scrolling", 2*time.Second, "how long the studio is scrolled at each speed")

// TestStudioScrolls scrolls a list of 300,000 rows: frames, memory, and that each row comes once.
func TestStudioScrolls(t *testing.T) {
	t.Parallel()
	load := loadClassic(t)
	url := pgtest.Clone(t, "studio: 300,000 orders", func(ctx context.Context, url string) error {
		if err := load(ctx, url); err != nil {
			return err
		}
		const columns = "created_at, updated_at, version, ordered_at, required_at, shipped_at, freight, ship_name, ship_address, ship_city, " +
			"ship_region, ship_postal_code, ship_country, customer_id, employee_id, shipper_id"
		return runSQL(ctx, url,
			"ALTER TABLE orders DISABLE TRIGGER ALL", // whose rows are copies of good ones
			"INSERT INTO orders ("+columns+") SELECT "+columns+" FROM orders, generate_series(1, 400) LIMIT 300000 - (SELECT count(*) FROM orders)",
			"ALTER TABLE orders ENABLE TRIGGER ALL", "VACUUM (ANALYZE) orders")
	})
	drive(t, startStudio(t, url), "desk", fmt.Sprintf("scroll=%g", scrolling.Seconds()))
}

// TestStudioOfForeignDatabase opens it over a database by an address that is not this machine's own.
func TestStudioOfForeignDatabase(t *testing.T) {
	t.Parallel()
	drive(t, startStudio(t, elsewhere(classic(t))), "desk", "remote")
}

// TestStudioOfDriftedDatabase opens it over a database that lacks a migration, and has a column that none has made.
func TestStudioOfDriftedDatabase(t *testing.T) {
	t.Parallel()
	url := classic(t)
	down := exec.CommandContext(t.Context(), program, "migrate", "down", "--yes")
	down.Env = []string{"DATABASE_URL=" + url}
	text, err := down.CombinedOutput()
	require.NoError(t, err, "%s", text)
	require.NoError(t, runSQL(t.Context(), url, "ALTER TABLE customers ADD COLUMN nickname text"))
	drive(t, startStudio(t, url), "desk", "drifted")
}

// TestExportedCallCompiles compiles the call of the ent client that the studio's run has exported: see goCall in
// studio/desk.mjs.
func TestExportedCallCompiles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("studio/desk.mjs")
	require.NoError(t, err)
	_, call, _ := strings.Cut(string(text), "call: `")
	call, _, _ = strings.Cut(call, "`")
	require.NotEmpty(t, call)
	source := "package main\n\nimport (\n\t\"context\"\n\t\"time\"\n\n\t\"entgo.io/ent/dialect/sql\"\n\t\"github.com/shopspring/decimal\"\n\n" +
		"\t\"cambium/ent\"\n\t\"cambium/ent/customer\"\n\t\"cambium/ent/order\"\n\t\"cambium/ent/orderline\"\n)\n\n" +
		"func list(ctx context.Context, client *ent.Client) (int, error) {\n\t" + call + "\n\treturn len(rows), err\n}\n\nfunc main() { _, _ = list(context.Background(), nil) }\n"
	file := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(t.TempDir(), "call"), file).CombinedOutput()
	require.NoError(t, err, "%s\n%s", source, out)
}
