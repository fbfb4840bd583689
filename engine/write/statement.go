package write

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// statement is the text of one statement in the making, and its arguments.
type statement struct {
	text strings.Builder
	args []any
}

func (s *statement) write(text ...string) {
	for _, t := range text {
		s.text.WriteString(t)
	}
}

// separate appends the comma before the n-th element of a list.
func (s *statement) separate(n int) {
	if n > 0 {
		s.write(", ")
	}
}

// bytesOfValue is what a value takes in an array, more or less.
const bytesOfValue = 16

// fewRows is how many rows are few: they are joined by one look into an index each, whatever the table.
const fewRows = 50

// source appends the table v, which has a value in each column for each row that the statement writes. Of many rows each
// column is one parameter, an array; of one row it is the value. Of few rows the arrays come out of a SELECT, through which the
// planner does not see how many there are: as for one row PostgreSQL makes one plan for good then, where planning would cost
// more than the rows. The text is the same whatever the values. A numbered source has the number of each row too, from 1, as n.
//
// unnest takes arrays of arrays apart to their last element, so that an array's own elements travel as text; see
// [statement.element].
func (s *statement) source(names []string, columns []Column, numbered bool, rows int, value func(row, column int) any) error {
	one, few := rows == 1, rows > 1 && rows <= fewRows
	if one {
		s.write("(VALUES (")
	} else {
		s.write("unnest(")
	}
	for i, c := range columns {
		argument, err := argumentOf(c, rows, func(row int) any { return value(row, i) })
		if err != nil {
			return err
		}
		s.separate(i)
		s.args = append(s.args, argument)
		if few {
			s.write("(SELECT ")
		}
		s.write("$", strconv.Itoa(len(s.args)), "::")
		switch {
		case one:
			s.write(c.Type)
		case strings.HasSuffix(c.Type, "[]"):
			s.write("text[]")
		default:
			s.write(c.Type, "[]")
		}
		if few {
			s.write(")")
		}
	}
	switch {
	case one && numbered:
		s.write(", 1))")
	case one:
		s.write("))")
	case numbered:
		s.write(") WITH ORDINALITY")
	default:
		s.write(")")
	}
	s.write(" AS v(", strings.Join(names, ", "))
	if numbered {
		s.write(", n")
	}
	s.write(")")
	return nil
}

// argumentOf returns the values of a column as an argument. Slices of Go's own types travel in binary, which costs both sides
// less than text.
func argumentOf(c Column, rows int, value func(row int) any) (any, error) {
	if rows > 1 {
		switch c.Type {
		case "bigint":
			if list, ok := sliceOf[int64](rows, value); ok {
				return list, nil
			}
		case "integer":
			if list, ok := sliceOf[int32](rows, value); ok {
				return list, nil
			}
		case "text":
			if list, ok := sliceOf[string](rows, value); ok {
				return list, nil
			}
		}
	}
	a := array{one: rows == 1, text: make([]byte, 0, rows*bytesOfValue)}
	for row := range rows {
		if err := a.add(c, value(row)); err != nil {
			return nil, &cellError{row, fmt.Errorf("column %s: %w", c.Name, err)}
		}
	}
	return a.argument(), nil
}

// sliceOf returns values that are all of a type; false where one is not, as NULL is not.
func sliceOf[T any](rows int, value func(row int) any) ([]T, bool) {
	list := make([]T, rows)
	for row := range rows {
		v, ok := value(row).(T)
		if !ok {
			return nil, false
		}
		list[row] = v
	}
	return list, true
}

// cellError is a value that has no form in SQL.
type cellError struct {
	row int
	error
}

func (e *cellError) Unwrap() error { return e.error }

// value appends a value as a parameter of its own.
func (s *statement) value(c Column, v any) error {
	a := array{one: true}
	if err := a.add(c, v); err != nil {
		return fmt.Errorf("column %s: %w", c.Name, err)
	}
	s.args = append(s.args, a.argument())
	s.write("$", strconv.Itoa(len(s.args)), "::", c.Type)
	return nil
}

// element appends an element of an array parameter, which has a name, in the type that it stands for.
func (s *statement) element(name, sqlType string) {
	s.write("v.", name)
	if strings.HasSuffix(sqlType, "[]") {
		s.write("::", sqlType)
	}
}

// and appends a predicate to a WHERE clause that has something before it; nil is none.
func (s *statement) and(p *sql.Predicate) {
	if p == nil {
		return
	}
	p.SetDialect(dialect.Postgres)
	p.SetTotal(len(s.args))
	text, args := p.Query()
	s.write(" AND (", text, ")")
	s.args = append(s.args, args...)
}

// query runs the statement and hands over its rows.
func (s *statement) query(ctx context.Context, db dialect.ExecQuerier, row func(*sql.Rows) error) error {
	rows := &sql.Rows{}
	if err := db.Query(ctx, s.text.String(), s.args, rows); err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // what there was is read, and what failed is in rows.Err
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exec runs the statement.
func (s *statement) exec(ctx context.Context, db dialect.ExecQuerier) error {
	return db.Exec(ctx, s.text.String(), s.args, nil)
}

// quote returns a name as an SQL identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// position is the name of the n-th column of values in a source.
func position(n int) string { return "c" + strconv.Itoa(n+1) }

// positions are the names of the first n.
func positions(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = position(i)
	}
	return names
}

// rules returns the viewer's rules for reading rows of the alias that is changed.
func (e *entity) rules(ctx context.Context) (*sql.Predicate, error) {
	if e.Prepare == nil {
		return nil, nil //nolint:nilnil // no rules
	}
	p, err := e.Prepare(ctx, changed)
	if err != nil {
		return nil, fmt.Errorf("apply the rules of %s: %w", e.Name, err)
	}
	return p, nil
}

// Demand returns what the predicates of a mutation demand of a row of the alias "t"; nil for nothing. The generated code
// calls it.
func Demand[P ~func(*sql.Selector)](table string, predicates []P) (*sql.Predicate, error) {
	if len(predicates) == 0 {
		return nil, nil //nolint:nilnil // nothing
	}
	s := sql.Dialect(dialect.Postgres).Select().From(sql.Table(table).As(changed))
	bare, _ := s.Query()
	for _, p := range predicates {
		p(s)
	}
	where := s.P()
	if text, _ := s.SetP(nil).Query(); text != bare {
		return nil, fmt.Errorf("write: a rule of %s joins, groups or limits in a predicate; use predicates on edges", table)
	}
	return where, nil
}

// changed is the alias of the table that a statement changes.
const changed = "t"
