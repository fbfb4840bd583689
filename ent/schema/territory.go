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

// Territory is the smallest part of the sales area.
type Territory struct{ ent.Schema }

// Mixin of the Territory.
func (Territory) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, organisation()} }

// Fields of the Territory.
func (Territory) Fields() []ent.Field {
	return []ent.Field{
		uniqueText("code", "Postal code that names the territory."),
		text("name", "Name of the territory's main town; several territories may share one."),
		field.Int64("region_id").Comment("Region that the territory is part of."),
	}
}

// Edges of the Territory.
func (Territory) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("region", Region.Type).Ref("territories").Field("region_id").Unique().Required().
			Comment("Region that the territory is part of."),
		edge.From("employees", Employee.Type).Ref("territories").
			Through("employee_territories", EmployeeTerritory.Type).
			Comment("Employees who look after the territory."),
	}
}

// Indexes of the Territory.
func (Territory) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("region_id", "id"), // a region's territories, page by page
	}
}

// Annotations of the Territory.
func (Territory) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("territories"),
		schema.Comment("The smallest part of the sales area, looked after by employees."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
	}
}
