package codegen

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"entgo.io/ent/entc/gen"

	"cambium/engine/api"
)

// entity is what the templates need to know of an exposed entity.
type entity struct {
	Type        *gen.Type
	ID          *gen.Field
	Name        string // GraphQL type
	Connection  string // field of the connection at the root
	Aggregate   string // field at the root that groups rows
	Description string
	Key         column
	Fields      []column
	Edges       []edge
	Lookups     []lookup

	Batched []batched

	annotation api.Annotation
}

// column is a readable field.
type column struct {
	Name        string // GraphQL field
	Constant    string // the entity package's constant of the column; none for a computed field
	Expression  string // of a computed field
	Kind        kind
	Nullable    bool
	Description string
	Access      *api.FieldAccess
}

// edge is a readable edge. It is followed by equality: of From on the near row and To on the far one, or through the
// join table.
type edge struct {
	Name        string
	Target      string // GraphQL type
	Far         *entity
	Unique      bool
	Nullable    bool
	Description string
	From, To    string // columns of the near and the far table
	Join        *join
}

// lookup is a field at the root that finds one row by a unique key.
type lookup struct {
	Name      string
	Arguments []lookupArgument
}

type lookupArgument struct {
	Name, Column string
	Kind         kind
	GraphQL      string // type
	Target       string // entity whose id is given; empty for a plain value
}

// join is the table of a many-to-many edge.
type join struct {
	Table, From, To string    // From holds the near key, To the far one
	Through         *gen.Type // entity that the table is of; nil for none
}

// describe collects the exposed entities in ent's order, or every reason why the engine cannot serve the schema.
func describe(g *gen.Graph) ([]*entity, error) {
	exposed := make(map[*gen.Type]*entity)
	var entities []*entity
	var faults []error
	for _, t := range g.Nodes {
		a, err := api.Of(t.Annotations)
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", t.Name, err)
		}
		faults = append(faults, unindexed(t)...)
		if !a.Allows(api.Read) {
			continue
		}
		id := idOf(t)
		if id == nil {
			faults = append(faults, fmt.Errorf("schema %s: exposed, but without an id of one field; "+
				"give it a field named id, or do not expose it", t.Name))
			continue
		}
		e := &entity{
			Type:        t,
			ID:          id,
			annotation:  a,
			Name:        t.Name,
			Connection:  camel(plural(t.Name)),
			Aggregate:   camel(plural(t.Name)) + "Aggregate",
			Description: comment(t),
		}
		exposed[t] = e
		entities = append(entities, e)
		faults = append(faults, unruled(t, a)...)
	}
	for _, e := range entities {
		faults = append(faults, e.addFields()...)
	}
	for _, e := range entities {
		e.addEdges(exposed)
		e.addLookups(exposed)
		faults = append(faults, e.clashes()...)
	}
	faults = append(faults, rootClashes(entities)...)
	return entities, errors.Join(faults...)
}

// idOf returns the field by which the rows of a table are addressed: of a view, which has no id to ent, the field of
// that name. There is none where the key has several columns.
func idOf(t *gen.Type) *gen.Field {
	if t.HasOneFieldID() {
		return t.ID
	}
	if !t.IsView() {
		return nil
	}
	for _, f := range t.Fields {
		if f.Name == "id" && !f.Optional && !f.Sensitive() {
			return f
		}
	}
	return nil
}

func (e *entity) addFields() (faults []error) {
	t := e.Type
	k, err := kindOf(t, e.ID)
	if err == nil && !k.key() {
		err = fmt.Errorf("a key of this type cannot be addressed; use an integer, a string or a UUID")
	}
	if err != nil {
		faults = append(faults, fmt.Errorf("schema %s, field %s: %w", t.Name, e.ID.Name, err))
	}
	e.Key = column{Name: "id", Constant: e.ID.Constant(), Kind: k, Description: "Opaque id, unique among all entities."}
	for _, f := range t.Fields {
		access, err := accessOf(e, f)
		if err != nil {
			faults = append(faults, fmt.Errorf("schema %s, field %s: %w", t.Name, f.Name, err))
			continue
		}
		if f == e.ID || f.Sensitive() || f.IsEdgeField() {
			continue // a secret is never readable; a foreign key is read through its edge
		}
		k, err := kindOf(t, f)
		if err != nil {
			faults = append(faults, fmt.Errorf("schema %s, field %s: %w", t.Name, f.Name, err))
			continue
		}
		e.Fields = append(e.Fields, column{
			Name:        camel(f.Name),
			Constant:    f.Constant(),
			Kind:        k,
			Nullable:    f.Optional || access != nil && access.Owner != "",
			Description: f.Comment(),
			Access:      access,
		})
	}
	for _, f := range e.annotation.Computed {
		c, err := compute(e, f)
		if err != nil {
			faults = append(faults, fmt.Errorf("schema %s, computed field %s: %w", t.Name, f.Name, err))
			continue
		}
		e.Fields = append(e.Fields, c)
	}
	for _, f := range e.annotation.Batched {
		b, err := batch(e, f)
		if err != nil {
			faults = append(faults, fmt.Errorf("schema %s, batch field %s: %w", t.Name, f.Name, err))
			continue
		}
		e.Batched = append(e.Batched, b)
	}
	return faults
}

