package codegen

import (
	"fmt"
	"regexp"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"
)

// kind says how a column is written in GraphQL and read from PostgreSQL.
type kind struct {
	Model   string   // name of the kind in engine/read
	GraphQL string   // scalar, or the enum's name
	Values  []string // of an enum
}

// key tells whether a column of this kind can be the key of an entity.
func (k kind) key() bool {
	switch k.Model {
	case "Int", "BigInt", "String", "UUID":
		return len(k.Values) == 0
	}
	return false
}

// Ordered tells whether lists can be ordered by a column of this kind, as engine/read has it.
func (k kind) Ordered() bool { return k.Model != "JSON" && k.Model != "Bytes" }

func scalar(name string) kind { return kind{Model: name, GraphQL: name} }

// kindOf maps an ent field. 64-bit integers are BigInt, because GraphQL's Int has 32 bits; numeric is Decimal whatever
// its Go type; a time in a date column is a Date.
func kindOf(t *gen.Type, f *gen.Field) (kind, error) {
	column := strings.ToLower(f.Column().SchemaType[dialect.Postgres])
	if is := func(prefix string) bool { return strings.HasPrefix(column, prefix) }; is("numeric") || is("decimal") {
		return scalar("Decimal"), nil
	}
	switch f.Type.Type {
	case field.TypeBool:
		return scalar("Boolean"), nil
	case field.TypeInt8, field.TypeInt16, field.TypeInt32, field.TypeUint8, field.TypeUint16:
		return scalar("Int"), nil
	case field.TypeInt, field.TypeInt64, field.TypeUint, field.TypeUint32, field.TypeUint64:
		return scalar("BigInt"), nil
	case field.TypeFloat32, field.TypeFloat64:
		return scalar("Float"), nil
	case field.TypeString:
		return scalar("String"), nil
	case field.TypeTime:
		if column == "date" {
			return scalar("Date"), nil
		}
		return scalar("Time"), nil
	case field.TypeUUID:
		return scalar("UUID"), nil
	case field.TypeBytes:
		return scalar("Bytes"), nil
	case field.TypeJSON:
		return scalar("JSON"), nil
	case field.TypeEnum:
		return enum(t, f)
	}
	return kind{}, fmt.Errorf("the API has no scalar for %s; mark it Sensitive() to leave it out", f.Type)
}

var graphqlName = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)

// enum maps an enum field to a GraphQL enum of the same values, named for its entity and itself.
func enum(t *gen.Type, f *gen.Field) (kind, error) {
	values := f.EnumValues()
	if err := enumValues(values); err != nil {
		return kind{}, err
	}
	return kind{Model: "Enum", GraphQL: t.Name + f.StructField(), Values: values}, nil
}

func enumValues(values []string) error {
	for _, v := range values {
		if !graphqlName.MatchString(v) || v == "true" || v == "false" || v == "null" {
			return fmt.Errorf("enum value %q is not a GraphQL name; use letters, digits and underscores", v)
		}
	}
	return nil
}
