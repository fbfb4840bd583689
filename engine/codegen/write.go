package codegen

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"

	"cambium/engine/access"
	"cambium/engine/api"
)

// written is what the templates need to know of an entity that is written, or that joins two of them.
type written struct {
	*entity // nil of an entity that is not exposed

	Type    *gen.Type
	Version string // column
	Columns []storedColumn
	Inputs  []input
	Links   []link
	Uniques []unique
	Checks  []check
	Joins   bool // it joins two entities

	creates, updates, deletes, upserts bool
}

// storedColumn is a column that a statement may give.
type storedColumn struct {
	Name, Type string
	Filled     bool // by the database
	Fixed      bool // once the row is there
}

// input is a field that inputs may give.
type input struct {
	Field       *gen.Field
	Name        string
	Kind        kind
	Nullable    bool
	Required    bool
	Immutable   bool
	Description string
	Writers     []string // roles that may give it; nil where whoever writes the row may
}

// Validator is the call of what ent checks of a value x of the field; empty where it checks nothing.
func (i input) Validator(pkg string) string {
	switch f := i.Field; {
	case f.Validators > 0 || f.IsEnum():
		return fmt.Sprintf("%s.%s(%s)", pkg, f.Validator(), f.BasicType("x"))
	case f.HasGoType() && f.Type.Validator():
		return "x.Validate()"
	}
	return ""
}

// link is an edge of which a foreign key, or a row of a join table, is written.
type link struct {
	*edge

	Gen      *gen.Edge
	Own      bool
	Column   string
	Required bool
	Inverse  string
	Name     string // in the API; empty where inputs may not follow it
	From, To storedColumn
	Table    string
	Through  *gen.Type
	Back     string
	Far      string
}

// unique is a key by which rows are named in inputs.
type unique struct {
	Name, Value string
	Input       string // type of the member; of several columns an input of its own
	Arguments   []lookupArgument
}

type check struct{ Name, Column string }

// Name is the entity's in the API, and ent's.
func (w *written) Name() string { return w.Type.Name }

// Creates and its likes tell what the API may do.
func (w *written) Creates() bool { return w.creates }
func (w *written) Updates() bool { return w.updates }
func (w *written) Deletes() bool { return w.deletes }
func (w *written) Upserts() bool { return w.upserts }

// Writes tells whether the API may do anything.
func (w *written) Writes() bool { return w.creates || w.updates || w.deletes || w.upserts }

// Plural is the entity's name for many.
func (w *written) Plural() string { return plural(w.Type.Name) }

// Makes tells whether rows are created, by the API or as pairs.
func (w *written) Makes() bool { return w.creates || w.Joins }

// RuntimeRequired is ent's own condition for defaults that can fail.
func (w *written) RuntimeRequired() bool { return w.Type.NumHooks() > 0 || w.Type.NumPolicy() > 0 }

// Alike tells whether nothing that is run for an update depends on its row: see write.Entity.
func (w *written) Alike() bool {
	a, err := api.Of(w.Type.Annotations)
	if err != nil {
		return false
	}
	known := 0
	if a.Versioned {
		known++
	}
	_, declared, err := access.DeclaredOf(w.Type.Annotations)
	if err != nil || w.Type.NumHooks() != known || w.Type.NumPolicy() > 1 || w.Type.NumPolicy() == 1 && !declared {
		return false
	}
	return !slices.ContainsFunc(w.Type.Fields, func(f *gen.Field) bool { return f.UpdateDefault && f.Type.Type != field.TypeTime })
}

// describeWrites collects what is written; nothing where no entity is.
func describeWrites(entities []*entity) ([]*written, error) {
	exposed := make(map[*gen.Type]*written)
	var list []*written
	var faults []error
	for _, e := range entities {
		if e.Type.IsView() {
			continue
		}
		w := &written{entity: e, Type: e.Type}
		a := e.annotation
		w.upserts = a.Allows(api.Upsert)
		w.creates, w.updates, w.deletes = a.Allows(api.Create) || w.upserts, a.Allows(api.Update) || w.upserts, a.Allows(api.Delete)
		exposed[e.Type] = w
		list = append(list, w)
	}
	if !slices.ContainsFunc(list, (*written).Writes) {
		return nil, nil
	}
	for _, w := range slices.Clone(list) {
		for _, x := range w.Type.Edges {
			if t := x.Through; t != nil && exposed[t] == nil {
				exposed[t] = &written{Type: t}
				list = append(list, exposed[t])
			}
			if x.Through != nil {
				exposed[x.Through].Joins = true
			}
		}
	}
	for _, w := range list {
		faults = append(faults, w.addColumns()...)
		w.addChecks()
		if w.entity != nil {
			faults = append(faults, w.addInputs()...)
			faults = append(faults, w.addUniques()...)
		}
	}
	for _, w := range list {
		faults = append(faults, w.addLinks(exposed)...)
	}
	faults = append(faults, mutationClashes(list)...)
	return list, errors.Join(faults...)
}