func (e *entity) addEdges(exposed map[*gen.Type]*entity) {
	for _, x := range e.Type.Edges {
		target, ok := exposed[x.Type]
		if !ok {
			continue
		}
		d := edge{
			Name:        camel(x.Name),
			Target:      target.Name,
			Far:         target,
			Unique:      x.Unique,
			Nullable:    x.Optional || hides(x.Type) && !shown(x),
			Description: x.Comment(),
		}
		key, far := e.ID.StorageKey(), target.ID.StorageKey()
		switch columns := x.Rel.Columns; {
		case x.M2M() && x.IsInverse():
			d.From, d.To, d.Join = key, far, &join{Table: x.Rel.Table, From: columns[1], To: columns[0], Through: x.Through}
		case x.M2M():
			d.From, d.To, d.Join = key, far, &join{Table: x.Rel.Table, From: columns[0], To: columns[1], Through: x.Through}
		case x.OwnFK():
			d.From, d.To = columns[0], far
		default:
			d.From, d.To = key, columns[0]
			d.Nullable = true // nothing in the database makes the other side exist
		}
		d.Nullable = d.Nullable && d.Unique
		e.Edges = append(e.Edges, d)
	}
}

// unindexed returns a fault for every foreign key of the entity that no index leads with: following the edge from the
// other side, and deleting there, would scan the table.
func unindexed(t *gen.Type) (faults []error) {
	leads := make(map[string]bool)
	if t.HasCompositeID() {
		leads[t.EdgeSchema.ID[0].StorageKey()] = true
	} else if t.ID != nil {
		leads[t.ID.StorageKey()] = true
	}
	for _, f := range t.Fields {
		if f.Unique {
			leads[f.StorageKey()] = true
		}
	}
	for _, i := range t.Indexes {
		leads[i.Columns[0]] = true
	}
	for _, fk := range t.ForeignKeys {
		if c := fk.Field.StorageKey(); !leads[c] && fk.Edge.Rel.Type != gen.O2O {
			faults = append(faults, fmt.Errorf("schema %s: foreign key %s of edge %s has no index; "+
				"add index.Fields(%q, %q)", t.Name, c, fk.Edge.Name, fk.Field.Name, "id"))
		}
	}
	return faults
}

// addLookups adds one for the id and one for every unique key that can be given.
func (e *entity) addLookups(exposed map[*gen.Type]*entity) {
	name := camel(e.Name)
	e.Lookups = []lookup{{name, []lookupArgument{
		{Name: "id", Column: e.ID.StorageKey(), Kind: e.Key.Kind, GraphQL: "ID", Target: e.Name},
	}}}
	add := func(columns ...string) {
		l := lookup{Name: name + "By"}
		for i, c := range columns {
			a, ok := e.lookupArgument(c, exposed)
			if !ok {
				return
			}
			if i > 0 {
				l.Name += "And"
			}
			l.Name += strings.ToUpper(a.Name[:1]) + a.Name[1:]
			l.Arguments = append(l.Arguments, a)
		}
		e.Lookups = append(e.Lookups, l)
	}
	for _, f := range e.Type.Fields {
		if f.Unique {
			add(f.StorageKey())
		}
	}
	for _, i := range e.Type.Indexes {
		if i.Unique && len(i.Annotations) == 0 { // an annotation may make it partial: then it is no key
			add(i.Columns...)
		}
	}
}

