package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"cambium/engine/api"
)

// Member borrows copies. Members belong to a branch, whose viewers see no others; the PIN is for nobody.
type Member struct{ ent.Schema }

// Fields of the Member.
func (Member) Fields() []ent.Field {
	return []ent.Field{
		uuidID(),
		field.Text("name"),
		field.Text("handle").Optional().Nillable().Unique().StorageKey("user"),
		optionalText("email"),
		field.Text("pin").Sensitive().Default("0000"),
		field.Enum("level").Values("basic", "gold").Optional().Nillable(),
		optionalDate("born"),
		optionalAmount("balance"),
		optionalTime("joined_at"),
		field.String("branch_id"),
	}
}

// Edges of the Member.
func (Member) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("branch", Branch.Type).Ref("members").Field("branch_id").Unique().Required(),
		edge.To("mentees", Member.Type).From("mentor").Unique(),
		edge.To("card", Card.Type).Unique(),
		edge.To("borrowed", Item.Type).Through("loans", Loan.Type),
		edge.To("follows", Author.Type).Through("followings", Following.Type),
		edge.To("notes", Note.Type),
	}
}

// Indexes of the Member.
func (Member) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("branch_id", "id"), // a branch's members, page by page
		index.Edges("mentor"),           // a mentor's mentees
	}
}

// Annotations of the Member.
func (Member) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("A person who borrows copies."), api.Expose(api.Read, api.Create, api.Update, api.Delete)}
}
