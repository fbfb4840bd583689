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

// Order is what a customer asked for.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, orders()} }

// Fields of the Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.Time("ordered_at").Comment("When the customer ordered."),
		field.Time("required_at").Optional().Nillable().Comment("When the customer needs the goods."),
		field.Time("shipped_at").Optional().Nillable().Comment("When the goods left; unknown while they have not."),
		field.Time("cancelled_at").Optional().Nillable().Comment("When the order was called off; unknown while it stands."),
		amount("freight", "Cost of the transport."),
		optionalText("ship_name", "Name of the receiver."),
		optionalText("ship_address", "Street and number of the receiver."),
		optionalText("ship_city", "City of the receiver."),
		optionalText("ship_region", "State or province of the receiver."),
		optionalText("ship_postal_code", "Postal code of the receiver."),
		optionalText("ship_country", "Country of the receiver."),
		field.Int64("customer_id").Comment("Customer who ordered."),
		field.Int64("employee_id").Comment("Employee who took the order."),
		field.Int64("shipper_id").Optional().Nillable().Comment("Shipper who carries the goods, once chosen."),
	}
}

// Edges of the Order.
func (Order) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("customer", Customer.Type).Ref("orders").Field("customer_id").Unique().Required().
			Comment("Customer who ordered."),
		edge.From("employee", Employee.Type).Ref("orders").Field("employee_id").Unique().Required().
			Comment("Employee who took the order."),
		edge.From("shipper", Shipper.Type).Ref("orders").Field("shipper_id").Unique().
			Comment("Shipper who carries the goods, once chosen."),
		edge.To("lines", OrderLine.Type).
			Annotations(entsql.OnDelete(entsql.Cascade)). // a line is a part of its order
			Comment("Products that the customer asked for."),
	}
}

// Indexes of the Order.
func (Order) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "id"), // a customer's orders, page by page
		index.Fields("employee_id", "id"), // an employee's orders, page by page
		index.Fields("shipper_id", "id"),  // a shipper's orders, page by page
		index.Fields("ordered_at", "id"),  // the latest orders, page by page
	}
}

// Annotations of the Order.
func (Order) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("orders"),
		entsql.Checks(map[string]string{
			"orders_freight_check": atLeastZero("freight"),
		}),
		schema.Comment("What a customer asked for, and how it gets there."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete),
		api.Compute(api.Field{
			Name: "total", Type: api.Decimal,
			SQL: "SELECT coalesce(sum(l.unit_price * l.quantity * (1 - l.discount)), 0) " +
				"FROM order_lines AS l WHERE l.order_id = {id}",
			Comment: "Price of all lines, without freight.",
		}),
		api.Compute(api.Field{
			Name: "status", Type: api.Enum, Values: []string{"PLACED", "SHIPPED", "CANCELLED"},
			SQL: "CASE WHEN {cancelled_at} IS NOT NULL THEN 'CANCELLED' " +
				"WHEN {shipped_at} IS NOT NULL THEN 'SHIPPED' ELSE 'PLACED' END",
			Comment: "How far the order is.",
		}),
		api.Batch(api.BatchField{
			Name: "daysLate", Type: api.Int,
			Comment: "Whole days by which the goods left, or have still not left, after they were needed; null when in time.",
		}),
	}
}
