package codegen

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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

// Alike is the condition, as Go, under which nothing that is run for a mutation depends on its row: see write.Entity. Empty where
// something does.
func (w *written) Alike() string {
	t := w.Type
	a, err := api.Of(t.Annotations)
	if err != nil {
		return ""
	}
	d, declared, err := access.DeclaredOf(t.Annotations)
	if err != nil || t.NumPolicy() > 1 || t.NumPolicy() == 1 && !declared {
		return ""
	}
	known := 0
	condition := fmt.Sprintf("len(c.hooks.%s) == 0", t.Name)
	if a.Versioned {
		known++
	}
	if d.Mutation.Rows { // the policy's hook looks at rows, for viewers who may not have all
		known++
		condition += fmt.Sprintf(" && access.Whole(ctx, %s.Policy, op)", t.Package())
	}
	if t.NumHooks() != known || slices.ContainsFunc(t.Fields, func(f *gen.Field) bool { return f.UpdateDefault && varies(f) }) {
		return ""
	}
	if slices.ContainsFunc(append(slices.Clone(t.Fields), t.ID), func(f *gen.Field) bool { return f != nil && f.Default && f.DefaultFunc() && varies(f) }) {
		condition += " && !op.Is(ent.OpCreate)"
	}
	return condition
}

// varies tells whether a default that is computed can be another one for each row. A time is that of the operation.
func varies(f *gen.Field) bool { return f.Type.Type != field.TypeTime }

// Guards tells whether a condition of the file asks engine/access.
func (w *written) Guards() bool { return strings.Contains(w.Alike(), "access.") }

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
