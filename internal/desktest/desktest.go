// Package desktest runs the order desk in a test: a migrated database of the test's own, the ent client and the GraphQL
// executor over it, as `api serve` wires them.
package desktest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/access"
	"cambium/engine/database"
	"cambium/engine/executor"
	"cambium/engine/idempotency"
	"cambium/engine/migration"
	"cambium/engine/operation"
	"cambium/engine/read"
	"cambium/engine/write"
	"cambium/ent"
	"cambium/ent/idempotencykey"
	"cambium/ent/migrate"
	_ "cambium/ent/runtime" // hooks and policies
	"cambium/ent/schema"
	"cambium/graph"
	"cambium/internal/gqltest"
	"cambium/internal/load"
	"cambium/internal/northwind"
	"cambium/internal/pgtest"
	"cambium/trade"
)

// Desk is the order desk over one database.
type Desk struct {
	DB     *database.DB
	URL    string // of the database
	Client *ent.Client

	exec *operation.Service
	read counted
	ent  atomic.Int64
}

// Empty returns a desk without rows.
func Empty(t testing.TB) *Desk {
	t.Helper()
	return open(t, pgtest.Clone(t, "order desk", func(ctx context.Context, url string) error {
		return prepare(ctx, url, nil)
	}))
}

// Northwind returns a desk with the classic data; see [northwind.Dir].
func Northwind(t testing.TB) *Desk {
	t.Helper()
	dir := northwind.Dir(t)
	return open(t, pgtest.Clone(t, "order desk with northwind", func(ctx context.Context, url string) error {
		source, err := load.Directory(dir)
		if err != nil {
			return err
		}
		return prepare(ctx, url, source)
	}))
}

// Over returns another desk over the database of one, at an address that may be that of a proxy before it, with variables of
// the environment as NAME=value.
func Over(t testing.TB, url string, env ...string) *Desk {
	t.Helper()
	return open(t, url, env...)
}

func prepare(ctx context.Context, url string, source load.Source) error {
	db, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // the template is unusable then, and says so
	if _, err := migration.Apply(ctx, db, migration.NewDir(migrate.Migrations()), migration.Options{}); err != nil {
		return err
	}
	if source != nil {
		_, err = load.Load(ctx, db, source, load.Options{})
	}
	return err
}

