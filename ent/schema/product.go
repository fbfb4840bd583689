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

// Product is something that customers order.
type Product struct{ ent.Schema }

// Mixin of the Product.
func (Product) Mixin() []ent.Mixin {
	return []ent.Mixin{Record{}, api.Search("name", "quantity_per_unit"), catalogue()}
}

// Fields of the Product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		text("name", "Name of the product."),
		field.Text("sku").Optional().Nillable().Unique().
			Comment("Number that the product has in the catalogue; none where it has no number yet."),
		optionalText("quantity_per_unit", "What one unit holds, such as 24 - 12 oz bottles."),
		amount("unit_price", "Price of one unit in the catalogue."),
		field.Int32("units_in_stock").Default(0).NonNegative().Annotations(entsql.Default("0")).
			Comment("Units ready to be sold."),
		field.Int32("units_on_order").Default(0).NonNegative().Annotations(entsql.Default("0")).
			Comment("Units on their way from the supplier."),
		field.Int32("reorder_level").Default(0).NonNegative().Annotations(entsql.Default("0")).
			Comment("Stock at which new units are ordered from the supplier."),
		field.Bool("discontinued").Default(false).Annotations(entsql.Default("false")).
			Comment("Whether the product is no longer sold."),
		field.Int64("supplier_id").Comment("Supplier that the product comes from."),
		field.Int64("category_id").Comment("Category of the product."),
	}
}

// Edges of the Product.
func (Product) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("supplier", Supplier.Type).Ref("products").Field("supplier_id").Unique().Required().
			Comment("Supplier that the product comes from."),
		edge.From("category", Category.Type).Ref("products").Field("category_id").Unique().Required().
			Comment("Category of the product."),
		edge.To("lines", OrderLine.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // what was ordered must stay readable
			Comment("Order lines that ask for the product."),
	}
}

// Indexes of the Product.
func (Product) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("supplier_id", "id"), // a supplier's products, page by page
		index.Fields("category_id", "id"), // a category's products, page by page
	}
}

// Annotations of the Product.
func (Product) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("products"),
		entsql.Checks(map[string]string{
			"products_unit_price_check":     atLeastZero("unit_price"),
			"products_units_in_stock_check": "units_in_stock >= 0",
			"products_units_on_order_check": "units_on_order >= 0",
			"products_reorder_level_check":  "reorder_level >= 0",
		}),
		schema.Comment("Something that customers order, with its price and stock."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
		api.Compute(api.Field{
			Name: "inStock", Type: api.Boolean, SQL: "{units_in_stock} > 0",
			Comment: "Whether a unit is ready to be sold.",
		}),
	}
}
