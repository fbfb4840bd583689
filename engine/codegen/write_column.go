package codegen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"

	"cambium/engine/api"
)

// storedColumn is a column that a statement may give.
type storedColumn struct {
	Name, Type string
	Filled     bool // by the database
	Fixed      bool // once the row is there
}

type check struct{ Name, Column string }

// addColumns adds every column of the table that is not the database's own to write.
func (w *written) addColumns() (faults []error) {
	t := w.Type
	if t.HasOneFieldID() {
		column, _ := sqlType(t.ID)
		filled := !t.ID.UserDefined || t.ID.Type.Type.Integer() && !t.ID.Default
		w.Columns = append(w.Columns, storedColumn{t.ID.StorageKey(), column, filled, true})
	}
	for _, f := range t.Fields {
		if column, ok := sqlType(f); ok {
			w.Columns = append(w.Columns, storedColumn{f.StorageKey(), column, hasDefault(f), f.Immutable})
		}
		a, err := api.Of(f.Annotations)
		if err != nil {
			faults = append(faults, fmt.Errorf("schema %s, field %s: %w", t.Name, f.Name, err))
		}
		if a.Version {
			w.Version = f.StorageKey()
		}
		if f.HasValueScanner() {
			faults = append(faults, fmt.Errorf("schema %s, field %s: a ValueScanner is not written by the API; "+
				"give the field a Go type with Value and Scan", t.Name, f.Name))
		}
	}
	for _, fk := range t.ForeignKeys {
		if !fk.UserDefined {
			column, _ := sqlType(fk.Edge.Type.ID)
			if !fk.Edge.OwnFK() { // the edge is the other side's
				column, _ = sqlType(fk.Edge.Owner.ID)
			}
			w.Columns = append(w.Columns, storedColumn{fk.Field.StorageKey(), column, false, false})
		}
	}
	return faults
}

// sqlType is the PostgreSQL type that a value of the field is stored as; false where PostgreSQL computes the column.
func sqlType(f *gen.Field) (string, bool) {
	declared := strings.ToLower(f.Column().SchemaType[dialect.Postgres])
	declared, _, generated := strings.Cut(declared, " generated ")
	if generated {
		return "", false
	}
	switch declared {
	case "":
	case "serial":
		return "integer", true
	case "bigserial":
		return "bigint", true
	case "smallserial":
		return "smallint", true
	default:
		return declared, true
	}
	switch f.Type.Type {
	case field.TypeBool:
		return "boolean", true
	case field.TypeInt8, field.TypeInt16, field.TypeUint8:
		return "smallint", true
	case field.TypeInt32, field.TypeUint16:
		return "integer", true
	case field.TypeInt, field.TypeInt64, field.TypeUint, field.TypeUint32, field.TypeUint64:
		return "bigint", true
	case field.TypeFloat32:
		return "real", true
	case field.TypeFloat64:
		return "double precision", true
	case field.TypeBytes:
		return "bytea", true
	case field.TypeUUID:
		return "uuid", true
	case field.TypeJSON:
		return "jsonb", true
	case field.TypeTime:
		return "timestamptz", true
	default:
		return "text", true
	}
}

// hasDefault tells whether the database gives the column a value where none is given.
func hasDefault(f *gen.Field) bool {
	a := f.EntSQL()
	return a != nil && (a.Default != "" || a.DefaultExpr != "" || len(a.DefaultExprs) > 0)
}

// addChecks adds the check constraints that are about one column.
func (w *written) addChecks() {
	a := w.Type.EntSQL()
	if a == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(a.Checks)) {
		if column := w.onlyColumn(a); column(name) != "" {
			w.Checks = append(w.Checks, check{name, column(name)})
		}
	}
}

// onlyColumn returns what finds the column of a check: the only one whose name is a word of its expression.
func (w *written) onlyColumn(a *entsql.Annotation) func(name string) string {
	return func(name string) string {
		words := strings.FieldsFunc(a.Checks[name], func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		})
		var found []string
		for _, c := range w.Columns {
			if slices.Contains(words, c.Name) {
				found = append(found, c.Name)
			}
		}
		if len(found) != 1 {
			return ""
		}
		return found[0]
	}
}
