package load

import (
	"context"
	_ "embed" // for the statement below
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cambium/engine/database"
)

//go:embed catalog.sql
var catalogSQL string

// relation is a table as the database's catalogue has it.
type relation struct {
	Name        string       `json:"name"`
	Qualified   string       `json:"qualified"` // with the schema, quoted
	Visible     bool         `json:"visible"`   // found by its bare name
	Columns     []attribute  `json:"columns"`
	ForeignKeys []foreignKey `json:"foreignKeys"`
	Checks      []check      `json:"checks"`
	Uniques     []unique     `json:"uniques"`
}

// attribute is a column of a relation.
type attribute struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`      // as SQL writes it
	Base      string   `json:"base"`      // the catalogue's name of the type, or of the type under a domain
	Category  string   `json:"category"`  // pg_type.typcategory
	Labels    []string `json:"labels"`    // of an enum
	Required  bool     `json:"required"`  // NOT NULL without a default
	Generated bool     `json:"generated"` // computed by the database
	Sequence  string   `json:"sequence"`  // that it owns, quoted
}

// foreignKey is a reference from a relation's columns to a parent's.
type foreignKey struct {
	Name            string   `json:"name"`
	Columns         []string `json:"columns"`
	Parent          string   `json:"parent"`
	ParentQualified string   `json:"parentQualified"`
	ParentColumns   []string `json:"parentColumns"`
}

// check is a check constraint with the columns that it mentions.
type check struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// unique is a unique index, whether it belongs to a constraint or not.
type unique struct {
	Name              string   `json:"name"`
	Keys              []string `json:"keys"`              // columns or expressions, as SQL
	Columns           []string `json:"columns"`           // the keys that are plain columns
	ExpressionColumns []string `json:"expressionColumns"` // the columns that expressions mention
	Predicate         string   `json:"predicate"`         // of a partial index, as SQL
	NullsEqual        bool     `json:"nullsEqual"`        // NULLS NOT DISTINCT
}

// readCatalog returns all tables of the database but the system's.
func readCatalog(ctx context.Context, db *database.DB) ([]*relation, error) {
	var relations []*relation
	err := db.Query(ctx, catalogSQL, nil, func(values [][]byte) error {
		return json.Unmarshal(values[0], &relations)
	})
	if err != nil {
		return nil, fmt.Errorf("read the database's catalogue: %w", err)
	}
	return relations, nil
}

// attribute returns the column of that name.
func (r *relation) attribute(name string) (attribute, bool) {
	i := slices.IndexFunc(r.Columns, func(a attribute) bool { return a.Name == name })
	if i < 0 {
		return attribute{}, false
	}
	return r.Columns[i], true
}

// byName returns the element of that name in foreign keys, checks or unique indexes.
func byName[E any](elements []E, name string, nameOf func(E) string) (E, bool) {
	i := slices.IndexFunc(elements, func(e E) bool { return nameOf(e) == name })
	if i < 0 {
		var none E
		return none, false
	}
	return elements[i], true
}

// quote makes an SQL identifier of a name.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// quoteAll makes a list of SQL identifiers.
func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}