// addColumns adds every column of the table that is not the database's own to write.
func (w *written) addColumns() (faults []error) {
	t := w.Type
	if t.HasOneFieldID() {
		column, _ := sqlType(t.ID)
		filled := !t.ID.UserDefined || t.ID.Type.Type.Integer() && !t.ID.Default
		w.Columns = append(w.Columns, storedColumn{t.ID.StorageKey(), column, filled, true})
	}
	for _, f := range t.Fields {
		if column, ok := sqlType(f); ok {
			w.Columns = append(w.Columns, storedColumn{f.StorageKey(), column, hasDefault(f), f.Immutable})
		}
		a, err := api.Of(f.Annotations)
		if err != nil {
			faults = append(faults, fmt.Errorf("schema %s, field %s: %w", t.Name, f.Name, err))
		}
		if a.Version {
			w.Version = f.StorageKey()
		}
		if f.HasValueScanner() {
			faults = append(faults, fmt.Errorf("schema %s, field %s: a ValueScanner is not written by the API; "+
				"give the field a Go type with Value and Scan", t.Name, f.Name))
		}
	}
	for _, fk := range t.ForeignKeys {
		if !fk.UserDefined {
			column, _ := sqlType(fk.Edge.Type.ID)
			if !fk.Edge.OwnFK() { // the edge is the other side's
				column, _ = sqlType(fk.Edge.Owner.ID)
			}
			w.Columns = append(w.Columns, storedColumn{fk.Field.StorageKey(), column, false, false})
		}
	}
	return faults
}

// sqlType is the PostgreSQL type that a value of the field is stored as; false where PostgreSQL computes the column.
func sqlType(f *gen.Field) (string, bool) {
	declared := strings.ToLower(f.Column().SchemaType[dialect.Postgres])
	declared, _, generated := strings.Cut(declared, " generated ")
	if generated {
		return "", false
	}
	switch declared {
	case "":
	case "serial":
		return "integer", true
	case "bigserial":
		return "bigint", true
	case "smallserial":
		return "smallint", true
	default:
		return declared, true
	}
	switch f.Type.Type {
	case field.TypeBool:
		return "boolean", true
	case field.TypeInt8, field.TypeInt16, field.TypeUint8:
		return "smallint", true
	case field.TypeInt32, field.TypeUint16:
		return "integer", true
	case field.TypeInt, field.TypeInt64, field.TypeUint, field.TypeUint32, field.TypeUint64:
		return "bigint", true
	case field.TypeFloat32:
		return "real", true
	case field.TypeFloat64:
		return "double precision", true
	case field.TypeBytes:
		return "bytea", true
	case field.TypeUUID:
		return "uuid", true
	case field.TypeJSON:
		return "jsonb", true
	case field.TypeTime:
		return "timestamptz", true
	default:
		return "text", true
	}
}

// hasDefault tells whether the database gives the column a value where none is given.
func hasDefault(f *gen.Field) bool {
	a := f.EntSQL()
	return a != nil && (a.Default != "" || a.DefaultExpr != "" || len(a.DefaultExprs) > 0)
}

// addChecks adds the check constraints that are about one column.
func (w *written) addChecks() {
	a := w.Type.EntSQL()
	if a == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(a.Checks)) {
		if column := w.onlyColumn(a); column(name) != "" {
			w.Checks = append(w.Checks, check{name, column(name)})
		}
	}
}

// onlyColumn returns what finds the column of a check: the only one whose name is a word of its expression.
func (w *written) onlyColumn(a *entsql.Annotation) func(name string) string {
	return func(name string) string {
		words := strings.FieldsFunc(a.Checks[name], func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		})
		var found []string
		for _, c := range w.Columns {
			if slices.Contains(words, c.Name) {
				found = append(found, c.Name)
			}
		}
		if len(found) != 1 {
			return ""
		}
		return found[0]
	}
}

// KeyGiven tells whether who creates a row gives its key.
func (w *written) KeyGiven() bool {
	id := w.Type.ID
	return id != nil && id.UserDefined && !id.Default && !id.Type.Type.Integer()
}

