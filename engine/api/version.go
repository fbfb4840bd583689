package api

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// versionColumn is the column that [Versioned] adds.
const versionColumn = "version"

// Version marks the integer that counts the changes of a row: what `ifVersion` is compared with. Inputs do not give it;
// a hook of the team's counts. [Versioned] is both in one.
func Version() Annotation { return Annotation{ReadOnly: true, Version: true} }

// Versioned is a mixin that gives rows the column "version", from 1, which every update counts up unless it sets the column
// itself. As the engine knows the hook, one run of it can stand for many rows; of a hook of the team's own nothing is known.
// It can be part of another mixin, with all that it has:
//
//	func (Record) Hooks() []ent.Hook { return api.Versioned().Hooks() }
func Versioned() ent.Mixin { return versioned{} }

type versioned struct{ mixin.Schema }

// Fields implements [ent.Mixin].
func (versioned) Fields() []ent.Field {
	return []ent.Field{
		field.Int32(versionColumn).Default(1).NonNegative().
			Annotations(entsql.Default("1"), Version()).
			Comment("Counts the changes of the row, from 1: what a client sends back to change only what it has seen."),
	}
}

// Hooks implements [ent.Mixin].
func (versioned) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if !m.Op().Is(ent.OpUpdate | ent.OpUpdateOne) {
				return next.Mutate(ctx, m)
			}
			if _, set := m.Field(versionColumn); !set {
				if err := m.AddField(versionColumn, int32(1)); err != nil {
					return nil, err
				}
			}
			return next.Mutate(ctx, m)
		})
	}}
}

// Annotations implements [ent.Mixin]: the generator has to know whose hook it is.
func (versioned) Annotations() []schema.Annotation {
	return []schema.Annotation{Annotation{Versioned: true}}
}
