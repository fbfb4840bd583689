package read

import (
	"encoding/binary"
	"sort"

	"github.com/vektah/gqlparser/v2/ast"
)

// list writes entities that were named one by one, null for each that was not found.
type list struct {
	index int // of the list in the binding
	of    map[*entity]found
}

// found says where the rows of one entity are.
type found struct {
	rows   listOf
	number int // of the id, among those of the entity: from 1
	object *object
}

func (w list) write(r *renderer, row []cell) error {
	r.text("[")
	for i := range r.lists[w.index] {
		if i > 0 {
			r.text(",")
		}
		mark := len(r.faults)
		err := w.element(r, row, i)
		if len(r.faults) > mark {
			r.within(mark, ast.PathIndex(i))
		}
		if err != nil {
			return err
		}
	}
	r.text("]")
	return nil
}

// element writes one entity of the list.
func (w list) element(r *renderer, row []cell, i int) error {
	id := r.lists[w.index][i]
	f, ok := w.of[id.entity]
	if !ok {
		r.text("null")
		return nil
	}
	rows := row[f.rows.cell]
	numberOf := func(i int) uint64 { // bigint
		return binary.BigEndian.Uint64(r.value(r.row(f.rows.branch, rows, i)[f.number]))
	}
	n := int(rows.n)
	at := sort.Search(n, func(i int) bool { return numberOf(i) >= id.number })
	if at == n || numberOf(at) != id.number {
		r.text("null")
		return nil
	}
	from := len(r.buf)
	return r.nullOr(f.object.write(r, r.row(f.rows.branch, rows, at)), from)
}

// element writes one entity of a list, null where it was not found.
type element struct {
	list

	i int
}

func (w element) write(r *renderer, row []cell) error { return w.element(r, row, w.i) }
