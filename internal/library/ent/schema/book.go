package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"cambium/engine/api"
	"cambium/internal/library/array"
)

// Book is what was written, of which branches have copies. Its id has 32 bits, and almost everything may be unknown.
type Book struct{ ent.Schema }

// Mixin of the Book.
func (Book) Mixin() []ent.Mixin { return []ent.Mixin{SoftDelete{}, open()} }

// Fields of the Book.
func (Book) Fields() []ent.Field {
	return []ent.Field{
		field.Int32("id").Immutable(),
		field.Text("title"),
		field.Int16("edition"),
		field.Text("isbn").Optional().Nillable().Unique(),
		field.Enum("format").Values("hardcover", "paperback", "audio").Optional().Nillable(),
		optionalAmount("price"),
		field.Float("weight").Optional().Nillable(),
		field.Bytes("cover").Optional().Nillable(),
		field.JSON("details", map[string]any{}).Optional(),
		field.Other("tags", array.Text{}).SchemaType(map[string]string{dialect.Postgres: "text[]"}),
		field.Other("ratings", array.Int{}).Optional().SchemaType(map[string]string{dialect.Postgres: "integer[]"}),
		field.Bool("in_print").Optional().Nillable(),
		optionalDate("published"),
		optionalTime("added_at"),
	}
}

// Edges of the Book.
func (Book) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("authors", Author.Type).Ref("books"),
		edge.To("sequel", Book.Type).Unique().From("prequel").Unique(),
		edge.To("items", Item.Type),
		edge.To("notes", Note.Type),
	}
}

// Indexes of the Book.
func (Book) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("title", "edition").Unique(), // there is one third edition of a title
	}
}

// Annotations of the Book.
func (Book) Annotations() []schema.Annotation {
	return []schema.Annotation{
		schema.Comment("What was written, of which branches have copies."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
		api.Compute(api.Field{
			Name: "age", Type: api.Int, Nullable: true, SQL: "2026 - extract(year FROM {published})",
			Comment: "Years since it was published.",
		}),
	}
}
