// Package api holds the annotations with which an entity in ent/schema says what the GraphQL API shows of it.
//
// Exposure is opt-in: an entity without [Expose] has no type, no field and no argument in the API, and an edge to it
// is left out of its neighbours.
package api

import (
	"encoding/json"
	"fmt"
	"slices"

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
	// Computed are the entity's computed fields.
	Computed []Field `json:"computed,omitempty"`
	// Searchable says that the entity has the column of [Search].
	Searchable bool `json:"searchable,omitempty"`
	// Batched are the entity's fields that a Go function computes.
	Batched []BatchField `json:"batched,omitempty"`
	// Shown says that whoever sees a row sees what the edge leads to.
	Shown bool `json:"shown,omitempty"`
	// Access is who may read and write the field; nil where whoever sees the row may.
	Access *FieldAccess `json:"access,omitempty"`
	// Renamed is the name in the database of what was called otherwise before: see [RenamedFrom].
	Renamed string `json:"renamed,omitempty"`
	// ReadOnly says that inputs do not give the field; see [ReadOnly].
	ReadOnly bool `json:"readOnly,omitempty"`
	// Version says that the field counts the changes of a row; see [Version].
	Version bool `json:"version,omitempty"`
	// Versioned says that the entity has the hook of [Versioned].
	Versioned bool `json:"versioned,omitempty"`
}

// Type is the GraphQL type of a computed field.
type Type string

// The types of computed fields, each with the PostgreSQL type that its expression is cast to.
const (
	BigInt  Type = "BigInt"  // bigint
	Boolean Type = "Boolean" // boolean
	Date    Type = "Date"    // date
	Decimal Type = "Decimal" // numeric
	Enum    Type = "Enum"    // text, one of the field's Values; the type is named for the entity and the field
	Float   Type = "Float"   // double precision
	Int     Type = "Int"     // integer
	String  Type = "String"  // text
	Time    Type = "Time"    // timestamptz
)

// Field is a computed field: it is read, filtered and ordered by like any other, and is never stored.
type Field struct {
	// Name is the field's name in the API.
	Name string `json:"name"`
	// Type is its GraphQL type.
	Type Type `json:"type"`
	// Values are those of an Enum.
	Values []string `json:"values,omitempty"`
	// SQL is the expression, with columns of the entity's table in braces: {unit_price} * {quantity}. It is part of the
	// program: no rule is applied to other tables that it reads.
	SQL string `json:"sql"`
	// Nullable says that the expression can be NULL.
	Nullable bool `json:"nullable,omitempty"`
	// Comment becomes the description.
	Comment string `json:"comment,omitempty"`
}

// Compute adds a computed field to an entity.
func Compute(f Field) Annotation { return Annotation{Computed: []Field{f}} }

// Expose opens an entity to the API for the given operations.
//
//	func (Order) Annotations() []schema.Annotation {
//		return []schema.Annotation{api.Expose(api.Read)}
//	}
func Expose(operations ...Operation) Annotation {
	return Annotation{Operations: operations}
}

// BatchField is a field that a Go function computes for all rows of an answer at once: the function gets them in a
// slice and returns a value, or nil, for each. It costs one statement more, which loads the rows, and cannot be filtered
// or ordered by.
type BatchField struct {
	// Name is the field's name in the API. The function is the member of the generated ent.Batch that is named for the
	// entity and the field.
	Name string `json:"name"`
	// Type is its GraphQL type: any but Enum. It is always nullable.
	Type Type `json:"type"`
	// Comment becomes the description.
	Comment string `json:"comment,omitempty"`
}

// Batch adds a field that a Go function computes.
func Batch(f BatchField) Annotation { return Annotation{Batched: []BatchField{f}} }

// Shown says of a required edge that whoever sees a row sees what the edge leads to, as an order line's order: the API
// then promises a value, though rules hide rows of the other entity.
func Shown() Annotation { return Annotation{Shown: true} }

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
	if more.Renamed != "" {
		a.Renamed = more.Renamed
	}
	a.Searchable = a.Searchable || more.Searchable
	a.Shown = a.Shown || more.Shown
	a.ReadOnly = a.ReadOnly || more.ReadOnly
	a.Version = a.Version || more.Version
	a.Versioned = a.Versioned || more.Versioned
	a.Computed = append(a.Computed, more.Computed...)
	a.Batched = append(a.Batched, more.Batched...)
	a.Access = a.Access.merge(more.Access)
	return a
}

// Allows tells whether the annotation exposes the operation.
func (a Annotation) Allows(op Operation) bool {
	return slices.Contains(a.Operations, op)
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
