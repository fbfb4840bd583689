package read

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
)

// Entity describes an entity to the reader. The generated method ReadModel of the app's ent.Client returns one for each
// that is exposed.
type Entity struct {
	// Name is the GraphQL type.
	Name string
	// Connection is the field at the root that pages through all rows.
	Connection string
	// Aggregate is the field at the root that groups rows.
	Aggregate string
	// Table is the table's name.
	Table string
	// Key is the primary key.
	Key Field
	// Fields are the readable columns.
	Fields []Field
	// Edges are the readable edges; their targets are entities of the same model.
	Edges []Edge
	// Search is the tsvector column by which lists are searched; none where they cannot be.
	Search string
	// Batched are the fields that Go functions compute.
	Batched []BatchField
	// Lookups are the fields at the root that find one row by a unique key.
	Lookups []Lookup
	// Prepare returns what the entity's interceptors and its policy add to a query under the viewer of the context, for
	// rows of an alias; nil where they add nothing. The error of a policy that denies the query is returned as it is.
	Prepare func(ctx context.Context, alias string) (*sql.Predicate, error)
	// Policy is the entity's, for those who tell people of it; what it does to a query is in Prepare.
	Policy ent.Policy
}

// Field is a readable column, or a computed field.
type Field struct {
	Name       string // GraphQL field
	Column     string
	Expression string // of a computed field: SQL with columns in braces
	Kind       Kind
	Nullable   bool
	Guard      *Guard // who may read it; nil for whoever sees the row

	place string // of a guarded one in a statement: see [Guard]
}

var braces = regexp.MustCompile(`\{[^{}]*\}`)

// sql returns the field's expression for a row of an alias.
func (f *Field) sql(alias string) string {
	if f.place != "" {
		return guardMark + f.place + alias + guardMark
	}
	return f.open(alias)
}

// open is the expression for viewers who may read the field of every row.
func (f *Field) open(alias string) string {
	if f.Expression == "" {
		return columnOf(alias, f.Column)
	}
	expression := braces.ReplaceAllStringFunc(f.Expression, func(column string) string {
		return columnOf(alias, column[1:len(column)-1])
	})
	return "(" + expression + ")::" + f.Kind.sqlType()
}

// Edge leads from an entity to another: where From of the near row equals To of the far one, or where a row of the join
// table pairs their keys.
type Edge struct {
	Name string // GraphQL field
	// Aggregate is the field that groups the far rows of a to-many edge.
	Aggregate string
	Target    string // name of the far entity
	From, To  string // columns
	Join      *Join  // of a many-to-many edge
	Unique    bool   // at most one far row
	Nullable  bool   // a unique edge that may lead nowhere
}

// Lookup finds one row by a unique key.
type Lookup struct {
	Name      string // GraphQL field at the root
	Arguments []LookupArgument
}

// LookupArgument is a column of a unique key.
type LookupArgument struct {
	Name   string // GraphQL argument
	Column string
	Kind   Kind
	Target string // entity whose id is given, where the column is its key
}

// Join is the table of a many-to-many edge.
type Join struct {
	Table    string
	From, To string // columns that hold the near and the far key
	// Prepare returns the rules of the entity that the table is of, as Entity.Prepare does; it is nil where the table is
	// of none. A pair that the viewer may not see joins nothing.
	Prepare func(ctx context.Context, alias string) (*sql.Predicate, error)
}

// Ref is implemented by the generated structs of exposed entities.
type Ref interface {
	EntityRef() (entity string, key any)
}

// model indexes the entities by what operations call them.
type model struct {
	entities    map[string]*entity
	connections map[string]*entity
	aggregates  map[string]*entity
	lookups     map[string]*lookup
	guarded     []*Field
}

// lookup is a Lookup with its entity.
type lookup struct {
	*Lookup

	entity *entity
}

// entity is an Entity with its names resolved.
type entity struct {
	*Entity

	fields     map[string]*Field
	edges      map[string]*link
	aggregates map[string]*link
	batched    map[string]*BatchField
	idPrefix   string // of its opaque ids
}

// unique tells whether no two rows have the same value of a field.
func (e *entity) unique(f *Field) bool {
	return !f.Nullable && f.Guard == nil && f.Expression == "" && slices.ContainsFunc(e.Lookups, func(l Lookup) bool {
		return len(l.Arguments) == 1 && l.Arguments[0].Column == f.Column
	})
}

// link is an Edge with its target.
type link struct {
	*Edge

	target *entity
	join   *entity // of the join table, for its rules; nil where there are none
}

func newModel(entities []*Entity) (*model, error) {
	m := &model{
		entities:    make(map[string]*entity),
		connections: make(map[string]*entity),
		aggregates:  make(map[string]*entity),
		lookups:     make(map[string]*lookup),
	}
	var faults []error
	for _, e := range entities {
		if m.entities[e.Name] != nil {
			return nil, fmt.Errorf("read: entity %s is described twice", e.Name)
		}
		x := &entity{Entity: e, fields: make(map[string]*Field), edges: make(map[string]*link), aggregates: make(map[string]*link), idPrefix: e.Name + ":"}
		for i := range e.Fields {
			x.fields[e.Fields[i].Name] = &e.Fields[i]
			if e.Fields[i].Guard != nil {
				m.guard(&e.Fields[i])
			}
		}
		x.batched = make(map[string]*BatchField)
		for i := range e.Batched {
			x.batched[e.Batched[i].Name] = &e.Batched[i]
		}
		faults = append(faults, x.missing()...)
		m.entities[e.Name] = x
		m.connections[e.Connection] = x
		m.aggregates[e.Aggregate] = x
		for i := range e.Lookups {
			m.lookups[e.Lookups[i].Name] = &lookup{&e.Lookups[i], x}
		}
	}
	for _, x := range m.entities {
		for i := range x.Edges {
			target := m.entities[x.Edges[i].Target]
			if target == nil {
				return nil, fmt.Errorf("read: edge %s of %s leads to %s, which is not described",
					x.Edges[i].Name, x.Name, x.Edges[i].Target)
			}
			l := &link{Edge: &x.Edges[i], target: target}
			if j := l.Join; j != nil && j.Prepare != nil {
				l.join = &entity{Entity: &Entity{Name: j.Table, Table: j.Table, Prepare: j.Prepare}}
			}
			x.edges[l.Name] = l
			if l.Aggregate != "" {
				x.aggregates[l.Aggregate] = l
			}
		}
	}
	return m, errors.Join(faults...)
}
