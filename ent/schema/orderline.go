package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"cambium/engine/api"
)

// OrderLine is one product of an order.
type OrderLine struct{ ent.Schema }

// Mixin of the OrderLine.
func (OrderLine) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, lines()} }

// Fields of the OrderLine.
func (OrderLine) Fields() []ent.Field {
	return []ent.Field{
		amount("unit_price", "Price of one unit when it was ordered."),
		field.Int32("quantity").Positive().Comment("Units ordered."),
		amount("discount", "Part of the price that is given away: 0.15 is fifteen percent."),
		field.Int64("order_id").Comment("Order that the line is part of."),
		field.Int64("product_id").Comment("Product that is asked for."),
	}
}

// Edges of the OrderLine.
func (OrderLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("order", Order.Type).Ref("lines").Field("order_id").Unique().Required().
			Annotations(api.Shown()). // who sees a line sees its order: see policies.go
			Comment("Order that the line is part of."),
		edge.From("product", Product.Type).Ref("lines").Field("product_id").Unique().Required().
			Comment("Product that is asked for."),
	}
}

// Indexes of the OrderLine.
func (OrderLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id", "product_id").Unique(), // a product stands once in an order
		index.Fields("order_id", "id"),                  // an order's lines, page by page
		index.Fields("product_id", "id"),                // a product's lines, page by page
	}
}

// Annotations of the OrderLine.
func (OrderLine) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("order_lines"),
		entsql.Checks(map[string]string{
			"order_lines_unit_price_check": atLeastZero("unit_price"),
			"order_lines_quantity_check":   "quantity > 0",
			"order_lines_discount_check":   "discount >= 0 AND discount < 1",
		}),
		schema.Comment("One product of an order, at the price of that day."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
		api.Compute(api.Field{
			Name: "amount", Type: api.Decimal,
			SQL:     "{unit_price} * {quantity} * (1 - {discount})",
			Comment: "Price of the line, without what is given away.",
		}),
	}
}
