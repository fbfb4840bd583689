package write

import (
	"context"
	"fmt"
	"reflect"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"cambium/engine/read"
)

// Entity describes an entity to the writer. The generated method WriteModel of the app's ent.Client returns one for each
// that the API may write, and for each that joins two of them.
type Entity struct {
	// Name is the GraphQL type, and ent's.
	Name string
	// Table is the table's name.
	Table string
	// Roots are the fields of Mutation.
	Roots []Root
	// Key is the primary key; it has no column where the key is of several.
	Key Key
	// Version is the column that counts changes; empty where there is none.
	Version string
	// Columns are all columns of the table that a statement may give.
	Columns []Column
	// Fields are what inputs may give.
	Fields []Field
	// Edges are what inputs may follow, and what leads from an entity that joins two others.
	Edges []Edge
	// Unique are the keys by which a row can be named, beside its id.
	Unique []Unique
	// Checks gives the column that a check constraint is about, where it is one.
	Checks map[string]string
	// Prepare returns the rules for reading, as that of [read.Entity] does.
	Prepare func(ctx context.Context, alias string) (*sql.Predicate, error)
	// Create, Update and Delete begin a mutation of one row.
	Create func() *Create
	Update func(key any) *Change
	Delete func(key any) *Change
	// Remove deletes rows as the client does; only of an entity that joins two others.
	Remove func(ctx context.Context, where func(*sql.Selector)) error
	// Alike tells whether nothing that is run for the mutations of an operation depends on their rows: the hooks are the engine's own,
	// which look at the kind of the mutation and at the viewer, and the defaults are constants and times. nil: something does.
	Alike func(ctx context.Context, op ent.Op) bool
	// Node reads a row of its number and of the columns as ent's struct.
	Node func(columns []string, rows *sql.Rows, number *int) (ent.Value, error)
	// NodeColumns are those columns: all that ent knows.
	NodeColumns []string
	// Invalid returns the field that an error of ent's checks is about.
	Invalid func(error) (field string, ok bool)
}

// Root is a field of Mutation.
type Root struct {
	Name string
	Does Operation
}

// Operation is what a field of Mutation does.
type Operation uint8

// The operations.
const (
	CreateOne Operation = iota + 1
	CreateMany
	UpdateOne
	UpdateWhere
	UpdateEach
	DeleteOne
	DeleteWhere
	UpsertOne
	UpsertMany
)

// Key is a primary key.
type Key struct {
	Column string
	Kind   read.Kind
	Type   reflect.Type // in Go
	Given  bool         // by whoever creates a row: neither ent nor the database does
}

// Column is a column of a table.
type Column struct {
	Name string
	Type string // in SQL
	// Filled says that the database gives the value where none is given.
	Filled bool
	// Fixed says that it does not change once the row is there.
	Fixed bool
}

// Field is a column that inputs may give.
type Field struct {
	Name      string // in the API
	Column    string // and in ent's mutation
	Kind      read.Kind
	Type      reflect.Type // in Go
	Nullable  bool
	Required  bool // when a row is created
	Immutable bool
	Guarded   bool     // only Writers may give it
	Writers   []string // roles
	// Validate is what ent checks of a value; nil where anything of the type is fine.
	Validate func(any) error
}

// Edge is a way from an entity to another.
type Edge struct {
	Name   string // in the API; empty where inputs may not follow it
	Field  string // in ent's mutation
	Target string
	Unique bool
	// Own says that the foreign key is a column of the near table; else it is of the far one, or of the join table.
	Own bool
	// Column is the foreign key.
	Column string
	// Required says that the foreign key must not be null.
	Required bool
	// Immutable says that only who creates the row may give it.
	Immutable bool
	// Inverse is the edge back, of which the foreign key is; empty where there is none.
	Inverse string
	// Set gives the far row of an own edge to a mutation.
	Set func(m ent.Mutation, key any)
	// Join is the table of a many-to-many edge.
	Join *Join
}

// Join is the table of a many-to-many edge.
type Join struct {
	Table    string
	From, To Column
	// Through is the entity that the table is of; empty for none. Back and Far are its edges to the near and the far row.
	Through, Back, Far string
	// Symmetric says that a pair stands for its reverse too.
	Symmetric bool
}

// Unique is a key other than the primary one.
type Unique struct {
	Name    string // member of the input that names a row
	Value   string // of the enum by which upserts name the key
	Columns []UniqueColumn
}

