package read

// connection writes an array of records as a page.
type connection struct {
	members []connectionMember
	size    int    // index of the page's size in the binding
	key     int    // column of the key, where a cursor needs it
	order   string // that the cursors are bound to
	later   func(*binding) bool
}

type connectionMember struct {
	key    string
	writer any // typename, nodes, edges or pageInfo
}

// nodes writes the rows as objects.
type nodes struct{ object *object }

// edges writes the rows as edges.
type edges struct{ object *object }

// pageInfo writes where the page stands.
type pageInfo []pageInfoField

type pageInfoField struct{ key, name string }

func (c *connection) add(name string, w any) {
	c.members = append(c.members, connectionMember{key(name, len(c.members) == 0), w})
}

func (c *connection) write(r *renderer, v []byte) error {
	for _, m := range c.members {
		r.text(m.key)
		var err error
		switch w := m.writer.(type) {
		case typename:
			err = w.write(r, nil)
		case nodes:
			err = c.writeRows(r, v, w.object)
		case edges:
			err = c.writeRows(r, v, w.object)
		case pageInfo:
			err = c.writeInfo(r, v, w)
		}
		if err != nil {
			return err
		}
	}
	r.text("}")
	return nil
}

// writeRows writes the rows of the page, without the one that only tells that there is a next page.
func (c *connection) writeRows(r *renderer, v []byte, o *object) error {
	a, err := newArray(v)
	if err != nil {
		return err
	}
	r.text("[")
	for i := range min(a.n, r.sizes[c.size]) {
		if i > 0 {
			r.text(",")
		}
		element, err := a.next()
		if err != nil {
			return err
		}
		if err := o.write(r, element); err != nil {
			return err
		}
	}
	r.text("]")
	return nil
}

func (c *connection) writeInfo(r *renderer, v []byte, info pageInfo) error {
	a, err := newArray(v)
	if err != nil {
		return err
	}
	n, size := a.n, r.sizes[c.size]
	var first, last []byte
	for i := range min(n, size) {
		if last, err = a.next(); err != nil {
			return err
		}
		if i == 0 {
			first = last
		}
	}
	for _, f := range info {
		r.text(f.key)
		switch f.name {
		case "__typename":
			err = typename("PageInfo").write(r, nil)
		case "hasNextPage":
			r.bool(n > size)
		case "hasPreviousPage":
			r.bool(c.later(r.binding))
		case "startCursor":
			err = c.writeCursor(r, first)
		case "endCursor":
			err = c.writeCursor(r, last)
		}
		if err != nil {
			return err
		}
	}
	r.text("}")
	return nil
}

func (c *connection) writeCursor(r *renderer, row []byte) error {
	if row == nil {
		return r.null(true)
	}
	values, mark, err := r.record(row)
	if err != nil {
		return err
	}
	defer func() { r.values = r.values[:mark] }()
	if c.key >= len(values) {
		return errShape
	}
	return cursor(c.order).write(r, values[c.key])
}

func (r *renderer) bool(b bool) {
	if b {
		r.text("true")
	} else {
		r.text("false")
	}
}

// whole writes a root from its column.
type whole struct {
	column int
	writer writer
}

func (w whole) writeRoot(r *renderer, row [][]byte) error {
	if w.column >= len(row) {
		return errShape
	}
	return w.writer.write(r, row[w.column])
}

// rows writes a list of entities that were named one by one, null for each that was not found.
type rows struct {
	list int // index of the list in the binding
	of   map[*entity]found
}

// found says where the rows of one entity are.
type found struct {
	column int
	object *object
}

func (w rows) writeRoot(r *renderer, row [][]byte) error {
	r.text("[")
	err := w.each(r, row, func(i int, o *object, element []byte) error {
		if i > 0 {
			r.text(",")
		}
		return o.writeOr(r, element)
	})
	r.text("]")
	return err
}

// writeOr writes the object, or null where there is no row.
func (o *object) writeOr(r *renderer, v []byte) error {
	if v == nil {
		return r.null(true)
	}
	return o.write(r, v)
}

// each calls write for each id of the list, with nil where there is no row.
func (w rows) each(r *renderer, row [][]byte, write func(i int, o *object, element []byte) error) error {
	open := make(map[*entity]*array, len(w.of))
	for e, f := range w.of {
		if f.column >= len(row) {
			return errShape
		}
		a, err := newArray(row[f.column])
		if err != nil {
			return err
		}
		open[e] = &a
	}
	for i, e := range r.lists[w.list] {
		var element []byte
		if a := open[e]; a != nil && a.n > 0 {
			var err error
			if element, err = a.next(); err != nil {
				return err
			}
		}
		if err := write(i, w.of[e].object, element); err != nil {
			return err
		}
	}
	return nil
}

// single writes the only entity of a list.
type single struct{ rows }

func (w single) writeRoot(r *renderer, row [][]byte) error {
	return w.each(r, row, func(_ int, o *object, element []byte) error { return o.writeOr(r, element) })
}

// elements keeps the JSON of each entity of a list, nil where there is no row.
type elements struct {
	rows

	values [][]byte
}

func (w *elements) writeRoot(r *renderer, row [][]byte) error {
	return w.each(r, row, func(_ int, o *object, element []byte) error {
		if element == nil {
			w.values = append(w.values, nil)
			return nil
		}
		from := len(r.buf)
		if err := o.write(r, element); err != nil {
			return err
		}
		w.values = append(w.values, append([]byte(nil), r.buf[from:]...))
		return nil
	})
}
