package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"cambium/engine/api"
)

// Note is what the staff think of a member or of a book, and is denied to everybody else.
type Note struct{ ent.Schema }

// Fields of the Note.
func (Note) Fields() []ent.Field {
	return []ent.Field{
		field.Text("body"),
		optionalTime("written_at"),
	}
}

// Edges of the Note.
func (Note) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("member", Member.Type).Ref("notes").Unique(),
		edge.From("book", Book.Type).Ref("notes").Unique(),
	}
}

// Indexes of the Note.
func (Note) Indexes() []ent.Index {
	return []ent.Index{
		index.Edges("member"), // the notes on a member
		index.Edges("book"),   // the notes on a book
	}
}

// Annotations of the Note.
func (Note) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("What the staff think."), api.Expose(api.Read, api.Create, api.Update, api.Delete)}
}
