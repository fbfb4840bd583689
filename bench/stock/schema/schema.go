// Package schema is the tables of the order desk as stock ent and entgql describe them.
package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
	"github.com/shopspring/decimal"
)

// Record is what the entities have in common.
type Record struct{ mixin.Schema }

// Fields of the Record.
func (Record) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
		field.Int32("version"),
	}
}

// Contact is how a company is reached.
type Contact struct{ mixin.Schema }

// Fields of the Contact.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		field.Text("company_name"),
		optional("contact_name"), optional("contact_title"), optional("address"), optional("city"), optional("region"),
		optional("postal_code"), optional("country"), optional("phone"), optional("fax"),
	}
}

func optional(name string) ent.Field { return field.Text(name).Optional().Nillable() }

func amount(name string) fieldOf {
	return fieldOf{field.Float(name).
		GoType(decimal.Decimal{}).
		SchemaType(map[string]string{dialect.Postgres: "numeric"}).
		Annotations(entgql.Type("Decimal"))}
}

// fieldOf lets an amount be ordered by.
type fieldOf struct{ ent.Field }

func (f fieldOf) ordered(name string) ent.Field {
	f.Field.Descriptor().Annotations = append(f.Field.Descriptor().Annotations, entgql.OrderField(name))
	return f.Field
}

// listed are the annotations of an entity with a connection at the root.
func listed(table, connection string) []schema.Annotation {
	return []schema.Annotation{entsql.Table(table), entgql.QueryField(connection), entgql.RelayConnection()}
}