// lookupArgument returns the argument for a column: a field, or the id at the far side of an edge.
func (e *entity) lookupArgument(name string, exposed map[*gen.Type]*entity) (a lookupArgument, ok bool) {
	for _, f := range e.Type.Fields {
		if f.StorageKey() != name || f.IsEdgeField() {
			continue
		}
		for _, c := range e.Fields { // a secret is not among them
			if c.Name == camel(f.Name) && !c.private() {
				return lookupArgument{Name: c.Name, Column: name, Kind: c.Kind, GraphQL: c.Kind.GraphQL}, true
			}
		}
	}
	for _, x := range e.Type.Edges {
		if target := exposed[x.Type]; target != nil && x.OwnFK() && x.Rel.Column() == name {
			return lookupArgument{camel(x.Name), name, target.Key.Kind, "ID", target.Name}, true
		}
	}
	return a, false
}

// rootClashes returns a fault for every name that two fields at the root would share.
func rootClashes(entities []*entity) (faults []error) {
	owners := map[string]string{"node": "the API", "nodes": "the API"}
	for _, e := range entities {
		names := []string{e.Connection, e.Aggregate}
		for _, l := range e.Lookups {
			names = append(names, l.Name)
		}
		for _, name := range names {
			if owner, taken := owners[name]; taken {
				faults = append(faults, fmt.Errorf("schema %s: the root field %s is already taken by %s", e.Name, name, owner))
			}
			owners[name] = e.Name
		}
	}
	return faults
}

// clashes returns a fault for every name that two members of the entity would share in the API.
func (e *entity) clashes() (faults []error) {
	seen := map[string]bool{e.Key.Name: true, "and": true, "or": true, "not": true} // what filters have beside fields
	check := func(name string) {
		if seen[name] {
			faults = append(faults, fmt.Errorf("schema %s: two fields or edges are named %s in the API", e.Name, name))
		}
		seen[name] = true
	}
	for _, f := range e.Fields {
		check(f.Name)
	}
	for _, f := range e.Batched {
		check(f.Name)
	}
	for _, x := range e.Edges {
		check(x.Name)
		if !x.Unique {
			check(x.Name + "Aggregate")
		}
	}
	return faults
}

// comment returns the text of the schema's [schema.Comment] annotation.
func comment(t *gen.Type) string {
	a, ok := t.Annotations["Comment"].(map[string]any)
	if !ok {
		return ""
	}
	text, _ := a["Text"].(string)
	return text
}

// plural is ent's own rule, so that the API and the Go client agree.
func plural(name string) string {
	return gen.Funcs["plural"].(func(string) string)(name)
}

// camel turns a snake_case or PascalCase name into a GraphQL field name.
func camel(name string) string {
	var b strings.Builder
	upper := false
	for i, r := range name {
		switch {
		case r == '_':
			upper = b.Len() > 0
		case i == 0:
			b.WriteRune(unicode.ToLower(r))
		case upper:
			b.WriteRune(unicode.ToUpper(r))
			upper = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// measurable tells what aggregate functions there are of a field.
type measurable struct {
	Name, Sum, Avg, Extreme string // GraphQL types; empty for none
}

// Measures returns the fields that have aggregate functions.
func (e *entity) Measures() (fields []measurable) {
	for _, f := range e.Fields {
		m := measurable{Name: f.Name}
		switch f.Kind.Model {
		case "Int":
			m.Sum, m.Avg, m.Extreme = "BigInt", "Decimal", "Int"
		case "BigInt":
			m.Sum, m.Avg, m.Extreme = "Decimal", "Decimal", "BigInt"
		case "Decimal", "Float", "Real":
			m.Sum, m.Avg, m.Extreme = f.Kind.GraphQL, f.Kind.GraphQL, f.Kind.GraphQL
		case "Date", "String", "Time":
			m.Extreme = f.Kind.Model
		default:
			continue
		}
		fields = append(fields, m)
	}
	return fields
}

// Summable tells whether a field has a sum and an average.
func (e *entity) Summable() bool {
	for _, m := range e.Measures() {
		if m.Sum != "" {
			return true
		}
	}
	return false
}

// Groupable tells whether rows can be grouped by a field of the entity.
func (e *entity) Groupable() bool {
	for _, f := range e.Fields {
		if f.Kind.Ordered() {
			return true
		}
	}
	return false
}

// Searchable tells whether the entity's lists can be searched.
func (e *entity) Searchable() bool { return e.annotation.Searchable }

// GroupType is the type of a member of a groupBy argument.
func (c column) GroupType() string {
	if c.Kind.Model == "Time" || c.Kind.Model == "Date" {
		return "TimeBucket"
	}
	return "Boolean"
}
