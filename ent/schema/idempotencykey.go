package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"

	"cambium/engine/idempotency"
)

// IdempotencyKey is under which the answer of a mutation is kept for a day, to be given again to who sends the same again.
type IdempotencyKey struct{ ent.Schema }

// Mixin of the IdempotencyKey.
func (IdempotencyKey) Mixin() []ent.Mixin { return []ent.Mixin{idempotency.Mixin{}} }

// Annotations of the IdempotencyKey.
func (IdempotencyKey) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("idempotency_keys"),
		entsql.WithComments(true),
		schema.Comment("Answers of mutations, kept for a day under the keys that came with them."),
	}
}
