package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"cambium/internal/library/array"
)

func uuidID() ent.Field { return field.UUID("id", uuid.UUID{}).Default(uuid.New).Immutable() }

func optionalText(name string) ent.Field { return field.Text(name).Optional().Nillable() }

func optionalDate(name string) ent.Field {
	return field.Time(name).Optional().Nillable().SchemaType(map[string]string{dialect.Postgres: "date"})
}

func optionalTime(name string) ent.Field { return field.Time(name).Optional().Nillable() }

// optionalAmount is exact to the cent.
func optionalAmount(name string, annotations ...schema.Annotation) ent.Field {
	return field.Other(name, decimal.Decimal{}).Optional().Nillable().Annotations(annotations...).
		SchemaType(map[string]string{dialect.Postgres: "numeric(12,2)"})
}

func optionalTexts(name string) ent.Field {
	return field.Other(name, array.Text{}).Optional().SchemaType(map[string]string{dialect.Postgres: "text[]"})
}
