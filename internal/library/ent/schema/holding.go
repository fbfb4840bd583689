package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"cambium/engine/api"
)

// Holding is a view: how many copies each branch has of each book that it has.
type Holding struct{ ent.View }

// Mixin of the Holding.
func (Holding) Mixin() []ent.Mixin { return []ent.Mixin{open()} }

// Fields of the Holding.
func (Holding) Fields() []ent.Field {
	return []ent.Field{
		field.Text("id"), // branch and book
		field.Text("title"),
		field.Int("copies"),
		optionalDate("newest"),
	}
}

// Annotations of the Holding.
func (Holding) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("holdings"),
		schema.Comment("How many copies a branch has of a book."),
		api.Expose(api.Read),
	}
}
