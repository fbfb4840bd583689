package read

// connection writes a page.
type connection struct {
	object

	rows   listOf
	size   int // index of the page's size in the binding
	begun  func(*binding) bool
	ended  func(*binding) bool
	last   bool // the rows come last first, and the one that is too many is the first of the list
	cursor cursor
}

// list gives the rows of the page: how many there are without the one that only tells that there are more.
func (c *connection) list(r *renderer, row []cell) (list cell, n int, more bool) {
	list = row[c.rows.cell]
	n = int(list.n)
	if size := r.sizes[c.size]; n > size {
		return list, size, true
	}
	return list, n, false
}

// row returns one of n rows of the page, in the order of the list.
func (c *connection) row(r *renderer, list cell, i, n int) []cell {
	if c.last {
		i = n - 1 - i
	}
	return r.row(c.rows.branch, list, i)
}

// nodes writes the rows of a page, as nodes or as edges.
type nodes struct {
	page   *connection
	object *object
}

func (w nodes) write(r *renderer, row []cell) error {
	list, n, _ := w.page.list(r, row)
	r.buf = append(r.buf, '[')
	for i := range n {
		if i > 0 {
			r.buf = append(r.buf, ',')
		}
		if err := w.object.writeElement(r, i, w.page.row(r, list, i, n)); err != nil {
			return err
		}
	}
	r.buf = append(r.buf, ']')
	return nil
}

// total writes a count that is a value of each row of a list: where there is none it is 0.
type total struct {
	rows   listOf
	column int
}

func (w total) write(r *renderer, row []cell) error {
	list := row[w.rows.cell]
	if list.n == 0 {
		r.buf = append(r.buf, '0')
		return nil
	}
	return scalar{column: w.column, kind: Int}.write(r, r.row(w.rows.branch, list, 0))
}

// pageInfo writes where a page stands.
type pageInfo struct {
	page   *connection
	fields []pageInfoField
}

type pageInfoField struct{ key, name string }

func (w pageInfo) write(r *renderer, row []cell) (err error) {
	list, n, more := w.page.list(r, row)
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
			err = w.writeCursor(r, list, 0, n)
		case "endCursor":
			err = w.writeCursor(r, list, n-1, n)
		}
		if err != nil {
			return err
		}
	}
	r.text("}")
	return nil
}

func (w pageInfo) writeCursor(r *renderer, list cell, i, n int) error {
	if n == 0 {
		r.text("null")
		return nil
	}
	return w.page.cursor.write(r, w.page.row(r, list, i, n))
}
