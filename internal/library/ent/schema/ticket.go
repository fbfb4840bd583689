package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"

	"cambium/engine/api"
)

// Ticket has an id and nothing else.
type Ticket struct{ ent.Schema }

// Mixin of the Ticket.
func (Ticket) Mixin() []ent.Mixin { return []ent.Mixin{open()} }

// Fields of the Ticket.
func (Ticket) Fields() []ent.Field { return []ent.Field{uuidID()} }

// Annotations of the Ticket.
func (Ticket) Annotations() []schema.Annotation {
	return []schema.Annotation{schema.Comment("A number to wait with."), api.Expose(api.Read, api.Delete)}
}
