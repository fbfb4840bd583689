package schema

import (
	"context"
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
	return []ent.Field{
		id(),
		field.Time("created_at").Immutable().Default(time.Now).
			Annotations(entsql.DefaultExpr("now()"), api.ReadOnly()).
			Comment("When the row was made."),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now).
			Annotations(entsql.DefaultExpr("now()"), api.ReadOnly()).
			Comment("When the row was last changed."),
		field.Int32("version").Default(1).NonNegative().
			Annotations(entsql.Default("1"), api.Version()).
			Comment("Counts the changes of the row, from 1: what a client sends back to change only what it has seen."),
	}
}

// Hooks of the Record: every update counts, unless the update sets the version itself.
func (Record) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if !m.Op().Is(ent.OpUpdate | ent.OpUpdateOne) {
				return next.Mutate(ctx, m)
			}
			if _, set := m.Field("version"); !set {
				if err := m.AddField("version", int32(1)); err != nil {
					return nil, err
				}
			}
			return next.Mutate(ctx, m)
		})
	}}
}

// Annotations of the Record: comments of the schema become comments of the database.
func (Record) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.WithComments(true)}
}
