package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"cambium/engine/api"
)

// Card is a member's, who has one at most.
type Card struct{ ent.Schema }

// Mixin of the Card.
func (Card) Mixin() []ent.Mixin { return []ent.Mixin{open()} }

// Fields of the Card.
func (Card) Fields() []ent.Field {
	return []ent.Field{
		field.Uint32("number").Unique(),
		optionalDate("expires_on"),
	}
}

// Edges of the Card.
func (Card) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("member", Member.Type).Ref("card").Unique(),
	}
}

// Annotations of the Card.
func (Card) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("What a member shows at the desk."), api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert)}
}
