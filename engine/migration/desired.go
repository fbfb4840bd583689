package migration

import (
	"context"
	"database/sql"
	_ "embed" // the query
	"errors"
	"fmt"
	"io/fs"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	entschema "entgo.io/ent/dialect/sql/schema"

	"cambium/engine/database"
)

//go:embed queries/extension_tables.sql
var extensionTablesQuery string

// Schema is what a database is meant to look like.
type Schema struct {
	// Tables are those that ent generated.
	Tables []*entschema.Table
	// Objects holds, at its root, the SQL files of what ent has no words for: extensions, types, functions, views, policies,
	// triggers, further indexes and constraints. They are run in the order of their names, a statement that needs the tables
	// after those. nil is none.
	Objects fs.FS
	// Renamed lists what the schema says was called otherwise before, each as [ParseRename] reads it.
	Renamed []string
}

// state is a schema as PostgreSQL presents it.
type state struct {
	tables  *schema.Schema
	objects []object
}

// current reads the session's schema, without what is not the app's: the revision table and the tables of extensions.
func (s *session) current(ctx context.Context) (state, error) {
	foreign, err := scanStrings(ctx, s.target, extensionTablesQuery, s.schema)
	if err != nil {
		return state{}, fmt.Errorf("read schema %s: %w", s.schema, err)
	}
	found, err := s.inspect(ctx, s.schema)
	if err != nil {
		return state{}, err
	}
	found.Tables = without(found.Tables, append(foreign, revisionName))
	objects, err := s.objects(ctx)
	return state{found, objects}, err
}

func (s *session) inspect(ctx context.Context, name string) (*schema.Schema, error) {
	found, err := s.driver.InspectSchema(ctx, name, &schema.InspectOptions{Mode: schema.InspectSchemas | schema.InspectTables})
	if err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	return found, nil
}

func without(tables []*schema.Table, names []string) []*schema.Table {
	kept := make([]*schema.Table, 0, len(tables))
next:
	for _, t := range tables {
		for _, n := range names {
			if t.Name == n {
				continue next
			}
		}
		kept = append(kept, t)
	}
	return kept
}

// desired is the schema as PostgreSQL presents it once it is made: in a throw-away database on the server of the session.
func (s *session) desired(ctx context.Context, cfg database.Config, want Schema) (got state, err error) {
	tmp, err := newScratch(ctx, s.conn, cfg, s.home())
	if err != nil {
		return state{}, err
	}
	defer func() { err = errors.Join(err, tmp.drop(ctx, s.conn)) }()
	return made(ctx, tmp.DB, want)
}

// home is the schema that the URL chose, which a new database lacks, or nothing.
func (s *session) home() string {
	if s.chosen {
		return s.schema
	}
	return ""
}

// made makes the schema in an empty database and reads it.
func made(ctx context.Context, db *sql.DB, want Schema) (_ state, err error) {
	s, err := openSession(ctx, db)
	if err != nil {
		return state{}, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.make(ctx, want); err != nil {
		return state{}, fmt.Errorf("try the schema: %w", err)
	}
	got, err := s.current(ctx)
	got = got.selfDeclared()
	for i, o := range got.objects {
		if by := s.declared[o.String()]; by != nil {
			got.objects[i].declared = by
		}
	}
	return got, err
}

func (s *session) make(ctx context.Context, want Schema) error {
	declared, err := readDeclarations(want.Objects)
	if err != nil {
		return err
	}
	if err := s.declare(ctx, declared, false); err != nil {
		return err
	}
	tables, err := s.convert(ctx, want.Tables)
	if err != nil {
		return err
	}
	changes := make([]schema.Change, len(tables.Tables))
	for i, t := range tables.Tables {
		changes[i] = &schema.AddTable{T: t}
	}
	if err := s.driver.ApplyChanges(ctx, changes, unqualified, inPlace); err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	return s.declare(ctx, declared, true)
}

func inPlace(o *migrate.PlanOptions) { o.Mode = migrate.PlanModeInPlace }

// convert turns ent's tables into Atlas'.
func (s *session) convert(ctx context.Context, tables []*entschema.Table) (*schema.Schema, error) {
	if len(tables) == 0 {
		return schema.New(""), nil
	}
	conv, err := entschema.NewMigrate(entsql.NewDriver(dialect.Postgres, entsql.Conn{ExecQuerier: s.target}))
	if err != nil {
		return nil, fmt.Errorf("convert ent's tables: %w", err)
	}
	realm, err := conv.StateReader(tables...).ReadState(ctx)
	if err != nil {
		return nil, fmt.Errorf("convert ent's tables: %w", err)
	}
	if len(realm.Schemas) != 1 {
		return nil, fmt.Errorf("convert ent's tables: they are in %d schemas: put them in one, without entsql.Schema", len(realm.Schemas))
	}
	if views := realm.Schemas[0].Views; len(views) > 0 {
		return nil, fmt.Errorf("convert ent's tables: view %q has its SQL in ent: remove entsql.View, and declare it in the schema's SQL files", views[0].Name)
	}
	return realm.Schemas[0], nil
}
