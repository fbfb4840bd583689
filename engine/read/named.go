package read

// list writes entities that were named one by one, null for each that was not found.
type list struct {
	index int // of the list in the binding
	of    map[*entity]found
}

// found says where the rows of one entity are.
type found struct {
	column int
	object *object
}

func (w list) write(r *renderer, row [][]byte) error {
	r.text("[")
	err := w.each(r, row, func(i int, o *object, record []byte) error {
		if i > 0 {
			r.text(",")
		}
		from := len(r.buf)
		return r.nullOr(o.writeElement(r, i, record), from)
	})
	r.text("]")
	return err
}

// each calls write for each entity of the list, with nil where there is no row.
func (w list) each(r *renderer, row [][]byte, write func(i int, o *object, record []byte) error) error {
	open := make(map[*entity]*array, len(w.of))
	for e, f := range w.of {
		v, err := at(row, f.column)
		if err != nil {
			return err
		}
		a, err := newArray(v)
		if err != nil {
			return err
		}
		open[e] = &a
	}
	for i, e := range r.lists[w.index] {
		var record []byte
		if a := open[e]; a != nil && a.n > 0 {
			var err error
			if record, err = a.next(); err != nil {
				return err
			}
		}
		if err := write(i, w.of[e].object, record); err != nil {
			return err
		}
	}
	return nil
}

// element writes one entity of a list, null where it was not found.
type element struct {
	list

	i int
}

func (w element) write(r *renderer, row [][]byte) error {
	from := len(r.buf)
	err := w.each(r, row, func(i int, o *object, record []byte) error {
		if i != w.i {
			return nil
		}
		return o.writeRecord(r, record)
	})
	return r.nullOr(err, from)
}
