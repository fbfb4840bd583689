package read

// noColumn is the position of what needs no column.
const noColumn = -1

// object writes a record as a JSON object.
type object struct {
	members  []member
	nullable bool
}

type member struct {
	key    string
	column int
	writer writer
}

func (o *object) add(name string, column int, w writer) {
	o.members = append(o.members, member{key(name, len(o.members) == 0), column, w})
}

func (o *object) write(r *renderer, v []byte) error {
	if v == nil {
		return r.null(o.nullable)
	}
	values, mark, err := r.record(v)
	if err != nil {
		return err
	}
	err = o.writeValues(r, values)
	r.values = r.values[:mark]
	return err
}

// writeValues writes the object from the values of its row.
func (o *object) writeValues(r *renderer, values [][]byte) error {
	for i := range o.members {
		m := &o.members[i]
		r.text(m.key)
		if p, ok := m.writer.(part); ok {
			if err := p.object.writeValues(r, values); err != nil {
				return err
			}
			continue
		}
		var v []byte
		if m.column != noColumn {
			if m.column >= len(values) {
				return errShape
			}
			v = values[m.column]
		}
		if err := m.writer.write(r, v); err != nil {
			return err
		}
	}
	if len(o.members) == 0 {
		r.text("{")
	}
	r.text("}")
	return nil
}

// part is an object that shares the row of the one around it: the node of an edge.
type part struct{ object *object }

func (part) write(*renderer, []byte) error { return errShape } // written by the object around it

// typename writes the name of a type.
type typename string

func (t typename) write(r *renderer, _ []byte) error {
	r.buf = append(append(append(r.buf, '"'), t...), '"')
	return nil
}

// id writes an opaque id.
type id struct{ entity *entity }

func (w id) write(r *renderer, v []byte) (err error) {
	r.buf, err = appendID(r.buf, w.entity, v)
	return err
}

// scalar writes a column.
type scalar struct {
	kind     Kind
	nullable bool
}

func (w scalar) write(r *renderer, v []byte) (err error) {
	if v == nil {
		return r.null(w.nullable)
	}
	r.buf, err = w.kind.append(r.buf, v)
	return err
}

// cursor writes the cursor of a row, from its key; its value is the order that it is bound to.
type cursor string

func (w cursor) write(r *renderer, v []byte) error {
	r.buf = r.cursors.append(r.buf, string(w), v)
	return nil
}
