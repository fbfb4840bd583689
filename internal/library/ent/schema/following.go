package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Following joins members and the authors that they follow. It has a key of two columns, is not exposed, and still has
// a rule.
type Following struct{ ent.Schema }

// Mixin of the Following.
func (Following) Mixin() []ent.Mixin { return []ent.Mixin{SoftDelete{}} }

// Fields of the Following.
func (Following) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("member_id", uuid.UUID{}),
		field.UUID("author_id", uuid.UUID{}),
	}
}

// Edges of the Following.
func (Following) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("member", Member.Type).Field("member_id").Unique().Required(),
		edge.To("author", Author.Type).Field("author_id").Unique().Required(),
	}
}

// Indexes of the Following.
func (Following) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("author_id"), // an author's followers
	}
}

// Annotations of the Following.
func (Following) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("member_id", "author_id")}
}
