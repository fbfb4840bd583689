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
func (k kind) Ordered() bool { return k.Model != "JSON" && k.Model != "Bytes" && !k.list() }

// list tells whether the kind is of an array.
func (k kind) list() bool { return strings.HasPrefix(k.GraphQL, "[") }

// Filter is the name of the kind's operator object without its ending.
func (k kind) Filter() string {
	if k.list() {
		return strings.Trim(k.GraphQL, "[!]") + "List"
	}
	return k.GraphQL
}

func scalar(name string) kind { return kind{Model: name, GraphQL: name} }

func listOf(elem kind) kind {
	return kind{Model: "List | read." + elem.Model, GraphQL: "[" + elem.GraphQL + "!]"}
}

// kindOf maps an ent field. 64-bit integers are BigInt, because GraphQL's Int has 32 bits; numeric is Decimal whatever
// its Go type; a time in a date column is a Date. Where the schema names a column type, it must be one that the kind is
// read from: another has another binary form.
func kindOf(t *gen.Type, f *gen.Field) (kind, error) {
	column := strings.ToLower(f.Column().SchemaType[dialect.Postgres])
	base, array := strings.CutSuffix(strings.TrimSpace(modifier.ReplaceAllString(column, "")), "[]")
	named, known := columnKinds[base]
	switch {
	case array && known && !converted[base]:
		return listOf(named), nil
	case array:
		return kind{}, fmt.Errorf("the API has no lists for column type %s; use text[] or integer[], "+
			"or mark it Sensitive() to leave it out", column)
	case named.Model == "Decimal", known && f.Type.Type == field.TypeOther:
		return named, nil
	}
	k, err := typeKind(t, f, column)
	if err == nil && column != "" && !(known && named.sameForm(k)) {
		err = fmt.Errorf("the API cannot read column type %s as %s; mark it Sensitive() to leave it out", column, k.GraphQL)
	}
	return k, err
}

// modifier is what may follow a type's name, as in varchar(20).
var modifier = regexp.MustCompile(`\([0-9, ]*\)`)

// columnKinds are the kinds of PostgreSQL's types.
var columnKinds = map[string]kind{
	"bigint": scalar("BigInt"), "int8": scalar("BigInt"), "bigserial": scalar("BigInt"),
	"boolean": scalar("Boolean"), "bool": scalar("Boolean"),
	"bytea":   scalar("Bytes"),
	"date":    scalar("Date"),
	"decimal": scalar("Decimal"), "numeric": scalar("Decimal"),
	"double precision": scalar("Float"), "float8": scalar("Float"),
	"integer": scalar("Int"), "int": scalar("Int"), "int4": scalar("Int"), "smallint": scalar("Int"), "int2": scalar("Int"),
	"serial": scalar("Int"), "smallserial": scalar("Int"),
	"jsonb": scalar("JSON"),
	"real":  real32, "float4": real32,
	"text": scalar("String"), "varchar": scalar("String"), "character varying": scalar("String"),
	"timestamptz": scalar("Time"), "timestamp with time zone": scalar("Time"),
	"uuid": scalar("UUID"),
}

// converted are the types that arguments are compared with after a conversion, which the operators of arrays do not do.
var converted = map[string]bool{
	"smallint": true, "int2": true, "serial": true, "smallserial": true, "bigserial": true,
	"varchar": true, "character varying": true,
}

// real32 is a float of 32 bits, which GraphQL has no type of its own for.
var real32 = kind{Model: "Real", GraphQL: "Float"}

// sameForm tells whether what is read as another kind may stand in a column of this one: integers of any size, and
// enums in texts.
func (k kind) sameForm(other kind) bool {
	integer := func(k kind) bool { return k.Model == "Int" || k.Model == "BigInt" }
	return k.Model == other.Model || integer(k) && integer(other) || k.Model == "String" && other.Model == "Enum"
}

// typeKind maps the type of an ent field.
func typeKind(t *gen.Type, f *gen.Field, column string) (kind, error) {
	switch f.Type.Type {
	case field.TypeBool:
		return scalar("Boolean"), nil
	case field.TypeInt8, field.TypeInt16, field.TypeInt32, field.TypeUint8, field.TypeUint16:
		return scalar("Int"), nil
	case field.TypeInt, field.TypeInt64, field.TypeUint, field.TypeUint32, field.TypeUint64:
		return scalar("BigInt"), nil
	case field.TypeFloat32:
		if columnKinds[column].Model == "Float" {
			return scalar("Float"), nil
		}
		return real32, nil
	case field.TypeFloat64:
		if columnKinds[column].Model == "Real" {
			return real32, nil
		}
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
