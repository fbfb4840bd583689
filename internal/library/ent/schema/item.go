package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"cambium/engine/api"
)

// Item is a copy of a book. A field and an edge are its key together.
type Item struct{ ent.Schema }

// Mixin of the Item.
func (Item) Mixin() []ent.Mixin { return []ent.Mixin{SoftDelete{}, open()} }

// Fields of the Item.
func (Item) Fields() []ent.Field {
	return []ent.Field{
		field.Int32("number"),
		field.Enum("condition").Values("fresh", "worn", "torn").Optional().Nillable(),
		optionalDate("acquired_on"),
	}
}

// Edges of the Item.
func (Item) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("book", Book.Type).Ref("items").Unique().Required(),
		edge.From("branch", Branch.Type).Ref("items").Unique().Required(),
		edge.From("shelf", Shelf.Type).Ref("items").Unique(),
		edge.To("label", Label.Type).Unique(),
		edge.From("borrowers", Member.Type).Ref("borrowed").Through("loans", Loan.Type),
	}
}

// Indexes of the Item.
func (Item) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("number").Edges("branch").Unique(), // what is painted on its back
		index.Edges("branch"),                           // a branch's items
		index.Edges("book"),                             // a book's items
		index.Edges("shelf"),                            // a shelf's items
	}
}

// Annotations of the Item.
func (Item) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("A book in the hand."), api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert)}
}
