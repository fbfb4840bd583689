package migration

import (
	"context"
	_ "embed" // the query
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"

	"cambium/engine/database"
)

//go:embed queries/objects.sql
var objectsQuery string

// object is what a schema has beside its tables: an extension, a type, a sequence, a function, a view, a policy, a
// trigger. Atlas' open library does not compare these. They are compared here by PostgreSQL's own words for them, on both
// sides, as tables are: a new line in a view's text is no change, a new line in a function's body is one.
type object struct {
	kind, name string
	early      bool   // it comes before the tables, which may need it
	make       string // statement that makes it, in PostgreSQL's words: what is compared
	remove     string // statement that removes it
	declared   *declaration
}

func (o object) String() string { return o.kind + " " + o.name }

// declaration is a statement of the schema's SQL files.
type declaration struct {
	file, sql string
	line      int
	late      bool // it needs the tables
}

// replaces reports whether the statement may meet its object.
func (d *declaration) replaces() bool {
	return strings.HasPrefix(strings.ToUpper(strings.Join(strings.Fields(d.sql), " ")), "CREATE OR REPLACE")
}

// objects reads those of the session's schema, in the order in which they can be made.
func (s *session) objects(ctx context.Context) (all []object, err error) {
	rows, err := s.target.QueryContext(ctx, objectsQuery, s.schema)
	if err != nil {
		return nil, fmt.Errorf("read the objects of schema %s: %w", s.schema, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var o object
		if err := rows.Scan(&o.kind, &o.name, &o.early, &o.make, &o.remove); err != nil {
			return nil, fmt.Errorf("read the objects of schema %s: %w", s.schema, err)
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// readDeclarations reads the statements of the SQL files at the root of fsys, in the order of the files' names.
func readDeclarations(fsys fs.FS) ([]*declaration, error) {
	if fsys == nil {
		return nil, nil
	}
	paths, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the schema's SQL files: %w", err)
	}
	var all []*declaration
	for _, path := range paths {
		text, err := fs.ReadFile(fsys, path)
		if err != nil {
			return nil, fmt.Errorf("read the schema's SQL files: %w", err)
		}
		stmts, err := statements(migrate.NewLocalFile(path, text))
		if err != nil {
			return nil, fmt.Errorf("read the schema's SQL files: %s: %w", path, err)
		}
		for _, s := range stmts {
			all = append(all, &declaration{file: path, sql: strings.TrimSuffix(strings.TrimSpace(s.Text), ";"), line: lineAt(text, s.Pos)})
		}
	}
	return all, nil
}

// declare runs what can be run before the tables are there, or else what is left after that. What needs the tables is
// found by trying: each statement has a savepoint.
func (s *session) declare(ctx context.Context, all []*declaration, tables bool) error {
	for _, d := range all {
		if tables != d.late {
			continue
		}
		before, err := s.objects(ctx)
		if err != nil {
			return err
		}
		was, err := s.inspect(ctx, s.schema)
		if err != nil {
			return err
		}
		err = s.inTx(ctx, func() error {
			_, err := s.target.ExecContext(ctx, d.sql)
			return err
		})
		switch {
		case err != nil && !tables && sqlState(err) != "":
			d.late = true
			continue
		case err != nil:
			return fmt.Errorf("%s:%d: %w", d.file, d.line, err)
		}
		if err := s.claim(ctx, d, before, was); err != nil {
			return err
		}
	}
	return nil
}

// claim finds what the statement has made. One that leaves no trace can never be compared, so it is refused.
func (s *session) claim(ctx context.Context, d *declaration, before []object, was *schema.Schema) error {
	after, err := s.objects(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]string, len(before))
	for _, o := range before {
		known[o.String()] = o.make
	}
	made := 0
	for _, o := range after {
		if known[o.String()] != o.make {
			s.declared[o.String()] = d
			made++
		}
	}
	if made > 0 {
		return nil
	}
	is, err := s.inspect(ctx, s.schema)
	if err != nil {
		return err
	}
	// A change that Atlas refuses to plan, such as that of a column into a generated one, is a change too.
	if changes, err := s.driver.SchemaDiff(was, is, schema.DiffNormalized()); err == nil && len(changes) == 0 {
		return fmt.Errorf("%s:%d: this makes nothing that can be compared: declare extensions, types, sequences, functions, views, row security, policies, triggers, indexes and constraints here, and put the rest into a migration: api migrate new NAME",
			d.file, d.line)
	}
	return nil
}

// Object is what a schema has beside its tables.
type Object struct {
	Kind  string // such as view
	Name  string // such as totals, or touch on orders for a trigger
	Early bool   // it comes before the tables
	SQL   string // the statement that makes it, in PostgreSQL's words
}

// Objects lists those of the schema that db works in, in the order in which they can be made.
func Objects(ctx context.Context, db *database.DB) (all []Object, err error) {
	s, err := openSession(ctx, db.SQL())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	found, err := s.objects(ctx)
	for _, o := range found {
		all = append(all, Object{Kind: o.kind, Name: o.name, Early: o.early, SQL: o.make})
	}
	return all, err
}
