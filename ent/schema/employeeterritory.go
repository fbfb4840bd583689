package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// EmployeeTerritory says that an employee looks after a territory. It has no Record: a pair is made or removed, never
// changed.
type EmployeeTerritory struct{ ent.Schema }

// Mixin of the EmployeeTerritory.
func (EmployeeTerritory) Mixin() []ent.Mixin { return []ent.Mixin{organisation()} }

// Fields of the EmployeeTerritory.
func (EmployeeTerritory) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("employee_id").Comment("Employee of the pair."),
		field.Int64("territory_id").Comment("Territory of the pair."),
	}
}

// Edges of the EmployeeTerritory.
func (EmployeeTerritory) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("employee", Employee.Type).Field("employee_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Cascade)). // without the employee the pair says nothing
			Comment("Employee of the pair."),
		edge.To("territory", Territory.Type).Field("territory_id").Unique().Required().
			Annotations(entsql.OnDelete(entsql.Cascade)). // without the territory the pair says nothing
			Comment("Territory of the pair."),
	}
}

// Indexes of the EmployeeTerritory.
func (EmployeeTerritory) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("territory_id", "employee_id"), // a territory's employees; the key serves the other way
	}
}

// Annotations of the EmployeeTerritory.
func (EmployeeTerritory) Annotations() []schema.Annotation {
	return []schema.Annotation{
		field.ID("employee_id", "territory_id"),
		entsql.Table("employee_territories"),
		entsql.WithComments(true),
		schema.Comment("Which employee looks after which territory."),
	}
}
