package read

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// connection writes a page.
type connection struct {
	object

	rows   int // column of the rows' array, or resultRows; noColumn where only the count is asked for
	size   int // index of the page's size in the binding
	begun  func(*binding) bool
	ended  func(*binding) bool
	last   bool // the rows come last first, and the one that is too many is the first of the list
	cursor cursor
}

// noColumn is the position of what needs no column.
const noColumn = -1

// resultRows is the position of the rows of a page that is the only root: they are the rows of the result.
const resultRows = -2

// pageRows are the rows of a page: records of an array, or rows of the result.
type pageRows struct {
	records [][]byte
	result  *result
	n       int
	last    bool
}

// open returns the values of a row; the caller pops them by setting the renderer's stack back to mark.
func (l pageRows) open(r *renderer, i int) (values [][]byte, mark int, err error) {
	if l.last {
		i = l.n - 1 - i
	}
	if l.result != nil {
		return l.result.row(i), len(r.values), nil
	}
	return r.record(l.records[i])
}

// list gives the rows of the page in order, without the one that only tells that there are more. The records are on the
// renderer's stack: the caller pops them by setting it back to mark.
func (c *connection) list(r *renderer, row [][]byte) (rows pageRows, more bool, mark int, err error) {
	mark, rows.last = len(r.values), c.last
	size := r.sizes[c.size]
	if c.rows == resultRows {
		rows.result, rows.n = &r.result, min(r.result.n, size)
		return rows, r.result.n > size, mark, nil
	}
	v, err := at(row, c.rows)
	if err != nil {
		return rows, false, mark, err
	}
	a, err := newArray(v)
	if err != nil {
		return rows, false, mark, err
	}
	more, rows.n = a.n > size, min(a.n, size)
	for range rows.n {
		record, err := a.next()
		if err != nil {
			return rows, false, mark, err
		}
		r.values = append(r.values, record)
	}
	rows.records = r.values[mark:]
	return rows, more, mark, nil
}

// nodes writes the rows of a page, as nodes or as edges.
type nodes struct {
	page   *connection
	object *object
}

func (w nodes) write(r *renderer, row [][]byte) error {
	rows, _, mark, err := w.page.list(r, row)
	if err != nil {
		return err
	}
	r.text("[")
	for i := range rows.n {
		if i > 0 {
			r.text(",")
		}
		values, popped, err := rows.open(r, i)
		if err != nil {
			return err
		}
		faults := len(r.faults)
		err = w.object.write(r, values)
		if len(r.faults) > faults {
			r.within(faults, ast.PathIndex(i))
		}
		if err != nil {
			return err
		}
		r.values = r.values[:popped]
	}
	r.text("]")
	r.values = r.values[:mark]
	return nil
}

// total writes the count of a page that is the only root: each of its rows has it.
type total struct{ column int }

func (w total) write(r *renderer, _ [][]byte) error {
	if r.result.n == 0 {
		r.buf = strconv.AppendInt(r.buf, r.total, 10)
		return nil
	}
	return scalar{column: w.column, kind: Int}.write(r, r.result.row(0))
}

// pageInfo writes where a page stands.
type pageInfo struct {
	page   *connection
	fields []pageInfoField
}

type pageInfoField struct{ key, name string }

func (w pageInfo) write(r *renderer, row [][]byte) error {
	rows, more, mark, err := w.page.list(r, row)
	if err != nil {
		return err
	}
	before, after := w.page.begun(&r.binding), more
	if w.page.last {
		before, after = more, w.page.ended(&r.binding)
	}
	r.text("{")
	for _, f := range w.fields {
		r.text(f.key)
		switch f.name {
		case "__typename":
			err = typename("PageInfo").write(r, nil)
		case "hasNextPage":
			r.bool(after)
		case "hasPreviousPage":
			r.bool(before)
		case "startCursor":
			err = w.writeCursor(r, rows, 0)
		case "endCursor":
			err = w.writeCursor(r, rows, rows.n-1)
		}
		if err != nil {
			return err
		}
	}
	r.text("}")
	r.values = r.values[:mark]
	return nil
}

func (w pageInfo) writeCursor(r *renderer, rows pageRows, i int) error {
	if rows.n == 0 {
		r.text("null")
		return nil
	}
	row, mark, err := rows.open(r, i)
	if err != nil {
		return err
	}
	err = w.page.cursor.write(r, row)
	r.values = r.values[:mark]
	return err
}
