package access

import (
	"strings"

	"entgo.io/ent/dialect/sql"
)

// Nothing is the condition that holds for no row.
func Nothing() func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(sql.False()) }
}

// Outside is the condition of rows for which another one does not hold, be it that it is not known.
func Outside(condition func(*sql.Selector)) func(*sql.Selector) {
	return func(s *sql.Selector) {
		inner := s.Clone().SetP(nil)
		condition(inner)
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("(").Join(inner.P()).WriteString(") IS NOT TRUE")
		}))
	}
}

// In is the condition of rows whose column is among the values that a query selects.
func In(column string, query Query) func(*sql.Selector) {
	return func(s *sql.Selector) {
		at := s.C(column)
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(at).WriteString(" IN (")
			query(b)
			b.WriteString(")")
		}))
	}
}

// Query writes a SELECT of one column that stands by itself, with its values bound.
type Query func(b *sql.Builder)

// Select is the query of a column of the rows of a table whose other column is among the values of another query.
func Select(column, table, where string, in Query) Query {
	return func(b *sql.Builder) {
		b.WriteString("SELECT ").WriteString(quote(column)).WriteString(" FROM ").WriteString(quote(table)).
			WriteString(" WHERE ").WriteString(quote(where)).WriteString(" IN (")
		in(b)
		b.WriteString(")")
	}
}

// Tree is a table whose rows have a parent among themselves.
type Tree struct {
	Table  string
	Key    string // column
	Parent string // column, with the key of the parent
}

// From is the query of the keys of a row and of all rows under it, at any depth. A circle ends where it began.
func (t Tree) From(root any) Query {
	return func(b *sql.Builder) {
		b.WriteString("WITH RECURSIVE below(k) AS (SELECT ").WriteString(quote(t.Key)).
			WriteString(" FROM ").WriteString(quote(t.Table)).WriteString(" WHERE ").WriteString(quote(t.Key)).WriteString(" = ")
		b.Arg(root)
		b.WriteString(" UNION SELECT c.").WriteString(quote(t.Key)).WriteString(" FROM ").WriteString(quote(t.Table)).
			WriteString(" AS c JOIN below ON c.").WriteString(quote(t.Parent)).WriteString(" = below.k) SELECT k FROM below")
	}
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
