// Package api holds the annotations with which an entity in ent/schema says what the GraphQL API shows of it.
//
// Exposure is opt-in: an entity without [Expose] has no type, no field and no argument in the API, and an edge to it
// is left out of its neighbours.
package api

import (
	"encoding/json"
	"fmt"

	"entgo.io/ent/schema"
)

// Operation is one thing that the API may do with an entity.
type Operation string

// Read exposes the entity's type, its connection at the root, its edges, and `node`/`nodes` for its ids.
const Read Operation = "read"

// Name is the key under which ent stores the annotation.
const Name = "CambiumAPI"

// Annotation is what a schema, a field or an edge says about its place in the API.
type Annotation struct {
	// Operations lists what the API may do with the entity. Empty: the entity is not exposed.
	Operations []Operation `json:"operations,omitempty"`
}

// Expose opens an entity to the API for the given operations.
//
//	func (Order) Annotations() []schema.Annotation {
//		return []schema.Annotation{api.Expose(api.Read)}
//	}
func Expose(operations ...Operation) Annotation {
	return Annotation{Operations: operations}
}

// Name implements [schema.Annotation].
func (Annotation) Name() string { return Name }

// Merge implements [schema.Merger]: what a mixin and an entity say adds up.
func (a Annotation) Merge(other schema.Annotation) schema.Annotation {
	var more Annotation
	switch o := other.(type) {
	case Annotation:
		more = o
	case *Annotation:
		more = *o
	default:
		return a
	}
	for _, op := range more.Operations {
		if !a.Allows(op) {
			a.Operations = append(a.Operations, op)
		}
	}
	return a
}

// Allows tells whether the annotation exposes the operation.
func (a Annotation) Allows(op Operation) bool {
	for _, o := range a.Operations {
		if o == op {
			return true
		}
	}
	return false
}

// Of returns the annotation among those that ent loaded for a schema, a field or an edge, and the zero annotation
// where there is none. The error is of one that cannot be decoded.
func Of(annotations map[string]any) (Annotation, error) {
	var a Annotation
	raw, ok := annotations[Name]
	if !ok {
		return a, nil
	}
	buf, err := json.Marshal(raw)
	if err != nil {
		return a, fmt.Errorf("encode annotation %s: %w", Name, err)
	}
	if err := json.Unmarshal(buf, &a); err != nil {
		return a, fmt.Errorf("decode annotation %s: %w", Name, err)
	}
	return a, nil
}
