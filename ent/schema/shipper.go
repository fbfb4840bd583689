package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"cambium/engine/api"
)

// Shipper carries orders to customers.
type Shipper struct{ ent.Schema }

// Mixin of the Shipper.
func (Shipper) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, organisation()} }

// Fields of the Shipper.
func (Shipper) Fields() []ent.Field {
	return []ent.Field{
		text("company_name", "Name of the company."),
		optionalText("phone", "Telephone number."),
	}
}

// Edges of the Shipper.
func (Shipper) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("orders", Order.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // who carries an order is part of the order
			Comment("Orders that the shipper carries."),
	}
}

// Annotations of the Shipper.
func (Shipper) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("shippers"),
		schema.Comment("A company that carries orders to customers."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete),
	}
}
