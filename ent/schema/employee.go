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

// Employee takes orders.
type Employee struct{ ent.Schema }

// Mixin of the Employee.
func (Employee) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, organisation()} }

// Fields of the Employee.
func (Employee) Fields() []ent.Field {
	return []ent.Field{
		text("first_name", "Given name."),
		text("last_name", "Family name."),
		optionalText("title", "Job title."),
		optionalText("title_of_courtesy", "Form of address, such as Dr."),
		optionalDate("birth_date", "Day of birth."),
		optionalDate("hire_date", "First day of work."),
		optionalText("address", "Street and number."),
		optionalText("city", "City."),
		optionalText("region", "State or province."),
		optionalText("postal_code", "Postal code."),
		optionalText("country", "Country."),
		optionalText("phone", "Private telephone number."),
		optionalText("extension", "Extension of the office telephone."),
		optionalAmount("salary", "Pay for a year.",
			api.ReadableBy(RoleAdmin), api.ReadableByOwner("id"), api.WritableBy(RoleAdmin)),
		field.Int64("manager_id").Optional().Nillable().Comment("Employee to whom this one reports; none at the top."),
	}
}

// Edges of the Employee.
func (Employee) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reports", Employee.Type).
			Annotations(entsql.OnDelete(entsql.SetNull)). // reports stay when their manager leaves
			Comment("Employees who report to this one.").
			From("manager").Field("manager_id").Unique().
			Comment("Employee to whom this one reports; none at the top."),
		edge.To("territories", Territory.Type).
			Through("employee_territories", EmployeeTerritory.Type).
			Comment("Territories that the employee looks after."),
		edge.To("orders", Order.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // who took an order is part of the order
			Comment("Orders that the employee took."),
	}
}

// Indexes of the Employee.
func (Employee) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("manager_id", "id"), // a manager's reports, page by page
	}
}

// Annotations of the Employee.
func (Employee) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("employees"),
		entsql.Checks(map[string]string{"employees_salary_check": atLeastZero("salary")}),
		schema.Comment("A person who takes orders and looks after territories."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete),
	}
}
