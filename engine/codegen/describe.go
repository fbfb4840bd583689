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
	Name        string // GraphQL type
	Connection  string // field of the connection at the root
	Description string
	Key         column
	Fields      []column
	Edges       []edge
}

// column is a readable field.
type column struct {
	Name        string // GraphQL field
	Constant    string // the entity package's constant of the column
	Kind        kind
	Nullable    bool
	Description string
}

// edge is a readable edge. It is followed by equality: of From on the near row and To on the far one, or through the
// join table.
type edge struct {
	Name        string
	Target      string // GraphQL type
	Unique      bool
	Nullable    bool
	Description string
	From, To    string // columns of the near and the far table
	Join        *join
}

// join is the table of a many-to-many edge.
type join struct {
	Table, From, To string // From holds the near key, To the far one
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
		if !t.HasOneFieldID() {
			faults = append(faults, fmt.Errorf("schema %s: exposed, but its id has several fields; "+
				"give it an id of one field, or do not expose it", t.Name))
			continue
		}
		e := &entity{
			Type:        t,
			Name:        t.Name,
			Connection:  camel(plural(t.Name)),
			Description: comment(t),
		}
		exposed[t] = e
		entities = append(entities, e)
	}
	for _, e := range entities {
		faults = append(faults, e.addFields()...)
		e.addEdges(exposed)
		faults = append(faults, e.clashes()...)
	}
	return entities, errors.Join(faults...)
}

func (e *entity) addFields() (faults []error) {
	t := e.Type
	k, err := kindOf(t, t.ID)
	if err == nil && !k.key() {
		err = fmt.Errorf("a key of this type cannot be addressed; use an integer, a string or a UUID")
	}
	if err != nil {
		faults = append(faults, fmt.Errorf("schema %s, field %s: %w", t.Name, t.ID.Name, err))
	}
	e.Key = column{Name: "id", Constant: t.ID.Constant(), Kind: k, Description: "Opaque id, unique among all entities."}
	for _, f := range t.Fields {
		if f.Sensitive() || f.IsEdgeField() {
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
			Nullable:    f.Optional,
			Description: f.Comment(),
		})
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
			Unique:      x.Unique,
			Nullable:    x.Optional || restricted(x.Type),
			Description: x.Comment(),
		}
		key, far := e.Type.ID.StorageKey(), x.Type.ID.StorageKey()
		switch columns := x.Rel.Columns; {
		case x.M2M() && x.IsInverse():
			d.From, d.To, d.Join = key, far, &join{Table: x.Rel.Table, From: columns[1], To: columns[0]}
		case x.M2M():
			d.From, d.To, d.Join = key, far, &join{Table: x.Rel.Table, From: columns[0], To: columns[1]}
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

// restricted tells whether rules may hide rows of the entity, so that an edge to it can lead nowhere.
func restricted(t *gen.Type) bool {
	return t.NumPolicy() > 0 || t.NumInterceptors() > 0
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

// clashes returns a fault for every name that two members of the entity would share in the API.
func (e *entity) clashes() (faults []error) {
	seen := map[string]bool{e.Key.Name: true}
	check := func(name string) {
		if seen[name] {
			faults = append(faults, fmt.Errorf("schema %s: two fields or edges are named %s in the API", e.Name, name))
		}
		seen[name] = true
	}
	for _, f := range e.Fields {
		check(f.Name)
	}
	for _, x := range e.Edges {
		check(x.Name)
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