// addInputs adds what inputs may give, and finds what they would have to and may not.
func (w *written) addInputs() (faults []error) {
	t := w.Type
	for _, f := range t.Fields {
		a, _ := api.Of(f.Annotations)
		_, stored := sqlType(f)
		if f == w.ID || f.IsEdgeField() || !stored {
			continue
		}
		required := !f.Optional && !f.Default
		if f.Sensitive() || a.ReadOnly {
			if required && w.creates && !hasDefault(f) {
				faults = append(faults, fmt.Errorf("schema %s, field %s: a new row needs it and the API may not give it; "+
					"give the field a default, or do not expose Create", t.Name, f.Name))
			}
			continue
		}
		k, err := kindOf(t, f)
		if err != nil {
			continue // told already
		}
		var writers []string
		if a.Access != nil && a.Access.Guarded {
			writers = append([]string{}, a.Access.Writers...)
		}
		w.Inputs = append(w.Inputs, input{
			Writers: writers, Field: f, Name: camel(f.Name), Kind: k, Nullable: f.Optional, Required: required, Immutable: f.Immutable,
			Description: f.Comment(),
		})
	}
	return faults
}

// addUniques adds the keys by which a row can be named beside its id: those that lookups have.
func (w *written) addUniques() (faults []error) {
	for _, l := range w.Lookups[1:] {
		name := strings.TrimPrefix(l.Name, camel(w.Type.Name)+"By")
		u := unique{Name: strings.ToLower(name[:1]) + name[1:], Arguments: l.Arguments, Input: l.Arguments[0].GraphQL}
		if len(l.Arguments) > 1 {
			u.Input = w.Type.Name + name + "Input"
		}
		u.Value = strings.ToUpper(gen.Funcs["snake"].(func(string) string)(name))
		w.Uniques = append(w.Uniques, u)
	}
	if w.upserts && len(w.Uniques) == 0 {
		faults = append(faults, fmt.Errorf("schema %s: Upsert is exposed, and no unique key names a row; "+
			"add one, or do not expose Upsert", w.Type.Name))
	}
	return faults
}

// addLinks adds the edges.
func (w *written) addLinks(exposed map[*gen.Type]*written) (faults []error) {
	t := w.Type
	for _, x := range t.Edges {
		far := exposed[x.Type]
		if far == nil || x.Bidi && !x.M2M() || !t.HasOneFieldID() && !x.OwnFK() {
			if x.OwnFK() && !x.Optional && w.creates {
				faults = append(faults, fmt.Errorf("schema %s: a new row needs the edge %s, which leads to %s, which is not exposed; "+
					"expose it, or do not expose Create", t.Name, x.Name, x.Type.Name))
			}
			continue
		}
		l := link{Gen: x, Own: x.OwnFK(), Required: !x.Optional}
		if w.entity != nil && far.entity != nil {
			l.Name = camel(x.Name)
		}
		switch {
		case x.M2M():
			near, _ := sqlType(t.ID)
			other, _ := sqlType(x.Type.ID)
			from, to := x.Rel.Columns[0], x.Rel.Columns[1]
			if x.IsInverse() {
				from, to = to, from
			}
			l.Table, l.From, l.To = x.Rel.Table, storedColumn{Name: from, Type: near}, storedColumn{Name: to, Type: other}
			if l.Through = x.Through; l.Through != nil {
				l.Back, l.Far = edgeOf(l.Through, from), edgeOf(l.Through, to)
			}
		default:
			l.Column = x.Rel.Columns[0]
			if !l.Own {
				l.Inverse = edgeOf(x.Type, l.Column)
				l.Required = requiredColumn(x.Type, l.Column)
			}
		}
		w.Links = append(w.Links, l)
	}
	return faults
}

// edgeOf is the edge of a type that a column of its table is the foreign key of; empty where there is none.
func edgeOf(t *gen.Type, column string) string {
	for _, x := range t.Edges {
		if x.OwnFK() && x.Rel.Column() == column {
			return x.Name
		}
	}
	return ""
}

// requiredColumn tells whether a foreign key must not be null.
func requiredColumn(t *gen.Type, column string) bool {
	for _, x := range t.Edges {
		if x.OwnFK() && x.Rel.Column() == column {
			return !x.Optional
		}
	}
	return false
}

