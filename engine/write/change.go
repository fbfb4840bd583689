package write

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/vektah/gqlparser/v2/ast"
)

// assignment is a column that an update changes.
type assignment struct {
	column *Column
	add    bool // to what is there
	value  any
}

// update changes rows: all with the same changes under the same demands by one statement.
func update(ctx context.Context, b *batch, members []*member) error {
	groups := make(map[string]*changes)
	var order []*changes
	for _, m := range members {
		assignments, ok := b.entity.assignments(m)
		if !ok {
			value, err := m.change.Save(ctx)
			if err != nil {
				return b.located(m, err)
			}
			m.value = value
			continue
		}
		key := groupOf(m, assignments)
		g := groups[key]
		if g == nil {
			g = &changes{}
			groups[key] = g
			order = append(order, g)
		}
		g.members, g.assignments = append(g.members, m), append(g.assignments, assignments)
	}
	for _, g := range order {
		for part := range g.parts() {
			if err := b.updateRows(ctx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove deletes rows: all under the same demands by one statement.
func remove(ctx context.Context, b *batch, members []*member) error {
	groups := make(map[string]*changes)
	var order []*changes
	for _, m := range members {
		key := groupOf(m, nil)
		if groups[key] == nil {
			groups[key] = &changes{}
			order = append(order, groups[key])
		}
		g := groups[key]
		g.members, g.assignments = append(g.members, m), append(g.assignments, nil)
	}
	for _, g := range order {
		for part := range g.parts() {
			if err := b.deleteRows(ctx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// changes are rows that one statement changes alike.
type changes struct {
	members     []*member
	assignments [][]assignment
}

// parts cuts the rows into what one statement takes.
func (c *changes) parts() func(yield func(*changes) bool) {
	return func(yield func(*changes) bool) {
		for from := 0; from < len(c.members); from += maxRows {
			to := min(from+maxRows, len(c.members))
			if !yield(&changes{c.members[from:to], c.assignments[from:to]}) {
				return
			}
		}
	}
}

// groupOf is the same text for rows that one statement can change.
func groupOf(m *member, assignments []assignment) string {
	var b strings.Builder
	for _, a := range assignments {
		b.WriteString(a.column.Name)
		if a.add {
			b.WriteByte('+')
		}
		b.WriteByte(0) // no name has it
	}
	if m.demand != nil {
		var s statement
		s.and(m.demand)
		fmt.Fprintf(&b, "%s %#v", s.text.String(), s.args)
	}
	return b.String()
}

// assignments returns what a mutation changes, in the order of the columns; false where that is more than columns of the
// row itself.
func (e *entity) assignments(m *member) (list []assignment, ok bool) {
	final := m.final
	values, set := make([]assignment, len(e.Columns)), make([]bool, len(e.Columns))
	put := func(column string, a assignment) bool {
		i, known := e.position[column]
		if known {
			a.column = &e.Columns[i]
			values[i], set[i] = a, true
		}
		return known
	}
	for _, column := range final.Fields() {
		v, _ := final.Field(column)
		if !put(column, assignment{value: v}) {
			return nil, false
		}
	}
	for _, column := range final.AddedFields() {
		v, _ := final.AddedField(column)
		if !put(column, assignment{value: v, add: true}) {
			return nil, false
		}
	}
	for _, column := range final.ClearedFields() {
		if i, known := e.position[column]; known && set[i] {
			continue
		}
		if !put(column, assignment{}) {
			return nil, false
		}
	}
	for _, field := range final.ClearedEdges() {
		d := e.byField[field]
		if d == nil || !d.Own {
			return nil, false
		}
		if !put(d.Column, assignment{}) {
			return nil, false
		}
	}
	for _, field := range final.AddedEdges() {
		d := e.byField[field]
		if d == nil || !d.Own {
			return nil, false
		}
		ids := final.AddedIDs(field)
		if len(ids) != 1 || !put(d.Column, assignment{value: ids[0]}) {
			return nil, false
		}
	}
	if len(final.RemovedEdges()) > 0 {
		return nil, false
	}
	for column, v := range m.more {
		put(column, assignment{value: v})
	}
	for i, a := range values {
		if set[i] {
			values[len(list)] = a
			list = values[:len(list)+1]
		}
	}
	return list, true
}

// from writes the arrays of keys, versions and values as the table v, and what must be true of a row: its key and
// version, what its mutation demands, and that the viewer may see it.
func (b *batch) from(ctx context.Context, s *statement, c *changes) error {
	e := b.entity
	key := *e.columns[e.Key.Column]
	columns, names := []Column{key}, []string{"key"}
	if e.Version != "" {
		columns, names = append(columns, *e.columns[e.Version]), append(names, "version")
	}
	first := len(columns)
	for n, a := range c.assignments[0] {
		columns, names = append(columns, *a.column), append(names, position(n))
	}
	err := s.source(names, columns, false, len(c.members), func(row, column int) any {
		switch {
		case column == 0:
			return c.members[row].key
		case column < first:
			return c.members[row].version
		}
		return c.assignments[row][column-first].value
	})
	if err != nil {
		return b.ofStatement(c.members, err)
	}
	s.write(" WHERE ", changed, ".", quote(key.Name), " = v.key")
	if e.Version != "" {
		s.write(" AND (v.version IS NULL OR ", changed, ".", quote(e.Version), " = v.version)")
	}
	s.and(c.members[0].demand)
	rules, err := e.rules(ctx)
	if err != nil {
		return err
	}
	s.and(rules)
	return nil
}

// updateRows changes rows and tells their hooks what became of them.
func (b *batch) updateRows(ctx context.Context, c *changes) error {
	e := b.entity
	var s statement
	if len(c.assignments[0]) == 0 { // nothing to change, but the rows must be there
		s.write("SELECT ")
		b.columns(&s)
		s.write(" FROM ", quote(e.Table), " AS ", changed, ", ")
	} else {
		s.write("UPDATE ", quote(e.Table), " AS ", changed, " SET ")
		for n, a := range c.assignments[0] {
			s.separate(n)
			s.write(quote(a.column.Name), " = ")
			if a.add {
				s.write("coalesce(", changed, ".", quote(a.column.Name), ", 0) + ")
			}
			s.element(position(n), a.column.Type)
		}
		s.write(" FROM ")
	}
	if err := b.from(ctx, &s, c); err != nil {
		return err
	}
	if len(c.assignments[0]) > 0 {
		s.write(" RETURNING ")
		b.columns(&s)
		b.answer.wrote()
	}
	found := make(map[any]ent.Value, len(c.members))
	err := s.query(ctx, b.db, func(rows *sql.Rows) error {
		value, key, err := e.Node(e.NodeColumns, rows)
		if err != nil {
			return err
		}
		found[key] = value
		return b.answer.updated(e, rows, key)
	})
	if err != nil {
		return b.ofStatement(c.members, err)
	}
	var missing []*member
	for _, m := range c.members {
		if m.value = found[m.key]; m.value == nil {
			missing = append(missing, m)
		}
	}
	return b.unchanged(ctx, missing)
}

func (b *batch) columns(s *statement) {
	for n, column := range b.entity.NodeColumns {
		s.separate(n)
		s.write(changed, ".", quote(column))
	}
}

// deleteRows deletes rows.
func (b *batch) deleteRows(ctx context.Context, c *changes) error {
	e := b.entity
	var s statement
	s.write("DELETE FROM ", quote(e.Table), " AS ", changed, " USING ")
	if err := b.from(ctx, &s, c); err != nil {
		return err
	}
	s.write(" RETURNING ", changed, ".", quote(e.Key.Column), "::text")
	gone := make(map[any]bool, len(c.members))
	err := s.query(ctx, b.db, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		key, err := e.goKey(text)
		gone[key] = true
		return err
	})
	if err != nil {
		return b.ofStatement(c.members, err)
	}
	var missing []*member
	for _, m := range c.members {
		m.value = 1 // what ent's own deletion of one row tells its hooks
		if !gone[m.key] {
			missing = append(missing, m)
		}
	}
	return b.unchanged(ctx, missing)
}

// unchanged says why rows were not changed: they are not there for the viewer, they have another version, or a rule of
// the mutation keeps them. nil where there are none.
func (b *batch) unchanged(ctx context.Context, missing []*member) error {
	if len(missing) == 0 {
		return nil
	}
	e := b.entity
	var s statement
	s.write("SELECT ", changed, ".", quote(e.Key.Column), "::text, ")
	if e.Version == "" {
		s.write("NULL")
	} else {
		s.write(changed, ".", quote(e.Version))
	}
	s.write(" FROM ", quote(e.Table), " AS ", changed, ", ")
	bare := &changes{members: make([]*member, len(missing)), assignments: make([][]assignment, len(missing))}
	for i, m := range missing {
		bare.members[i] = &member{key: m.key}
	}
	if err := b.from(ctx, &s, bare); err != nil {
		return err
	}
	versions := make(map[any]*int64)
	there := make(map[any]bool)
	err := s.query(ctx, b.db, func(rows *sql.Rows) error {
		var text string
		var version *int64
		if err := rows.Scan(&text, &version); err != nil {
			return err
		}
		key, err := e.goKey(text)
		there[key], versions[key] = true, version
		return err
	})
	if err != nil {
		return fmt.Errorf("look for rows of %s: %w", e.Name, err)
	}
	var faults Faults
	for _, m := range missing {
		v := versions[m.key]
		switch {
		case !there[m.key]:
			faults = append(faults, notFound(m.named))
		case m.version != nil && v != nil && any(*v) != m.version:
			faults = append(faults, &Error{Code: Conflict, Message: "was changed since", Field: m.named, Version: *v})
		default:
			faults = append(faults, &Error{Code: Forbidden, Message: "must not be changed", Field: m.named})
		}
	}
	return faults
}

func notFound(path ast.Path) *Error {
	return &Error{Code: NotFound, Message: "there is no such row", Field: path}
}
