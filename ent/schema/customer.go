package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"cambium/engine/api"
)

// Customer orders products.
type Customer struct{ ent.Schema }

// Mixin of the Customer.
func (Customer) Mixin() []ent.Mixin {
	return []ent.Mixin{Record{}, Contact{}, api.Search("company_name", "contact_name", "city", "country"), catalogue()}
}

// Fields of the Customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		uniqueText("code", "Short name that people know the customer by, such as ALFKI."),
	}
}

// Edges of the Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("orders", Order.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // a customer with orders is part of the books
			Comment("Orders of the customer."),
	}
}

// Annotations of the Customer.
func (Customer) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("customers"),
		schema.Comment("A company that orders products."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
	}
}
