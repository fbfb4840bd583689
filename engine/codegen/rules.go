package codegen

import (
	"fmt"

	"entgo.io/ent/entc/gen"

	"cambium/engine/access"
	"cambium/engine/api"
)

// unruled returns a fault where the API shows an entity, or lets it be changed, and nobody has said to whom.
func unruled(t *gen.Type, a api.Annotation) (faults []error) {
	d, declared, err := access.DeclaredOf(t.Annotations)
	if err != nil {
		return []error{fmt.Errorf("schema %s: %w", t.Name, err)}
	}
	if t.NumPolicy() == 0 || declared && !d.Query.Stated {
		faults = append(faults, fmt.Errorf("schema %s: exposed without a policy for queries, under which nobody could see it; "+
			"add a mixin: access.Policy{Query: access.Rules{access.Allow(\"role\")}}", t.Name))
	}
	for _, op := range a.Operations {
		if op != api.Read && (t.NumPolicy() == 0 || declared && !d.Mutation.Stated) {
			faults = append(faults, fmt.Errorf("schema %s: exposes %s without a policy for mutations; "+
				"add Mutation: access.Rules{access.Allow(\"role\")} to its access.Policy", t.Name, op))
		}
	}
	return faults
}

// hides tells whether rules may hide rows of the entity, so that an edge to it can lead nowhere. Of a policy that is not
// an [access.Policy] nothing is known.
func hides(t *gen.Type) bool {
	if t.NumInterceptors() > 0 {
		return true
	}
	d, declared, err := access.DeclaredOf(t.Annotations)
	if err != nil || !declared {
		return t.NumPolicy() > 0
	}
	return d.Query.Rows || t.NumPolicy() > 1
}

// shown tells whether the schema promises that who sees a row sees what the edge leads to.
func shown(x *gen.Edge) bool {
	a, err := api.Of(x.Annotations)
	return err == nil && a.Shown
}

// lookedAt tells whether rows of the entity are looked at when they were written.
func lookedAt(t *gen.Type) bool {
	d, declared, err := access.DeclaredOf(t.Annotations)
	return err == nil && declared && d.Mutation.Rows && t.HasOneFieldID()
}

// accessOf returns who may read and write a field, or why that cannot be kept.
func accessOf(e *entity, f *gen.Field) (*api.FieldAccess, error) {
	a, err := api.Of(f.Annotations)
	if err != nil || a.Access == nil {
		return nil, err
	}
	if f == e.ID || f.IsEdgeField() {
		return nil, fmt.Errorf("keys are part of ids and edges: restrict the entity by its policy instead")
	}
	if f.Name == api.SearchColumn {
		return nil, fmt.Errorf("the words to search for cannot be restricted: leave the column out of api.Search")
	}
	if owner := a.Access.Owner; owner != "" && owner != e.ID.StorageKey() {
		known := false
		for _, other := range e.Type.Fields {
			known = known || other.StorageKey() == owner
		}
		if !known {
			return nil, fmt.Errorf("api.ReadableByOwner names the column %q, which the table has not", owner)
		}
	}
	return a.Access, nil
}

// private tells whether not everybody who sees a row may read the column.
func (c column) private() bool { return c.Access != nil && c.Access.Private }

// Guard is the column's rule for reading, as Go; empty where there is none.
func (c column) Guard() string {
	if !c.private() {
		return ""
	}
	return fmt.Sprintf("&read.Guard{Roles: %#v, Owner: %q}", c.Access.Readers, c.Access.Owner)
}