// UniqueColumn is a column of a unique key: a field, or an edge to the entity whose id is given.
type UniqueColumn struct {
	Name   string // in the API
	Column string
	Kind   read.Kind
	Target string
}

// Create is the creation of one row, before it is run.
type Create struct {
	Mutation ent.Mutation
	Hooks    []ent.Hook
	Defaults func() error
	// SetKey gives the row its key.
	SetKey func(key any)
	// Spec checks the mutation and returns the row and what is to be stored.
	Spec func(ent.Mutation) (ent.Value, *sqlgraph.CreateSpec, error)
	// Stored tells the row and its mutation the key.
	Stored func(value ent.Value, key any)
}

// Change is the update or the deletion of one row, before it is run.
type Change struct {
	Key      any
	Mutation ent.Mutation
	Hooks    []ent.Hook
	Defaults func() error
	// Check checks the mutation and returns what it demands of the row.
	Check func(ent.Mutation) (*sql.Predicate, error)
	// Save runs the mutation as ent does, for what the statements here do not cover; nil of a deletion.
	Save func(context.Context) (ent.Value, error)
}

// entity is an Entity with its names resolved.
type entity struct {
	*Entity

	fields  map[string]*Field  // by names in the API
	columns map[string]*Column // by their names
	// position is where they are in Columns.
	position map[string]int
	edges    []*edge            // that have names in the API
	byField  map[string]*edge   // by ent's names
	unique   map[string]*Unique // by names
	byValue  map[string]*Unique // by enum values
	labels   map[string]string  // names in the API by columns and by ent's names
	keyField Field              // as which an input gives the key
	owns     int                // edges of which a column is the foreign key
}

// edge is an Edge with its target.
type edge struct {
	*Edge

	near, far *entity
	through   *entity // of the join table
}

// newEntity resolves the names of an entity but for those of the other side of its edges.
func newEntity(e *Entity) *entity {
	x := &entity{
		Entity: e, fields: make(map[string]*Field), columns: make(map[string]*Column),
		byField: make(map[string]*edge), unique: make(map[string]*Unique), byValue: make(map[string]*Unique),
		labels:   make(map[string]string),
		position: make(map[string]int),
		keyField: Field{Name: "key", Column: e.Key.Column, Kind: e.Key.Kind, Type: e.Key.Type, Immutable: true},
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		x.fields[f.Name], x.labels[f.Column] = f, f.Name
	}
	for i := range e.Columns {
		x.columns[e.Columns[i].Name], x.position[e.Columns[i].Name] = &e.Columns[i], i
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		if c := x.columns[f.Column]; c != nil {
			f.Validate = both(f.Validate, fitting(c.Type))
		}
	}
	if e.Key.Given {
		x.labels[e.Key.Column] = x.keyField.Name
	}
	for i := range e.Unique {
		u := &e.Unique[i]
		x.unique[u.Name], x.byValue[u.Value] = u, u
	}
	for i := range e.Edges {
		d := &edge{Edge: &e.Edges[i], near: x}
		x.byField[d.Field] = d
		if d.Own {
			x.owns++
		}
		if d.Name == "" {
			continue
		}
		x.edges = append(x.edges, d)
		x.labels[d.Field] = d.Name
		if d.Own {
			x.labels[d.Column] = d.Name
		}
	}
	return x
}

func newModel(entities []*Entity) (map[string]*entity, error) {
	m := make(map[string]*entity, len(entities))
	for _, e := range entities {
		m[e.Name] = newEntity(e)
	}
	for _, x := range m {
		for _, d := range x.byField {
			if d.far = m[d.Target]; d.far == nil {
				return nil, fmt.Errorf("write: edge %s of %s leads to %s, which is not described", d.Field, x.Name, d.Target)
			}
			if d.Join != nil && d.Join.Through != "" {
				if d.through = m[d.Join.Through]; d.through == nil {
					return nil, fmt.Errorf("write: edge %s of %s is joined by %s, which is not described", d.Field, x.Name, d.Join.Through)
				}
			}
		}
	}
	return m, nil
}

// inverse is the edge of the far entity that the foreign key of a far table belongs to; nil where there is none.
func (d *edge) inverse() *edge {
	if d.Inverse == "" {
		return nil
	}
	return d.far.byField[d.Inverse]
}