// mutationClashes returns a fault for every name that two fields of Mutation would share.
func mutationClashes(list []*written) (faults []error) {
	owners := make(map[string]string)
	for _, w := range list {
		for _, r := range w.Roots() {
			if owner, taken := owners[r.Name]; taken {
				faults = append(faults, fmt.Errorf("schema %s: the mutation %s is already taken by %s", w.Type.Name, r.Name, owner))
			}
			owners[r.Name] = w.Type.Name
		}
	}
	return faults
}

// mutation is a field of Mutation.
type mutation struct{ Name, Does string }

// Roots are the fields of Mutation.
func (w *written) Roots() (list []mutation) {
	one, many := w.Type.Name, w.Plural()
	if w.creates {
		list = append(list, mutation{"create" + one, "CreateOne"}, mutation{"create" + many, "CreateMany"})
	}
	if w.updates {
		list = append(list, mutation{"update" + one, "UpdateOne"}, mutation{"update" + many, "UpdateWhere"},
			mutation{"update" + many + "Each", "UpdateEach"})
	}
	if w.deletes {
		list = append(list, mutation{"delete" + one, "DeleteOne"}, mutation{"delete" + many, "DeleteWhere"})
	}
	if w.upserts {
		list = append(list, mutation{"upsert" + one, "UpsertOne"}, mutation{"upsert" + many, "UpsertMany"})
	}
	return list
}

// Followed are the edges that inputs may follow.
func (w *written) Followed() (list []link) {
	for _, l := range w.Links {
		if l.Name != "" {
			list = append(list, l)
		}
	}
	return list
}

// Farther is the type of an edge's input under creation or under update.
func (l link) Farther(under string) string {
	many := "Many"
	if l.Gen.Unique {
		many = "One"
	}
	return l.Gen.Type.Name + "To" + many + under + "Input"
}

// renderWrites writes the SDL of the mutations; nothing where nothing is written.
func renderWrites(list []*written) ([]byte, error) {
	if len(list) == 0 {
		return nil, nil
	}
	t, err := parse("write.graphql.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, newInputs(list)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// inputs are the parts of the SDL, and which of the inputs of edges are needed.
type inputs struct {
	Entities []*written
	needed   map[string]bool
}

func newInputs(list []*written) *inputs {
	in := &inputs{needed: make(map[string]bool)}
	for _, w := range list {
		if w.entity == nil {
			continue
		}
		in.Entities = append(in.Entities, w)
		for _, l := range w.Followed() {
			if w.creates {
				in.needed[l.Farther("Create")] = true
			}
			if w.updates && !(l.Own && l.Gen.Immutable) {
				in.needed[l.Farther("Update")] = true
			}
		}
	}
	return in
}

// Needed tells whether an edge has an input of the name.
func (in *inputs) Needed(name string) bool { return in.needed[name] }

// Named tells whether inputs name rows of the entity.
func (in *inputs) Named(w *written) bool {
	name := w.Type.Name
	for _, kind := range []string{"ToOneCreateInput", "ToManyCreateInput", "ToOneUpdateInput", "ToManyUpdateInput"} {
		if in.needed[name+kind] {
			return true
		}
	}
	return false
}

// Creator and Updater name the functions that hand builders to engine/write.
func (w *written) Creator() string { return "creationOf" + w.Type.Name }
func (w *written) Updater() string { return "updateOf" + w.Type.Name }

// KeyKind is the kind of the key; empty of an entity that the API does not address.
func (w *written) KeyKind() string {
	if w.entity == nil {
		return ""
	}
	return w.Key.Kind.Model
}

// Ruled tells whether the entity has rules for reading.
func (w *written) Ruled() bool { return w.entity != nil || w.Joins }

// renderWriteModel writes the Go file that describes the entities to engine/write.
func renderWriteModel(g *gen.Graph, list []*written) ([]byte, error) {
	t, err := parse("write.go.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Package": g.Config.Package, "Entities": list, "Imports": typeImports(list)}); err != nil {
		return nil, err
	}
	source, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%w in:\n%s", err, b.String())
	}
	return source, nil
}

// typeImports returns the imports of the types of fields and keys.
func typeImports(list []*written) []string {
	needed := make(map[string]bool)
	add := func(f *gen.Field) {
		switch t := f.Type; {
		case t.PkgPath != "":
			needed[strconv.Quote(t.PkgPath)] = true
		case t.Type == field.TypeTime:
			needed[`"time"`] = true
		}
	}
	for _, w := range list {
		if w.Type.HasOneFieldID() {
			add(w.Type.ID)
		}
		if w.entity == nil || !w.Writes() {
			continue
		}
		for _, i := range w.Inputs {
			add(i.Field)
		}
	}
	return slices.Sorted(maps.Keys(needed))
}
