package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"cambium/engine/api"
)

// Loan joins members and the items that they borrowed, and is an entity of its own, with rules that hold for the edges
// through it too.
type Loan struct{ ent.Schema }

// Mixin of the Loan.
func (Loan) Mixin() []ent.Mixin { return []ent.Mixin{SoftDelete{}} }

// Fields of the Loan.
func (Loan) Fields() []ent.Field {
	return []ent.Field{
		uuidID(),
		optionalTime("taken_at"),
		optionalDate("due_on"),
		optionalAmount("fee"),
		field.Int32("renewals").Optional().Nillable(),
		field.UUID("member_id", uuid.UUID{}),
		field.Int("item_id"),
	}
}

// Edges of the Loan.
func (Loan) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("member", Member.Type).Field("member_id").Unique().Required(),
		edge.To("item", Item.Type).Field("item_id").Unique().Required(),
	}
}

// Indexes of the Loan.
func (Loan) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("item_id", "id"), // an item's loans, page by page; ent's own index leads with the member
	}
}

// Annotations of the Loan.
func (Loan) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("That a member has borrowed a copy."), api.Expose(api.Read, api.Create, api.Update, api.Delete)}
}
