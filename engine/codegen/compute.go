package codegen

import (
	"fmt"
	"regexp"
	"strings"

	"cambium/engine/api"
)

var braces = regexp.MustCompile(`\{([^{}]*)\}`)

// compute describes a computed field, whose expression may name columns of the entity that are no secret.
func compute(e *entity, f api.Field) (column, error) {
	t := e.Type
	if !graphqlName.MatchString(f.Name) {
		return column{}, fmt.Errorf("the name is not a GraphQL name")
	}
	columns := map[string]bool{e.ID.StorageKey(): true}
	for _, c := range t.Fields {
		a, err := api.Of(c.Annotations)
		columns[c.StorageKey()] = err == nil && !c.Sensitive() && (a.Access == nil || !a.Access.Private)
	}
	for _, m := range braces.FindAllStringSubmatch(f.SQL, -1) {
		if readable, known := columns[m[1]]; !known || !readable {
			return column{}, fmt.Errorf("{%s} is no column of the table that everybody may read", m[1])
		}
	}
	if strings.TrimSpace(f.SQL) == "" {
		return column{}, fmt.Errorf("it needs SQL")
	}
	k := scalar(string(f.Type))
	switch f.Type {
	case api.Enum:
		k = kind{"Enum", t.Name + strings.ToUpper(f.Name[:1]) + f.Name[1:], f.Values}
		if len(f.Values) == 0 {
			return column{}, fmt.Errorf("an enum needs values")
		}
	case api.BigInt, api.Boolean, api.Date, api.Decimal, api.Float, api.Int, api.String, api.Time:
	default:
		return column{}, fmt.Errorf("there is no type %q for it", f.Type)
	}
	if err := enumValues(k.Values); err != nil {
		return column{}, err
	}
	return column{Name: f.Name, Expression: f.SQL, Kind: k, Nullable: f.Nullable, Description: f.Comment}, nil
}

// batched is a field that a Go function computes.
type batched struct {
	Name        string
	Member      string // of the generated Batch
	Kind        kind
	Go          string // type of a value
	Description string
}

func batch(e *entity, f api.BatchField) (batched, error) {
	if !graphqlName.MatchString(f.Name) {
		return batched{}, fmt.Errorf("the name is not a GraphQL name")
	}
	types := map[api.Type]string{
		api.BigInt: "int64", api.Boolean: "bool", api.Date: "time.Time", api.Decimal: "decimal.Decimal",
		api.Float: "float64", api.Int: "int32", api.String: "string", api.Time: "time.Time",
	}
	if types[f.Type] == "" {
		return batched{}, fmt.Errorf("there is no type %q for it", f.Type)
	}
	return batched{
		Name: f.Name, Member: e.Name + strings.ToUpper(f.Name[:1]) + f.Name[1:],
		Kind: scalar(string(f.Type)), Go: types[f.Type], Description: f.Comment,
	}, nil
}
