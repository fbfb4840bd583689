package write

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// cell is a value of a row that is stored.
type cell struct {
	value any
	given bool
}

// maxRows is how many rows one INSERT takes: some megabytes of arrays at most, where a statement costs nothing beside
// its rows.
const maxRows = 5000

// insert stores new rows: all with the same columns by one statement.
func insert(ctx context.Context, b *batch, members []*member) error {
	type group struct {
		members []*member
		cells   [][]cell
	}
	groups := make(map[string]*group)
	var order []string
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
		g := groups[string(given)]
		if g == nil {
			g = &group{}
			groups[string(given)] = g
			order = append(order, string(given))
		}
		g.members, g.cells = append(g.members, m), append(g.cells, cells)
	}
	for _, given := range order {
		g := groups[given]
		for from := 0; from < len(g.members); from += maxRows {
			to := min(from+maxRows, len(g.members))
			if err := b.insertRows(ctx, g.members[from:to], g.cells[from:to]); err != nil {
				return err
			}
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
	return b.stored(m, fmt.Sprint(m.spec.ID.Value))
}

// cells returns a row by the entity's columns; false where ent's spec has more than columns.
func (e *entity) cells(m *member) ([]cell, bool) {
	cells := make([]cell, len(e.Columns))
	set := func(column string, v any) bool {
		i, known := e.position[column]
		if known {
			cells[i] = cell{v, true}
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

// insertRows stores rows of which the same columns are given. PostgreSQL stores and returns them in the order of the
// arrays: the source is one function scan.
func (b *batch) insertRows(ctx context.Context, members []*member, cells [][]cell) error {
	e := b.entity
	var given []int
	for i := range e.Columns {
		if cells[0][i].given {
			given = append(given, i)
		}
	}
	var s statement
	s.write("INSERT INTO ", quote(e.Table), " (")
	for n, i := range given {
		s.separate(n)
		s.write(quote(e.Columns[i].Name))
	}
	s.write(") SELECT ")
	for n, i := range given {
		s.separate(n)
		s.element(position(n), e.Columns[i].Type)
	}
	s.write(" FROM ")
	columns := make([]Column, len(given))
	for n, i := range given {
		columns[n] = e.Columns[i]
	}
	err := s.source(positions(len(given)), columns, false, len(members), func(row, n int) any { return cells[row][given[n]].value })
	if err != nil {
		return b.ofStatement(members, err)
	}
	if e.Key.Column == "" {
		b.answer.wrote()
		if err := s.exec(ctx, b.db); err != nil {
			return b.ofStatement(members, err)
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
		if i == len(members) {
			return fmt.Errorf("write: more rows of %s came back than were stored", e.Name)
		}
		if err := b.stored(members[i], text); err != nil {
			return err
		}
		err := b.answer.taken(e, rows, members[i].key)
		i++
		return err
	})
	if err == nil && i < len(members) {
		err = fmt.Errorf("write: %d of %d rows of %s came back: a trigger or a rule drops some", i, len(members), e.Name)
	}
	if err != nil {
		return b.ofStatement(members, err)
	}
	return nil
}

func (b *batch) stored(m *member, key string) (err error) {
	if m.key, err = b.entity.goKey(key); err != nil {
		return err
	}
	m.create.Stored(m.value, m.key)
	return nil
}
