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
		return o.writeRecord(r, record)
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

// single writes the only entity of a list.
type single struct{ list }

func (w single) write(r *renderer, row [][]byte) error {
	return w.each(r, row, func(_ int, o *object, record []byte) error { return o.writeRecord(r, record) })
}

// elements keeps the JSON of each entity of a list, nil where there is no row.
type elements struct {
	list

	json [][]byte
}

func (w *elements) write(r *renderer, row [][]byte) error {
	return w.each(r, row, func(_ int, o *object, record []byte) error {
		if record == nil {
			w.json = append(w.json, nil)
			return nil
		}
		from := len(r.buf)
		if err := o.writeRecord(r, record); err != nil {
			return err
		}
		w.json = append(w.json, append([]byte(nil), r.buf[from:]...))
		return nil
	})
}
