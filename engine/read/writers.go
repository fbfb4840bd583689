package read

import "github.com/vektah/gqlparser/v2/ast"

// writer writes a value from the row that holds it.
type writer interface {
	write(r *renderer, row [][]byte) error
}

// at returns a column of a row.
func at(row [][]byte, column int) ([]byte, error) {
	if column >= len(row) {
		return nil, errShape
	}
	return row[column], nil
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

func (o *object) write(r *renderer, row [][]byte) error {
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

// writeRecord writes the object from a record, or null where there is none.
func (o *object) writeRecord(r *renderer, record []byte) error {
	if record == nil {
		r.text("null")
		return nil
	}
	row, mark, err := r.record(record)
	if err != nil {
		return err
	}
	err = o.write(r, row)
	r.values = r.values[:mark]
	return err
}

// writeElement writes the object from a record that is an element of a list.
func (o *object) writeElement(r *renderer, i int, record []byte) error {
	mark := len(r.faults)
	err := o.writeRecord(r, record)
	if len(r.faults) > mark {
		r.within(mark, ast.PathIndex(i))
	}
	return err
}

// nested writes an object whose row is a record in a column: the far side of a to-one edge.
type nested struct {
	column   int
	object   *object
	nullable bool
}

func (w nested) write(r *renderer, row [][]byte) error {
	v, err := at(row, w.column)
	if err != nil {
		return err
	}
	if v == nil && !w.nullable {
		r.fault(NullValue, "must not be null")
		return errNull
	}
	from := len(r.buf)
	err = w.object.writeRecord(r, v)
	if w.nullable {
		err = r.nullOr(err, from)
	}
	return err
}

// only writes the object of the only row of the result, null where there is none.
type only struct{ object *object }

func (w only) write(r *renderer, _ [][]byte) error {
	from := len(r.buf)
	if r.result.n == 0 {
		r.text("null")
		return nil
	}
	return r.nullOr(w.object.write(r, r.result.row(0)), from)
}

// typename writes the name of a type.
type typename string

func (t typename) write(r *renderer, _ [][]byte) error {
	r.buf = append(append(append(r.buf, '"'), t...), '"')
	return nil
}

// id writes an opaque id.
type id struct {
	column int
	entity *entity
}

func (w id) write(r *renderer, row [][]byte) error {
	v, err := at(row, w.column)
	if err == nil {
		r.buf, err = appendID(r.buf, w.entity, v)
	}
	return err
}

// scalar writes a column.
type scalar struct {
	column   int
	kind     Kind
	nullable bool
}

func (w scalar) write(r *renderer, row [][]byte) error {
	v, err := at(row, w.column)
	if err != nil {
		return err
	}
	if v != nil {
		from := len(r.buf)
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
	order   string // that it is bound to
	columns []int  // of the order's terms
}

func (w cursor) write(r *renderer, row [][]byte) error {
	var space [4][]byte
	values := space[:0]
	for _, c := range w.columns {
		v, err := at(row, c)
		if err != nil {
			return err
		}
		values = append(values, v)
	}
	r.buf = r.cursors.append(r.buf, w.order, values...)
	return nil
}
