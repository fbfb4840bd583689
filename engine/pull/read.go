package pull

import (
	"context"
	"database/sql"
	_ "embed" // the queries
	"encoding/json"
	"errors"
	"fmt"

	"cambium/engine/database"
	"cambium/engine/migration"
)

//go:embed queries/tables.sql
var tablesQuery string

//go:embed queries/columns.sql
var columnsQuery string

//go:embed queries/constraints.sql
var constraintsQuery string

//go:embed queries/indexes.sql
var indexesQuery string

//go:embed queries/others.sql
var othersQuery string

// Model is a schema as it was read.
type Model struct {
	// Notes lists what ent cannot say, or says otherwise than one would by hand.
	Notes []string

	schema  string
	tables  []*table
	objects []migration.Object
}

// table is a table of the schema.
type table struct {
	name, comment        string
	partitionBy          string
	partitionOf          string
	inherits             bool
	columns              []*column
	key                  *constraint
	foreign, checks, own []*constraint // own: unique and exclusion constraints
	indexes              []*index

	entity string // Go name; empty where it is none
	edges  []edge
	ids    bool // its key is that of an edge schema
}

type column struct {
	name, typ, base   string
	domain            bool
	labels            []string
	notNull           bool
	defaultExpr       string
	identity          string // "a" always, "d" by default
	generated         bool
	comment, sequence string

	field string // ent's name of it
}

type constraint struct {
	name, kind, def string
	columns         []string
	refTable        string
	refHere         bool // the table that it refers to is in the schema
	refColumns      []string
	onDelete        string
}

type index struct {
	name, def     string
	unique, plain bool
	columns       []string
}

func (t *table) column(name string) *column {
	for _, c := range t.columns {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (m *Model) table(name string) *table {
	for _, t := range m.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

func (m *Model) notef(format string, args ...any) {
	m.Notes = append(m.Notes, fmt.Sprintf(format, args...))
}

// Read reads the schema that unqualified names mean on a connection of db. It changes nothing.
func Read(ctx context.Context, db *database.DB) (*Model, error) {
	m := &Model{}
	err := db.WithTx(ctx, func(ctx context.Context) error { return m.read(ctx, db) }, database.RepeatableRead(), database.ReadOnly())
	if err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}
	if m.objects, err = migration.Objects(ctx, db); err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}
	m.name()
	return m, nil
}

func (m *Model) read(ctx context.Context, db *database.DB) error {
	if err := db.SQL().QueryRowContext(ctx, "SELECT current_schema()").Scan(&m.schema); err != nil {
		return fmt.Errorf("find the schema: %w", err)
	}
	*m = Model{schema: m.schema} // a transaction may be tried again
	each := func(what, query string, scan func(*sql.Rows) error) (err error) {
		rows, err := db.SQL().QueryContext(ctx, query, m.schema)
		if err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			if err := scan(rows); err != nil {
				return fmt.Errorf("read %s: %w", what, err)
			}
		}
		return rows.Err()
	}
	var owner string
	return errors.Join(
		each("tables", tablesQuery, func(r *sql.Rows) error {
			t := &table{}
			m.tables = append(m.tables, t)
			return r.Scan(&t.name, &t.comment, &t.partitionBy, &t.partitionOf, &t.inherits)
		}),
		each("columns", columnsQuery, func(r *sql.Rows) error {
			c, generated := &column{}, ""
			err := r.Scan(&owner, &c.name, &c.typ, &c.base, &c.domain, list(&c.labels), &c.notNull, &c.defaultExpr, &c.identity,
				&generated, &c.comment, &c.sequence)
			c.generated = generated != ""
			if t := m.table(owner); t != nil {
				t.columns = append(t.columns, c)
			}
			return err
		}),
		each("constraints", constraintsQuery, func(r *sql.Rows) error {
			k := &constraint{}
			err := r.Scan(&owner, &k.name, &k.kind, &k.def, list(&k.columns), &k.refTable, &k.refHere, list(&k.refColumns), &k.onDelete)
			t := m.table(owner)
			switch {
			case t == nil:
			case k.kind == "p":
				t.key = k
			case k.kind == "f":
				t.foreign = append(t.foreign, k)
			case k.kind == "c":
				t.checks = append(t.checks, k)
			default:
				t.own = append(t.own, k)
			}
			return err
		}),
		each("indexes", indexesQuery, func(r *sql.Rows) error {
			i := &index{}
			err := r.Scan(&owner, &i.name, &i.def, &i.unique, &i.plain, list(&i.columns))
			if t := m.table(owner); t != nil {
				t.indexes = append(t.indexes, i)
			}
			return err
		}),
		each("the rest", othersQuery, func(r *sql.Rows) error {
			var what string
			err := r.Scan(&what)
			m.notef("not read: %s", what)
			return err
		}),
	)
}

// jsonList scans a JSON array of texts.
type jsonList struct{ into *[]string }

func list(into *[]string) jsonList { return jsonList{into} }

// Scan implements [sql.Scanner].
func (l jsonList) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), l.into)
	case []byte:
		return json.Unmarshal(v, l.into)
	default:
		return fmt.Errorf("a list is a %T", v)
	}
}
