package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	"cambium/engine/api"
)

// Record is what every entity has: its key, when it was made and last changed, and how often.
type Record struct{ mixin.Schema }

// Fields of the Record.
func (Record) Fields() []ent.Field {
	return append([]ent.Field{
		id(),
		field.Time("created_at").Immutable().Default(time.Now).
			Annotations(entsql.DefaultExpr("now()"), api.ReadOnly()).
			Comment("When the row was made."),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now).
			Annotations(entsql.DefaultExpr("now()"), api.ReadOnly()).
			Comment("When the row was last changed."),
	}, api.Versioned().Fields()...)
}

// Hooks of the Record: every update counts.
func (Record) Hooks() []ent.Hook { return api.Versioned().Hooks() }

// Annotations of the Record: comments of the schema become comments of the database.
func (Record) Annotations() []schema.Annotation {
	return append(api.Versioned().Annotations(), entsql.WithComments(true))
}
