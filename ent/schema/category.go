package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"cambium/engine/api"
)

// Category groups products.
type Category struct{ ent.Schema }

// Mixin of the Category.
func (Category) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, catalogue()} }

// Fields of the Category.
func (Category) Fields() []ent.Field {
	return []ent.Field{
		uniqueText("name", "Name of the category."),
		optionalText("description", "What belongs to the category."),
	}
}

// Edges of the Category.
func (Category) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("products", Product.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // a category that has products is in use
			Comment("Products of the category."),
	}
}

// Annotations of the Category.
func (Category) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("categories"),
		schema.Comment("A group of products."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
	}
}
