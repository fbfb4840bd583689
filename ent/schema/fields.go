package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/shopspring/decimal"
)

// id is the key of every entity: a bigint identity column, so that a loaded row may bring its own.
func id() ent.Field {
	return field.Int64("id").Immutable().Comment("Key, given by the database.")
}

// amount is an exact decimal: numeric without a scale, so that the database never rounds what it is given, and never a
// float in Go. Its entity adds an [atLeastZero] check, because numeric knows NaN and Infinity.
func amount(name, comment string) ent.Field {
	return field.Float(name).
		GoType(decimal.Decimal{}).
		SchemaType(map[string]string{dialect.Postgres: "numeric"}).
		Comment(comment)
}

// optionalAmount is an amount that may be unknown (NULL).
func optionalAmount(name, comment string, annotations ...schema.Annotation) ent.Field {
	return field.Float(name).
		GoType(decimal.Decimal{}).
		SchemaType(map[string]string{dialect.Postgres: "numeric"}).
		Optional().Nillable().
		Annotations(annotations...).
		Comment(comment)
}

// optionalDate is a calendar day without a time or a zone, or unknown; in Go it is midnight UTC of that day.
func optionalDate(name, comment string) ent.Field {
	return field.Time(name).
		SchemaType(map[string]string{dialect.Postgres: "date"}).
		Optional().Nillable().
		Comment(comment)
}

// text is a required, non-empty text of any length.
func text(name, comment string) ent.Field {
	return field.Text(name).NotEmpty().Comment(comment)
}

// uniqueText is a required text that names one row.
func uniqueText(name, comment string) ent.Field {
	return field.Text(name).NotEmpty().Unique().Comment(comment)
}

// optionalText is a text that may be unknown (NULL).
func optionalText(name, comment string) ent.Field {
	return field.Text(name).Optional().Nillable().Comment(comment)
}

// atLeastZero is the check of a decimal column that is finite and not negative. PostgreSQL sorts NaN above Infinity, so
// one upper bound keeps both out.
func atLeastZero(column string) string {
	return column + " >= 0 AND " + column + " < 'Infinity'::numeric"
}
