package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"cambium/engine/api"
)

// Label is what is glued on a copy: one on each, at most. Its id is what is printed on it.
type Label struct{ ent.Schema }

// Mixin of the Label.
func (Label) Mixin() []ent.Mixin { return []ent.Mixin{open()} }

// Fields of the Label.
func (Label) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		optionalTime("printed_at"),
	}
}

// Edges of the Label.
func (Label) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("item", Item.Type).Ref("label").Unique().Required(),
	}
}

// Annotations of the Label.
func (Label) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("What is glued on a copy."), api.Expose(api.Read, api.Create, api.Update, api.Delete)}
}
