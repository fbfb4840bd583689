package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"cambium/engine/access"
)

// The roles of the order desk. A viewer's id is that of an employee.
const (
	// RoleAdmin may do everything.
	RoleAdmin = "admin"
	// RoleManager sees everything but salaries, and changes the catalogue.
	RoleManager = "manager"
	// RoleSales sees the catalogue, and sees and changes the orders of the own team.
	RoleSales = "sales"
	// RoleAuditor sees everything but salaries, and changes nothing.
	RoleAuditor = "auditor"
)

// The kinds of mutations, for one row and for many.
const (
	create = ent.OpCreate
	update = ent.OpUpdate | ent.OpUpdateOne
)

// catalogue is what everyone who is signed in sees, and managers change.
func catalogue() access.Policy {
	return access.Policy{
		Query:    access.Rules{access.SignedIn()},
		Mutation: access.Rules{access.Allow(RoleAdmin, RoleManager)},
	}
}

// organisation is what everyone who is signed in sees, and the administrator changes.
func organisation() access.Policy {
	return access.Policy{
		Query:    access.Rules{access.SignedIn()},
		Mutation: access.Rules{access.Allow(RoleAdmin)},
	}
}

// orders belong to the employees who took them, and to those to whom these report.
func orders() access.Policy {
	return access.Policy{
		Query: access.Rules{
			access.Allow(RoleAdmin, RoleManager, RoleAuditor),
			access.Allow(RoleSales).Where(takenByTeam),
		},
		Mutation: access.Rules{
			access.Allow(RoleAdmin),
			access.Allow(RoleSales).Where(takenByTeam).On(create | update), // what was ordered is called off, not deleted
		},
	}
}

// lines go with their orders.
func lines() access.Policy {
	return access.Policy{
		Query: access.Rules{
			access.Allow(RoleAdmin, RoleManager, RoleAuditor),
			access.Allow(RoleSales).Where(orderedFromTeam),
		},
		Mutation: access.Rules{
			access.Allow(RoleAdmin),
			access.Allow(RoleSales).Where(orderedFromTeam),
		},
	}
}

// takenByTeam is the condition of the orders that the viewer, or anyone who reports to the viewer, took.
func takenByTeam(v *access.Viewer) func(*sql.Selector) {
	team, ok := team(v)
	if !ok {
		return access.Nothing()
	}
	return access.In("employee_id", team)
}

// orderedFromTeam is the condition of the lines of such orders.
func orderedFromTeam(v *access.Viewer) func(*sql.Selector) {
	team, ok := team(v)
	if !ok {
		return access.Nothing()
	}
	return access.In("order_id", access.Select("id", "orders", "employee_id", team))
}

// team is the query of the viewer's id and those of all who report to the viewer, at any depth.
func team(v *access.Viewer) (access.Query, bool) {
	employee, ok := v.Number()
	return access.Tree{Table: "employees", Key: "id", Parent: "manager_id"}.From(employee), ok
}
