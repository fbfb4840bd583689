package read

import "github.com/vektah/gqlparser/v2/ast"

// writer writes a value from the row that holds it.
type writer interface {
	write(r *renderer, row []cell) error
}

// object writes a JSON object from one row.
type object struct {
	members []member
}

type member struct {
	name   string
	key    string
	writer writer
}

func (o *object) add(name string, w writer) {
	o.members = append(o.members, member{name, key(name, len(o.members) == 0), w})
}

func (o *object) write(r *renderer, row []cell) error {
	r.text("{")
	for i := range o.members {
		m, mark := &o.members[i], len(r.faults)
		r.text(m.key)
		err := m.writer.write(r, row)
		if len(r.faults) > mark {
			r.within(mark, ast.PathName(m.name))
		}
		if err != nil {
			return err
		}
	}
	r.text("}")
	return nil
}

// writeElement writes the object from a row that is an element of a list.
func (o *object) writeElement(r *renderer, i int, row []cell) error {
	mark := len(r.faults)
	err := o.write(r, row)
	if len(r.faults) > mark {
		r.within(mark, ast.PathIndex(i))
	}
	return err
}

// nested writes an object whose values are joined to the row: the far side of a to-one edge.
type nested struct {
	column   int // the key, NULL where there is none
	object   *object
	nullable bool
}

func (w nested) write(r *renderer, row []cell) error {
	if row[w.column].null() {
		if w.nullable {
			r.text("null")
			return nil
		}
		r.fault(NullValue, "must not be null")
		return errNull
	}
	from := len(r.buf)
	err := w.object.write(r, row)
	if w.nullable {
		err = r.nullOr(err, from)
	}
	return err
}

// single writes the one row of a list as an object, or null where it is empty.
type single struct {
	rows   listOf
	object *object
}

func (w single) write(r *renderer, row []cell) error {
	list := row[w.rows.cell]
	if list.n == 0 {
		r.text("null")
		return nil
	}
	from := len(r.buf)
	return r.nullOr(w.object.write(r, r.row(w.rows.branch, list, 0)), from)
}

// typename writes the name of a type.
type typename string

func (t typename) write(r *renderer, _ []cell) error {
	r.buf = append(append(append(r.buf, '"'), t...), '"')
	return nil
}

// id writes an opaque id.
type id struct {
	column int
	entity *entity
}

func (w id) write(r *renderer, row []cell) (err error) {
	r.buf, err = appendID(r.buf, w.entity, r.value(row[w.column]))
	return err
}

// scalar writes a column.
type scalar struct {
	column   int
	kind     Kind
	nullable bool
}

func (w scalar) write(r *renderer, row []cell) error {
	if v := r.value(row[w.column]); v != nil {
		from := len(r.buf)
		var err error
		if r.buf, err = w.kind.append(r.buf, v); err == nil {
			return nil
		}
		r.buf = r.buf[:from]
		r.fault(UnwritableValue, err.Error())
	} else if !w.nullable {
		r.fault(NullValue, "must not be null")
	}
	if !w.nullable {
		return errNull
	}
	r.text("null")
	return nil
}

// cursor writes the cursor of a row.
type cursor struct {
	order   *order // that it is bound to
	columns []int  // of the order's terms
}

func (w cursor) write(r *renderer, row []cell) error {
	var space [4][]byte
	values := space[:0]
	for _, c := range w.columns {
		values = append(values, r.value(row[c]))
	}
	r.buf = r.cursors.append(r.buf, w.order.bound(r.variables), values...)
	return nil
}
