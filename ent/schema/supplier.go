package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"cambium/engine/api"
)

// Supplier sells products to the order desk.
type Supplier struct{ ent.Schema }

// Mixin of the Supplier.
func (Supplier) Mixin() []ent.Mixin {
	return []ent.Mixin{Record{}, Contact{}, api.Search("company_name", "contact_name", "city", "country"), catalogue()}
}

// Edges of the Supplier.
func (Supplier) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("products", Product.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // a supplier of listed products is in use
			Comment("Products that come from the supplier."),
	}
}

// Annotations of the Supplier.
func (Supplier) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("suppliers"),
		schema.Comment("A company that products come from."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete),
	}
}
