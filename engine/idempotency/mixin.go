// Package idempotency keeps the answers of mutations under the keys that clients send with them, so that a request which is
// sent twice is run once (draft-ietf-httpapi-idempotency-key-header).
package idempotency

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
)

// The columns of [Mixin].
const (
	columnID      = "id"
	columnRequest = "request"
	columnAnswer  = "answer"
	columnAt      = "created_at"
)

// Mixin makes an entity the table of the keys. The app declares it, so that migrations carry it like any other table; the
// API does not expose it.
//
//	type IdempotencyKey struct{ ent.Schema }
//
//	func (IdempotencyKey) Mixin() []ent.Mixin { return []ent.Mixin{idempotency.Mixin{}} }
type Mixin struct{ mixin.Schema }

// Fields implements [ent.Mixin].
func (Mixin) Fields() []ent.Field {
	return []ent.Field{
		field.String(columnID).Immutable().Comment("SHA-256 of the viewer and the key that the viewer sent."),
		field.Bytes(columnRequest).Immutable().Sensitive().Comment("SHA-256 of the operation and its variables."),
		field.Bytes(columnAnswer).Optional().Sensitive().Comment("The data that was answered."),
		field.Time(columnAt).Immutable().Default(time.Now).Annotations(entsql.DefaultExpr("now()")).
			Comment("When the request was first run. The answer is kept for a day."),
	}
}

// Indexes implements [ent.Mixin].
func (Mixin) Indexes() []ent.Index {
	return []ent.Index{index.Fields(columnAt)} // the oldest keys, to be removed
}