func connect(ctx context.Context, url string, env ...string) (*database.DB, error) {
	config, err := database.ConfigFromEnv(func(name string) string {
		for _, variable := range env {
			if value, ok := strings.CutPrefix(variable, name+"="); ok {
				return value
			}
		}
		switch name {
		case "DATABASE_URL":
			return url
		case "DATABASE_ACQUIRE_TIMEOUT": // how busy the machine is is not what is tested
			return "30s"
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	return database.Open(ctx, config, slog.New(slog.DiscardHandler))
}

func open(t testing.TB, url string, env ...string) *Desk {
	t.Helper()
	db, err := connect(t.Context(), url, env...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	d := &Desk{DB: db, URL: url, read: counted{Querier: db}}
	driver := countedDriver{db.Driver(), db, &d.ent}
	d.Client = ent.NewClient(ent.Driver(driver))
	sdl, err := graph.Schema()
	require.NoError(t, err)
	key := sha256.Sum256([]byte(t.Name()))
	reader, err := read.New(d.Client.ReadModel(trade.Batch(time.Now)), sdl, &d.read, read.Config{CursorKey: key[:]})
	require.NoError(t, err)
	writer, err := write.New(d.Client.WriteModel(), reader, driver)
	require.NoError(t, err)
	app := graph.NewExecutableSchema(graph.Config{Resolvers: graph.NewResolver(d.Client, "test"), Schema: sdl})
	d.exec = gqltest.Service(executor.New(executor.Config{Schema: sdl, Reader: reader, Writer: writer, DB: db, Keys: idempotency.New(db, idempotencykey.Table, time.Now), App: app}))
	return d
}

// counted counts the reader's statements and their rows.
type counted struct {
	read.Querier

	n, rows atomic.Int64
	last    atomic.Value // text of the last one
	args    atomic.Value // its arguments
}

func (c *counted) Query(ctx context.Context, sql string, args []any, row func([][]byte) error) error {
	c.n.Add(1)
	c.last.Store(sql)
	c.args.Store(slices.Clone(args))
	return c.Querier.Query(ctx, sql, args, func(values [][]byte) error {
		c.rows.Add(1)
		return row(values)
	})
}

// Statements returns how many statements the reader and the client have run so far.
func (d *Desk) Statements() int64 { return d.read.n.Load() + d.ent.Load() }

// Rows returns how many rows PostgreSQL has sent the reader so far.
func (d *Desk) Rows() int64 { return d.read.rows.Load() }

// LastStatement returns the text of the reader's last statement.
func (d *Desk) LastStatement() string {
	text, _ := d.read.last.Load().(string)
	return text
}

// Explain returns PostgreSQL's plan for the reader's last statement.
func (d *Desk) Explain(t testing.TB, ctx context.Context) (plan string) {
	t.Helper()
	args, _ := d.read.args.Load().([]any)
	require.NoError(t, d.DB.Query(ctx, "EXPLAIN "+d.LastStatement(), args, func(row [][]byte) error {
		plan += string(row[0]) + "\n"
		return nil
	}))
	return plan
}

// Response is a response as a client decodes it.
type Response struct {
	Data   any
	Raw    string // of the data
	Errors gqlerror.List
}

// Admin is the viewer whom no rule restricts, and who asks where a test names nobody.
var Admin = &access.Viewer{ID: "2", Roles: []string{schema.RoleAdmin}}

// Context is the context of a test in which the administrator asks.
func Context(t testing.TB) context.Context {
	t.Helper()
	return access.With(t.Context(), Admin)
}

// Do runs an operation of the administrator's.
func (d *Desk) Do(t testing.TB, query string, variables map[string]any) Response {
	t.Helper()
	return d.DoAs(t, Admin, query, variables)
}

// DoAs runs an operation of a viewer's.
func (d *Desk) DoAs(t testing.TB, v *access.Viewer, query string, variables map[string]any) Response {
	t.Helper()
	return d.DoIn(t, access.With(t.Context(), v), query, variables)
}

// DoIn runs an operation in a context, which may be that of a transaction.
func (d *Desk) DoIn(t testing.TB, ctx context.Context, query string, variables map[string]any) Response {
	t.Helper()
	return responseOf(t, gqltest.Run(t, ctx, d.exec, query, variables))
}

// DoKeyed runs an operation of the administrator's that came with an idempotency key.
func (d *Desk) DoKeyed(t testing.TB, key, query string, variables map[string]any) Response {
	t.Helper()
	header := http.Header{idempotency.Header: {key}}
	return responseOf(t, gqltest.RunWith(t, Context(t), d.exec, header, query, variables))
}

func responseOf(t testing.TB, response operation.Response) Response {
	t.Helper()
	if response.Data == nil {
		return Response{Errors: response.Errors}
	}
	r := Response{Raw: string(response.Data), Errors: response.Errors}
	require.NoError(t, json.Unmarshal(response.Data, &r.Data), "the data is no JSON: %s", response.Data)
	return r
}

// RunDecoded runs an operation with variables as the server has read them (gqltest.Decoded), for what it costs.
func (d *Desk) RunDecoded(t testing.TB, query string, variables map[string]any) {
	t.Helper()
	if r := gqltest.RunDecoded(Context(t), d.exec, nil, query, variables); len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
}

// Run runs an operation for what it costs.
func (d *Desk) Run(t testing.TB, query string) {
	t.Helper()
	if r := gqltest.Run(t, Context(t), d.exec, query, nil); len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
}

// Data runs an operation that has no errors and returns its data.
func (d *Desk) Data(t testing.TB, query string, variables map[string]any) map[string]any {
	t.Helper()
	r := d.Do(t, query, variables)
	require.Empty(t, r.Errors)
	return r.Data.(map[string]any)
}
