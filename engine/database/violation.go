package database

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// ViolationKind is the kind of constraint that was broken.
type ViolationKind string

// The kinds of constraint that PostgreSQL reports on.
const (
	Unique     ViolationKind = "unique"
	ForeignKey ViolationKind = "foreign key"
	Check      ViolationKind = "check"
	NotNull    ViolationKind = "not null"
	Exclusion  ViolationKind = "exclusion"
	// Range is that of a column's type: a number or a text is too long for it. PostgreSQL names nothing.
	Range ViolationKind = "range"
)

var violationKinds = map[string]ViolationKind{
	codeUnique:     Unique,
	codeForeignKey: ForeignKey,
	codeCheck:      Check,
	codeNotNull:    NotNull,
	codeExclusion:  Exclusion,
	codeOutOfRange: Range,
	codeTooLong:    Range,
}

// Violation is a constraint that a statement broke. It holds names, never values.
type Violation struct {
	Kind ViolationKind
	// Table is the table that the constraint belongs to. For a foreign key that is the referencing table, also when
	// it was a delete of the referenced row that broke it.
	Table string
	// Constraint is its name; empty for NotNull before PostgreSQL 18.
	Constraint string
	// Columns are the columns of the key in question: the column for NotNull; for Unique, Exclusion and ForeignKey
	// those that the server's detail names (of the referenced table where a delete broke it); none for Check, for
	// a key over expressions, and where the role may not see the row. PostgreSQL has no field for them, so they are
	// read from the detail's "(a, b)=(", a form that the translations known so far share: a best effort, to be used
	// for messages. Branch on Constraint.
	Columns []string
}

// AsViolation finds a broken constraint in an error's chain, also under ent's wrappers.
func AsViolation(err error) (*Violation, bool) {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return nil, false
	}
	kind, ok := violationKinds[pg.Code]
	if !ok {
		return nil, false
	}
	v := &Violation{Kind: kind, Table: pg.TableName, Constraint: pg.ConstraintName}
	switch kind {
	case NotNull:
		v.Columns = []string{pg.ColumnName}
	case Unique, ForeignKey, Exclusion:
		v.Columns = keyColumns(pg.Detail)
	}
	return v, true
}

// keyColumns reads the names out of a detail such as `Key (a, b)=(1, 2) already exists.` They come before the values,
// so that no value can be taken for one. All or nothing: an expression among them leaves none.
func keyColumns(detail string) []string {
	_, names, ok := strings.Cut(detail, "(")
	if !ok {
		return nil
	}
	names, _, ok = strings.Cut(names, ")=(")
	if !ok {
		return nil
	}
	var columns []string
	for name := range strings.SplitSeq(names, ", ") {
		column, ok := identifier(name)
		if !ok {
			return nil
		}
		columns = append(columns, column)
	}
	return columns
}

// identifier undoes PostgreSQL's quote_identifier, and refuses what is not one.
func identifier(s string) (string, bool) {
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		inner, ok = strings.CutSuffix(inner, `"`)
		return strings.ReplaceAll(inner, `""`, `"`), ok && inner != ""
	}
	plain := s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '$' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	return s, plain
}
