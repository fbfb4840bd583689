package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Category groups products.
type Category struct{ ent.Schema }

// Mixin of the Category.
func (Category) Mixin() []ent.Mixin { return []ent.Mixin{Record{}} }

// Fields of the Category.
func (Category) Fields() []ent.Field {
	return []ent.Field{field.Text("name").Unique(), optional("description")}
}

// Edges of the Category.
func (Category) Edges() []ent.Edge {
	return []ent.Edge{edge.To("products", Product.Type).Annotations(entgql.RelayConnection())}
}

// Annotations of the Category.
func (Category) Annotations() []schema.Annotation { return listed("categories", "categories") }

// Supplier delivers products.
type Supplier struct{ ent.Schema }

// Mixin of the Supplier.
func (Supplier) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, Contact{}} }

// Edges of the Supplier.
func (Supplier) Edges() []ent.Edge {
	return []ent.Edge{edge.To("products", Product.Type).Annotations(entgql.RelayConnection())}
}

// Annotations of the Supplier.
func (Supplier) Annotations() []schema.Annotation { return listed("suppliers", "suppliers") }

// Product is what is ordered.
type Product struct{ ent.Schema }

// Mixin of the Product.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{Record{}} }

// Fields of the Product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.Text("name"), optional("quantity_per_unit"), amount("unit_price").Field,
		field.Int32("units_in_stock"), field.Int32("units_on_order"), field.Int32("reorder_level"), field.Bool("discontinued"),
		field.Int("supplier_id"), field.Int("category_id"),
	}
}

// Edges of the Product.
func (Product) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("supplier", Supplier.Type).Ref("products").Field("supplier_id").Unique().Required(),
		edge.From("category", Category.Type).Ref("products").Field("category_id").Unique().Required(),
		edge.To("lines", OrderLine.Type).Annotations(entgql.RelayConnection()),
	}
}

// Annotations of the Product.
func (Product) Annotations() []schema.Annotation { return listed("products", "products") }

// Customer orders.
type Customer struct{ ent.Schema }

// Mixin of the Customer.
func (Customer) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, Contact{}} }

// Fields of the Customer.
func (Customer) Fields() []ent.Field { return []ent.Field{field.Text("code").Unique()} }

// Edges of the Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{edge.To("orders", Order.Type).Annotations(entgql.RelayConnection())}
}

// Annotations of the Customer.
func (Customer) Annotations() []schema.Annotation { return listed("customers", "customers") }

// Employee takes orders.
type Employee struct{ ent.Schema }

// Mixin of the Employee.
func (Employee) Mixin() []ent.Mixin { return []ent.Mixin{Record{}} }

// Fields of the Employee.
func (Employee) Fields() []ent.Field {
	return []ent.Field{
		field.Text("first_name"), field.Text("last_name").Annotations(entgql.OrderField("LAST_NAME")), optional("title"),
		field.Int("manager_id").Optional().Nillable(),
	}
}

// Edges of the Employee.
func (Employee) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reports", Employee.Type).Annotations(entgql.RelayConnection()).From("manager").Field("manager_id").Unique(),
		edge.To("orders", Order.Type).Annotations(entgql.RelayConnection()),
	}
}

// Annotations of the Employee.
func (Employee) Annotations() []schema.Annotation { return listed("employees", "employees") }

// Order is what a customer asked for.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{Record{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.Time("ordered_at").Annotations(entgql.OrderField("ORDERED_AT")),
		field.Time("required_at").Optional().Nillable(),
		field.Time("shipped_at").Optional().Nillable(),
		field.Time("cancelled_at").Optional().Nillable(),
		amount("freight").ordered("FREIGHT"),
		optional("ship_name"), optional("ship_address"), optional("ship_city"), optional("ship_region"),
		optional("ship_postal_code"), optional("ship_country"),
		field.Int("customer_id"), field.Int("employee_id"),
	}
}

// Edges of the Order.
func (Order) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("customer", Customer.Type).Ref("orders").Field("customer_id").Unique().Required(),
		edge.From("employee", Employee.Type).Ref("orders").Field("employee_id").Unique().Required(),
		edge.To("lines", OrderLine.Type).Annotations(entgql.RelayConnection()),
	}
}

// Annotations of the Order.
func (Order) Annotations() []schema.Annotation { return listed("orders", "orders") }

// OrderLine is one product of an order.
type OrderLine struct{ ent.Schema }

// Mixin of the OrderLine.
func (OrderLine) Mixin() []ent.Mixin { return []ent.Mixin{Record{}} }

// Fields of the OrderLine.
func (OrderLine) Fields() []ent.Field {
	return []ent.Field{
		amount("unit_price").Field, field.Int32("quantity"), amount("discount").Field, field.Int("order_id"), field.Int("product_id"),
	}
}

// Edges of the OrderLine.
func (OrderLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("order", Order.Type).Ref("lines").Field("order_id").Unique().Required(),
		edge.From("product", Product.Type).Ref("lines").Field("product_id").Unique().Required(),
	}
}

// Annotations of the OrderLine.
func (OrderLine) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("order_lines"), entgql.RelayConnection()}
}
