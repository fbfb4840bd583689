package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"cambium/engine/api"
)

// Author writes books. Two of the edges lead from authors to authors, many to many: one with an inverse, one that is its
// own.
type Author struct{ ent.Schema }

// Mixin of the Author.
func (Author) Mixin() []ent.Mixin { return []ent.Mixin{open()} }

// Fields of the Author.
func (Author) Fields() []ent.Field {
	return []ent.Field{
		uuidID(),
		field.Text("name"),
		optionalDate("born"),
		optionalTexts("languages"),
		field.JSON("profile", map[string]any{}).Optional(),
		field.Bytes("photo").Optional().Nillable(),
		field.Bool("alive").Optional().Nillable(),
	}
}

// Edges of the Author.
func (Author) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("books", Book.Type),
		edge.To("influences", Author.Type).From("influenced_by"),
		edge.To("peers", Author.Type),
		edge.From("followers", Member.Type).Ref("follows").Through("followings", Following.Type),
	}
}

// Annotations of the Author.
func (Author) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("A person who writes books."), api.Expose(api.Read, api.Create, api.Update, api.Delete)}
}
