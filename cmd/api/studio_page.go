package main

import (
	"cmp"
	"context"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"cambium/engine/access/token"
	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/engine/read"
	"cambium/engine/studio"
	"cambium/ent"
	"cambium/ent/migrate"
	"cambium/ent/schema"
	"cambium/trade"
)

// studioPath is where `api dev` has the studio.
const studioPath = "/studio/"

// nobody is the id of a viewer of whom only the roles are said: no employee has it.
const nobody = "0"

// studioPage is the studio as a part of what is served. Without one, nil, nothing of it is there.
type studioPage struct {
	path    string
	config  studio.Config
	handler *studio.Handler
}

// newStudioPage describes the program and its database to the studio.
func newStudioPage(db *store, path string, tokens token.Config) *studioPage {
	page := &studioPage{path: path, config: studio.Config{
		Name: "order desk", Version: version(), Token: studio.NewToken(),
		Database: db.Address(), Local: db.private || isLocal(db.Config().URL),
		Roles:      []string{schema.RoleAdmin, schema.RoleManager, schema.RoleSales, schema.RoleAuditor},
		Migrations: func(ctx context.Context) (studio.Migrations, error) { return readMigrations(ctx, db.DB) },
		Tables:     tables(db.DB),
		Tracer:     studio.NewTracer(db.DB),
	}}
	if len(tokens.Secret) > 0 {
		page.config.SignIn = func(v studio.Viewer) (string, error) {
			id := v.ID
			if v.Node != "" {
				_, id, _ = read.ParseID(v.Node) // what is none has no rights
			}
			return token.Sign(tokens, cmp.Or(id, nobody), v.Roles, time.Now(), workday)
		}
		page.config.Viewers = "Employee"
	}
	if page.config.Local {
		page.config.Drift = func(ctx context.Context) ([]string, error) { return readDrift(ctx, db.DB) }
	}
	return page
}

// statements is how the API comes to the database: straight, or past the studio's tracer.
func (page *studioPage) statements(db *database.DB) (read.Querier, dialect.Driver) {
	driver := db.Driver()
	if page == nil {
		return db, driver
	}
	return page.config.Tracer, page.config.Tracer.Driver(driver)
}

// mount puts the studio beside the API, or in its place where it has the root.
func (page *studioPage) mount(api http.Handler) (_ http.Handler, err error) {
	if page == nil {
		return api, nil
	}
	page.config.API = api
	if page.handler, err = studio.New(page.config); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	if page.path != "/" {
		mux.Handle("/", api)
	}
	mux.Handle(page.path, http.StripPrefix(strings.TrimSuffix(page.path, "/"), page.handler))
	return mux, nil
}

// url is where a browser opens it.
func (page *studioPage) url(address string) string {
	return page.handler.URL("http://" + address + page.path)
}

// readMigrations puts the history and the files together, the oldest first.
func readMigrations(ctx context.Context, db *database.DB) (studio.Migrations, error) {
	status, err := migration.ReadStatus(ctx, db, migrations())
	if err != nil {
		return studio.Migrations{}, err
	}
	var m studio.Migrations
	add := func(state string, files ...migration.File) {
		for _, f := range files {
			m.Files = append(m.Files, studio.Migration{Name: f.Name, State: state, SQL: sqlOf(f)})
		}
	}
	for _, a := range status.Applied {
		m.Files = append(m.Files, studio.Migration{Name: a.Name, State: "applied", At: a.At, Took: a.Took, By: a.Operator, SQL: sqlOf(a.File)})
	}
	add("pending", status.Pending...)
	add("edited", status.Edited...)
	add("missing", status.Missing...)
	add("out of order", status.OutOfOrder...)
	add("ahead", status.Ahead...)
	return m, nil
}

// sqlOf is the text of a migration that the program has.
func sqlOf(f migration.File) string {
	text, err := fs.ReadFile(migrate.Migrations(), f.Name)
	if err != nil {
		return "" // only the database knows it
	}
	return string(text)
}

// readDrift lists the statements that lead from the database to the schema, with what the migrations make of it between.
func readDrift(ctx context.Context, db *database.DB) ([]string, error) {
	drift, err := migration.Check(ctx, db, db, migrations(), migrate.Target())
	if err != nil {
		return nil, err
	}
	statements := []string{}
	for _, s := range append(drift.Live.Statements, drift.Files.Statements...) {
		statements = append(statements, s.SQL)
	}
	return statements, nil
}

// tables describes the tables of the exposed entities.
func tables(db *database.DB) []studio.Table {
	entities := map[string]*read.Entity{}
	for _, e := range ent.NewClient(ent.Driver(db.Driver())).ReadModel(trade.Batch(time.Now)) {
		entities[e.Table] = e
	}
	var all []studio.Table
	for _, t := range migrate.Tables {
		entity := entities[t.Name]
		if entity == nil {
			continue
		}
		table := studio.Table{Policy: studio.PolicyOf(entity), Entity: entity.Name, Name: t.Name}
		for _, c := range t.Columns {
			kind := c.SchemaType["postgres"]
			if kind == "" {
				kind = c.Type.String()
			}
			table.Columns = append(table.Columns, studio.Column{Name: c.Name, Type: kind, Nullable: c.Nullable})
			if c.Unique {
				table.Indexes = append(table.Indexes, studio.Index{Name: t.Name + "_" + c.Name + "_key", Columns: []string{c.Name}, Unique: true})
			}
		}
		for _, i := range t.Indexes {
			index := studio.Index{Name: i.Name, Unique: i.Unique}
			for _, c := range i.Columns {
				index.Columns = append(index.Columns, c.Name)
			}
			table.Indexes = append(table.Indexes, index)
		}
		for _, k := range t.ForeignKeys {
			reference := studio.Reference{Table: k.RefTable.Name, OnDelete: string(k.OnDelete)}
			for _, c := range k.Columns {
				reference.Columns = append(reference.Columns, c.Name)
			}
			table.References = append(table.References, reference)
		}
		all = append(all, table)
	}
	return all
}
