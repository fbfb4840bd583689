package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"cambium/engine/api"
	"cambium/internal/library/viewer"
)

// Branch is a house of the library. Its id is a word; two of its columns have names that need quotes.
type Branch struct{ ent.Schema }

// Mixin of the Branch.
func (Branch) Mixin() []ent.Mixin { return []ent.Mixin{open()} }

// Fields of the Branch.
func (Branch) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().Immutable(),
		field.Text("name").StorageKey("Display Name"),
		field.Int32("rank").Optional().Nillable().StorageKey("Order"),
		optionalText("motto"),
		optionalDate("opened_on"),
		optionalAmount("budget", api.ReadableBy(viewer.RoleStaff)),
		field.Float("latitude").Optional().Nillable(),
		field.Float32("area").Optional().Nillable(),
		field.Bool("accessible").Optional().Nillable(),
	}
}

// Edges of the Branch.
func (Branch) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("divisions", Branch.Type).From("parent").Unique(),
		edge.To("shelves", Shelf.Type),
		edge.To("items", Item.Type),
		edge.To("members", Member.Type),
	}
}

// Indexes of the Branch.
func (Branch) Indexes() []ent.Index {
	return []ent.Index{
		index.Edges("parent"), // a house's divisions
	}
}

// Annotations of the Branch.
func (Branch) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("A house of the library."), api.Expose(api.Read, api.Create, api.Update, api.Delete)}
}
