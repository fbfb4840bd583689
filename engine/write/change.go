package write

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"
)

// assignment is a column that an update changes.
type assignment struct {
	column *Column
	add    bool // to what is there
	value  any
	from   origin
	index  int
}

// origin is where the value of an [assignment] comes from, for each row.
type origin uint8

const (
	ofRow  origin = iota // the row's own mutation
	ofAll                // the mutation that stands for all rows
	given                // the field of the op's input at the index
	behind               // the row that the op is attached to, at the index
)

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
		m.assignments = assignments
		key := groupOf(m)
		if groups[key] == nil {
			groups[key] = &changes{assignments: assignments, demand: m.demand}
			order = append(order, groups[key])
		}
		groups[key].rows = append(groups[key].rows, m)
	}
	for _, c := range order {
		for part := range c.parts() {
			if err := b.updateRows(ctx, part, nodes{b}); err != nil {
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
		key := groupOf(m)
		if groups[key] == nil {
			groups[key] = &changes{demand: m.demand}
			order = append(order, groups[key])
		}
		groups[key].rows = append(groups[key].rows, m)
	}
	for _, c := range order {
		for part := range c.parts() {
			if err := b.deleteRows(ctx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// changes are rows that one statement changes alike.
type changes struct {
	assignments []assignment // of the first row
	demand      *sql.Predicate
	rows        []changedRow
}

// changedRow is a row that a statement changes: a member of a batch, or an op that another one's mutation stands for.
type changedRow interface {
	// is returns the row's key, and the version that it must have; nil for any.
	is() (key, version any)
	// gives returns the value of the n-th assignment.
	gives(n int, a *assignment) any
	// member returns the row with its mutation.
	member() (*member, error)
}

func (m *member) is() (key, version any)         { return m.key, m.version }
func (m *member) gives(n int, _ *assignment) any { return m.assignments[n].value }
func (m *member) member() (*member, error)       { return m, nil }

// parts cuts the rows into what one statement takes.
func (c *changes) parts() func(yield func(*changes) bool) {
	return func(yield func(*changes) bool) {
		for part := range slices.Chunk(c.rows, maxRows) {
			if !yield(&changes{c.assignments, c.demand, part}) {
				return
			}
		}
	}
}

// membersOf are rows with their mutations, for what is to be said of them.
func membersOf[R interface{ member() (*member, error) }](rows []R) (members []*member, err error) {
	members = make([]*member, len(rows))
	for i, row := range rows {
		if members[i], err = row.member(); err != nil {
			return nil, err
		}
	}
	return members, nil
}

// failed says which row an error of the statement is about.
func (b *batch) failed(c *changes, err error) error {
	members, more := membersOf(c.rows)
	if more != nil {
		return errors.Join(err, more)
	}
	return b.ofStatement(members, err)
}

// groupOf is the same text for rows that one statement can change.
func groupOf(m *member) string {
	var b strings.Builder
	for _, a := range m.assignments {
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

// from writes the arrays of keys, versions and values as the table v, which numbers its rows, and what must be true of a row: its
// key and version, what its mutation demands, and that the viewer may see it.
func (b *batch) from(ctx context.Context, s *statement, c *changes) error {
	e := b.entity
	key := *e.columns[e.Key.Column]
	columns, names := []Column{key}, []string{"key"}
	versioned := slices.ContainsFunc(c.rows, func(row changedRow) bool {
		_, version := row.is()
		return version != nil
	})
	if versioned {
		columns, names = append(columns, *e.columns[e.Version]), append(names, "version")
	}
	first := len(columns)
	var own []int // assignments with a value for each row
	for n := range c.assignments {
		if a := &c.assignments[n]; a.from != ofAll {
			columns, names, own = append(columns, *a.column), append(names, position(n)), append(own, n)
		}
	}
	err := s.source(names, columns, true, len(c.rows), func(row, column int) any {
		if column >= first {
			n := own[column-first]
			return c.rows[row].gives(n, &c.assignments[n])
		}
		key, version := c.rows[row].is()
		if column == 0 {
			return key
		}
		return version
	})
	if err != nil {
		return b.failed(c, err)
	}
	s.write(" WHERE ", changed, ".", quote(key.Name), " = v.key")
	if versioned {
		s.write(" AND (v.version IS NULL OR ", changed, ".", quote(e.Version), " = v.version)")
	}
	s.and(c.demand)
	rules, err := e.rules(ctx)
	if err != nil {
		return err
	}
	s.and(rules)
	return nil
}

// assign writes what an update sets.
func (s *statement) assign(assignments []assignment) error {
	for n, a := range assignments {
		s.separate(n)
		s.write(quote(a.column.Name), " = ")
		if a.add {
			s.write("coalesce(", changed, ".", quote(a.column.Name), ", 0) + ")
		}
		if a.from != ofAll {
			s.element(position(n), a.column.Type)
			continue
		}
		if err := s.value(*a.column, a.value); err != nil {
			return err
		}
	}
	return nil
}

// nodes makes ent's structs of the rows of an update, for their hooks.
type nodes struct{ *batch }

func (to nodes) columns() []string { return to.entity.NodeColumns }

func (to nodes) row(rows *sql.Rows, c *changes) (n int, err error) {
	value, err := to.entity.Node(to.entity.NodeColumns, rows, &n)
	if err != nil {
		return 0, err
	}
	key, _ := c.rows[n-1].is()
	c.rows[n-1].(*member).value = value
	return n - 1, to.answer.updated(to.entity, rows, key)
}

// collected is what is done with the rows that an update returns.
type collected interface {
	// columns are what is returned of a row.
	columns() []string
	// row takes the current one, which is of c: the number of the row comes first, and then the columns.
	row(rows *sql.Rows, c *changes) (n int, err error)
}

// updateRows changes rows and hands on what became of them.
func (b *batch) updateRows(ctx context.Context, c *changes, to collected) error {
	e := b.entity
	var s statement
	returned := func() {
		s.write("v.n::integer")
		for _, column := range to.columns() {
			s.write(", ", changed, ".", quote(column))
		}
	}
	if len(c.assignments) == 0 { // nothing to change, but the rows must be there
		s.write("SELECT ")
		returned()
		s.write(" FROM ", quote(e.Table), " AS ", changed, ", ")
	} else {
		s.write("UPDATE ", quote(e.Table), " AS ", changed, " SET ")
		if err := s.assign(c.assignments); err != nil {
			return b.failed(c, err)
		}
		s.write(" FROM ")
	}
	if err := b.from(ctx, &s, c); err != nil {
		return err
	}
	if len(c.assignments) > 0 {
		s.write(" RETURNING ")
		returned()
		b.answer.wrote()
	}
	found := make([]bool, len(c.rows))
	err := s.query(ctx, b.db, func(rows *sql.Rows) error {
		n, err := to.row(rows, c)
		if err == nil {
			found[n] = true
		}
		return err
	})
	if err != nil {
		return b.failed(c, err)
	}
	return b.unchanged(ctx, c, found)
}

// deleteRows deletes rows.
func (b *batch) deleteRows(ctx context.Context, c *changes) error {
	e := b.entity
	var s statement
	s.write("DELETE FROM ", quote(e.Table), " AS ", changed, " USING ")
	if err := b.from(ctx, &s, c); err != nil {
		return err
	}
	s.write(" RETURNING v.n::integer")
	found := make([]bool, len(c.rows))
	err := s.query(ctx, b.db, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		if err == nil {
			found[n-1] = true
			c.rows[n-1].(*member).value = 1 // what ent's own deletion of one row tells its hooks
		}
		return err
	})
	if err != nil {
		return b.failed(c, err)
	}
	return b.unchanged(ctx, c, found)
}

// unchanged says why rows were not changed: they are not there for the viewer, they have another version, or a rule of
// the mutation keeps them. nil where there are none.
func (b *batch) unchanged(ctx context.Context, c *changes, found []bool) error {
	bare := &changes{}
	var missing []*member
	for i, row := range c.rows {
		if found[i] {
			continue
		}
		m, err := row.member()
		if err != nil {
			return err
		}
		missing = append(missing, m)
		bare.rows = append(bare.rows, &member{key: m.key})
	}
	if len(missing) == 0 {
		return nil
	}
	e := b.entity
	var s statement
	s.write("SELECT v.n::integer, ")
	if e.Version == "" {
		s.write("NULL::bigint")
	} else {
		s.write(changed, ".", quote(e.Version))
	}
	s.write(" FROM ", quote(e.Table), " AS ", changed, ", ")
	if err := b.from(ctx, &s, bare); err != nil {
		return err
	}
	versions := make([]*int64, len(missing))
	there := make([]bool, len(missing))
	err := s.query(ctx, b.db, func(rows *sql.Rows) error {
		var n int
		var version *int64
		err := rows.Scan(&n, &version)
		if err == nil {
			there[n-1], versions[n-1] = true, version
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for rows of %s: %w", e.Name, err)
	}
	var faults Faults
	for i, m := range missing {
		v := versions[i]
		switch {
		case !there[i]:
			faults = faults.with(notFound(m.named))
		case m.version != nil && v != nil && any(*v) != m.version:
			faults = faults.with(&Error{Code: Conflict, Message: "was changed since", Field: m.named.path(), Version: *v})
		default:
			faults = faults.with(&Error{Code: Forbidden, Message: "must not be changed", Field: m.named.path()})
		}
	}
	return faults
}

func notFound(path *place) *Error {
	return &Error{Code: NotFound, Message: "there is no such row", Field: path.path()}
}
