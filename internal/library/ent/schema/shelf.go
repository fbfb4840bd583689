package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Shelf stands between a branch and its items, and the API knows nothing of it.
type Shelf struct{ ent.Schema }

// Fields of the Shelf.
func (Shelf) Fields() []ent.Field { return []ent.Field{field.Text("room")} }

// Edges of the Shelf.
func (Shelf) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("branch", Branch.Type).Ref("shelves").Unique().Required(),
		edge.To("items", Item.Type),
	}
}

// Indexes of the Shelf.
func (Shelf) Indexes() []ent.Index {
	return []ent.Index{
		index.Edges("branch"), // a branch's shelves
	}
}
