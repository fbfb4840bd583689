package read

import (
	"encoding/binary"
	"math"
)

// layout says what the rows of a branch consist of, and of which cell of which branch's rows they are a list.
type layout struct {
	parent, cell int
	parts        []part
}

// part is a value, from a column of the result, or a list of another branch's rows.
type part struct {
	column int
	branch int // of the list; 0 for a value, as the operation is no list
}

// cell is a value of a row: where its bytes begin and how many there are, -1 for NULL. Or it is a list: where its rows
// begin in the table of their branch and how many rows there are.
type cell struct{ at, n int32 }

// null tells whether a value is NULL.
func (c cell) null() bool { return c.n < 0 }

// rows keeps the result of a statement: its values are the connection's and must be copied.
type rows struct {
	layouts []layout
	tables  [][]cell // of each branch, row after row
	data    []byte
}

// firstData is the room for the values of a small answer.
const firstData = 4 << 10

// open makes room for the rows of a plan: the operation's own, and none of the other branches.
func (r *rows) open(layouts []layout) {
	r.layouts = layouts
	for len(r.tables) < len(layouts) {
		r.tables = append(r.tables, nil)
	}
	for i := range layouts {
		r.tables[i] = r.tables[i][:0]
	}
	if r.data == nil {
		r.data = make([]byte, 0, firstData) // an empty text is not NULL
	}
	for range layouts[0].parts {
		r.tables[0] = append(r.tables[0], cell{})
	}
}

// add takes a row of the result, behind the rows that it is under.
func (r *rows) add(values [][]byte) error {
	branch := 1
	if tagged(r.layouts) {
		if len(values) == 0 || len(values[0]) != 4 {
			return errShape
		}
		branch, values = int(binary.BigEndian.Uint32(values[0])), values[1:]
	}
	if branch < 1 || branch >= len(r.layouts) {
		return errShape
	}
	l := &r.layouts[branch]
	around := r.tables[l.parent]
	from := len(around) - len(r.layouts[l.parent].parts) + l.cell
	if from < 0 {
		return errShape
	}
	around[from].n++
	table, data := r.tables[branch], r.data
	for i := range l.parts {
		p := &l.parts[i]
		switch {
		case p.branch > 0:
			table = append(table, cell{at: int32(len(r.tables[p.branch]))})
		case p.column >= len(values):
			return errShape
		case values[p.column] == nil:
			table = append(table, cell{n: -1})
		default:
			v := values[p.column]
			table = append(table, cell{int32(len(data)), int32(len(v))})
			data = append(data, v...)
		}
	}
	if len(data) > math.MaxInt32 {
		return errShape
	}
	r.tables[branch], r.data = table, data
	return nil
}

// row returns one of the rows of a list.
func (r *rows) row(branch int, list cell, i int) []cell {
	width := len(r.layouts[branch].parts)
	from := int(list.at) + i*width
	return r.tables[branch][from : from+width : from+width]
}

// value returns the bytes of a value, nil for NULL.
func (r *rows) value(c cell) []byte {
	if c.null() {
		return nil
	}
	return r.data[c.at : c.at+c.n : c.at+c.n]
}

// size is the memory that is kept for the next result, in bytes.
func (r *rows) size() int {
	const perCell = 8
	n := cap(r.data)
	for _, t := range r.tables {
		n += perCell * cap(t)
	}
	return n
}
