package read

// connection writes a page.
type connection struct {
	object

	rows   int // column of the rows' array; noColumn where only the count is asked for
	size   int // index of the page's size in the binding
	begun  func(*binding) bool
	ended  func(*binding) bool
	last   bool // the rows come last first, and the one that is too many is the first of the list
	cursor cursor
}

// noColumn is the position of what needs no column.
const noColumn = -1

// list gives the rows of the page in order, on the renderer's stack, without the one that only tells that there are
// more. The caller pops them by setting the stack back to mark.
func (c *connection) list(r *renderer, row [][]byte) (rows [][]byte, more bool, mark int, err error) {
	mark = len(r.values)
	v, err := at(row, c.rows)
	if err != nil {
		return nil, false, mark, err
	}
	a, err := newArray(v)
	if err != nil {
		return nil, false, mark, err
	}
	size := r.sizes[c.size]
	more = a.n > size
	for range min(a.n, size) {
		element, err := a.next()
		if err != nil {
			return nil, false, mark, err
		}
		r.values = append(r.values, element)
	}
	rows = r.values[mark:]
	if c.last {
		for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
			rows[i], rows[j] = rows[j], rows[i]
		}
	}
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
	for i, record := range rows {
		if i > 0 {
			r.text(",")
		}
		if err := w.object.writeElement(r, i, record); err != nil {
			return err
		}
	}
	r.text("]")
	r.values = r.values[:mark]
	return nil
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
	before, after := w.page.begun(r.binding), more
	if w.page.last {
		before, after = more, w.page.ended(r.binding)
	}
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
			err = w.writeCursor(r, rows, len(rows)-1)
		}
		if err != nil {
			return err
		}
	}
	r.text("}")
	r.values = r.values[:mark]
	return nil
}

func (w pageInfo) writeCursor(r *renderer, rows [][]byte, i int) error {
	if len(rows) == 0 {
		r.text("null")
		return nil
	}
	row, mark, err := r.record(rows[i])
	if err != nil {
		return err
	}
	err = w.page.cursor.write(r, row)
	r.values = r.values[:mark]
	return err
}
