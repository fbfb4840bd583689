package write

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// cell is a value of a row that is stored.
type cell struct {
	value any
	given bool
	from  origin
	index int
}

// maxRows is how many rows one INSERT takes: some megabytes of arrays at most, where a statement costs nothing beside
// its rows.
const maxRows = 5000

// insert stores new rows: all with the same columns by one statement.
func insert(ctx context.Context, b *batch, members []*member) error {
	groups := make(map[string]*creations)
	var order []*creations
	for _, m := range members {
		cells, ok := b.entity.cells(m)
		if !ok {
			if err := b.createNode(ctx, m); err != nil {
				return b.located(m, err)
			}
			continue
		}
		given := make([]byte, len(cells))
		for i, c := range cells {
			if given[i] = '0'; c.given {
				given[i] = '1'
			}
		}
		c := groups[string(given)]
		if c == nil {
			c = &creations{cells: cells}
			groups[string(given)] = c
			order = append(order, c)
		}
		m.cells = cells
		c.rows = append(c.rows, m)
	}
	for _, c := range order {
		if err := b.insertAll(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// creations are new rows of which the same columns are given.
type creations struct {
	cells []cell // of the first row, by the entity's columns
	rows  []createdRow
}

// createdRow is a row that a statement stores: a member of a batch, or an op that another one's mutation stands for.
type createdRow interface {
	// cell returns the value of the i-th of the entity's columns.
	cell(i int, first *cell) any
	// stored takes the row's key.
	stored(key any)
	// member returns the row with its mutation.
	member() (*member, error)
}

func (m *member) cell(i int, _ *cell) any { return m.cells[i].value }

func (m *member) stored(key any) {
	m.key = key
	m.create.Stored(m.value, key)
}

// insertAll stores the rows, so many at once as one statement takes.
func (b *batch) insertAll(ctx context.Context, c *creations) error {
	for part := range slices.Chunk(c.rows, maxRows) {
		if err := b.insertRows(ctx, &creations{c.cells, part}); err != nil {
			return err
		}
	}
	return nil
}

// createNode stores one row as ent does, with the edges that a hook has added to its mutation.
func (b *batch) createNode(ctx context.Context, m *member) error {
	if err := sqlgraph.CreateNode(ctx, b.db, m.spec); err != nil {
		return err
	}
	if b.entity.Key.Column == "" {
		return nil
	}
	key, err := b.entity.goKey(fmt.Sprint(m.spec.ID.Value))
	if err == nil {
		m.stored(key)
	}
	return err
}

// cells returns a row by the entity's columns; false where ent's spec has more than columns.
func (e *entity) cells(m *member) ([]cell, bool) {
	cells := make([]cell, len(e.Columns))
	set := func(column string, v any) bool {
		i, known := e.position[column]
		if known {
			cells[i] = cell{value: v, given: true}
		}
		return known
	}
	s := m.spec
	if s.ID != nil && s.ID.Value != nil {
		set(s.ID.Column, s.ID.Value)
	}
	for _, f := range s.Fields {
		if !set(f.Column, f.Value) {
			return nil, false
		}
	}
	for _, x := range s.Edges {
		own := x.Rel == sqlgraph.M2O || x.Rel == sqlgraph.O2O && x.Inverse
		if !own || len(x.Target.Nodes) != 1 || x.Bidi || !set(x.Columns[0], x.Target.Nodes[0]) {
			return nil, false
		}
	}
	for column, v := range m.more {
		set(column, v)
	}
	for i, c := range e.Columns {
		if !c.Filled {
			cells[i].given = true // NULL, so that the text is the same whatever an input leaves out
		}
	}
	return cells, true
}

// insertRows stores rows. PostgreSQL stores and returns them in the order of the arrays: the source is one function scan.
func (b *batch) insertRows(ctx context.Context, c *creations) error {
	e := b.entity
	var columns []Column
	var own []int // columns with a value for each row
	var s, values statement
	s.write("INSERT INTO ", quote(e.Table), " (")
	for i := range c.cells {
		first := &c.cells[i]
		if !first.given {
			continue
		}
		s.separate(len(columns))
		s.write(quote(e.Columns[i].Name))
		values.separate(len(columns))
		values.element(position(len(columns)), e.Columns[i].Type)
		columns, own = append(columns, e.Columns[i]), append(own, i)
	}
	s.write(") SELECT ", values.text.String(), " FROM ")
	err := s.source(positions(len(own)), columns, false, len(c.rows), func(row, n int) any { return c.rows[row].cell(own[n], &c.cells[own[n]]) })
	if err != nil {
		return b.unstored(c, err)
	}
	if e.Key.Column == "" {
		b.answer.wrote()
		if err := s.exec(ctx, b.db); err != nil {
			return b.unstored(c, err)
		}
		return nil
	}
	s.write(" RETURNING ", quote(e.Key.Column), "::text")
	var text string
	dest := []any{&text}
	for _, column := range b.answer.of(e) {
		s.write(", ", quote(column))
		dest = append(dest, nil) // taken as it is
	}
	i := 0
	b.answer.wrote()
	err = s.query(ctx, b.db, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if i == len(c.rows) {
			return fmt.Errorf("write: more rows of %s came back than were stored", e.Name)
		}
		key, err := e.goKey(text)
		if err != nil {
			return err
		}
		c.rows[i].stored(key)
		i++
		return b.answer.taken(e, rows, key)
	})
	if err == nil && i < len(c.rows) {
		err = fmt.Errorf("write: %d of %d rows of %s came back: a trigger or a rule drops some", i, len(c.rows), e.Name)
	}
	if err != nil {
		return b.unstored(c, err)
	}
	return nil
}

// unstored says which row an error of the statement is about.
func (b *batch) unstored(c *creations, err error) error {
	members, more := membersOf(c.rows)
	if more != nil {
		return errors.Join(err, more)
	}
	return b.ofStatement(members, err)
}
