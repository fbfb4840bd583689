package reference

import (
	"slices"

	"cambium/engine/read"
)

// List is a connection with its arguments and what is selected of its rows.
type List struct {
	Alias     string
	Field     string // at the root or of the entity around
	Entity    string
	Where     Filter
	Search    Search
	OrderBy   []Term
	First     int // 0 for none
	Last      int
	Offset    int
	Selection Selection
}

// Term is an element of an orderBy argument: the way to the field, through to-one edges or to the count of a to-many
// edge, and the direction.
type Term struct {
	Way       []string
	Direction string
}

// Selection is what is selected of an entity.
type Selection struct {
	Fields     []string
	ToOne      []One
	ToMany     []List
	Aggregates []Aggregate
}

// One is a to-one edge with what is selected of it.
type One struct {
	Field, Entity string
	Selection     Selection
}

// Rows returns the list's rows, in order, before the page is cut.
func (d *Data) Rows(l List) []Row {
	return d.ordered(l, d.rows[d.entities[l.Entity].Table])
}

func (d *Data) ordered(l List, from []Row) (rows []Row) {
	e := d.entities[l.Entity]
	for _, r := range from {
		if d.matches(e, l.Where, r) && l.Search.finds(e, r) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		for _, t := range l.OrderBy {
			if c := d.compareTerm(e, t, a, b); c != 0 {
				return c
			}
		}
		return compare(e.Key.Kind, a[e.Key.Column], b[e.Key.Column])
	})
	return rows
}

func (d *Data) compareTerm(e *read.Entity, t Term, a, b Row) int {
	kind, x := d.term(e, t.Way, a)
	_, y := d.term(e, t.Way, b)
	descending, nullsFirst := t.direction()
	return compareNulls(typed{kind, x}, typed{kind, y}, descending, nullsFirst)
}

// term follows the way of a term from a row.
func (d *Data) term(e *read.Entity, way []string, r Row) (read.Kind, any) {
	for _, x := range e.Edges {
		if x.Name != way[0] {
			continue
		}
		far := d.far(x, r)
		if !x.Unique {
			return read.Int, len(far)
		}
		if len(far) == 0 {
			return 0, nil
		}
		return d.term(d.entities[x.Target], way[1:], far[0])
	}
	f := field(e, way[0])
	return f.Kind, r[column(f)]
}

// Operation is what is asked for at the root.
type Operation struct {
	Lists      []List
	Aggregates []Aggregate
}

// Answer is the operation's data as the API shows it, decoded from JSON, for [Difference] to compare with.
func (d *Data) Answer(o Operation) map[string]any {
	data := make(map[string]any)
	for _, l := range o.Lists {
		data[l.Alias] = d.answer(l, d.rows[d.entities[l.Entity].Table])
	}
	for _, a := range o.Aggregates {
		data[a.Alias] = d.groups(a, d.rows[d.entities[a.Entity].Table])
	}
	return data
}

const defaultPage = 20

func (d *Data) answer(l List, from []Row) map[string]any {
	all := d.ordered(l, from)
	page := all[min(l.Offset, len(all)):]
	before, after := false, false
	switch {
	case l.Last > 0:
		before = len(page) > l.Last
		page = page[max(0, len(page)-l.Last):]
	default:
		size := l.First
		if size == 0 {
			size = defaultPage
		}
		after = len(page) > size
		page = page[:min(size, len(page))]
	}
	nodes := make([]any, len(page))
	for i, r := range page {
		nodes[i] = d.object(d.entities[l.Entity], l.Selection, r)
	}
	return map[string]any{
		"nodes":      nodes,
		"totalCount": float64(len(all)),
		"pageInfo":   map[string]any{"hasNextPage": after, "hasPreviousPage": before},
	}
}

func (d *Data) object(e *read.Entity, s Selection, r Row) map[string]any {
	object := map[string]any{"id": idOf(e, r)}
	for _, name := range s.Fields {
		f := field(e, name)
		object[name] = shown(f.Kind, r[column(f)])
	}
	for _, x := range e.Edges {
		for _, one := range s.ToOne {
			if one.Field != x.Name {
				continue
			}
			object[x.Name] = nil
			if far := d.far(x, r); len(far) > 0 {
				object[x.Name] = d.object(d.entities[x.Target], one.Selection, far[0])
			}
		}
		for _, l := range s.ToMany {
			if l.Field == x.Name {
				object[l.Alias] = d.answer(l, d.far(x, r))
			}
		}
		for _, a := range s.Aggregates {
			if a.Field == x.Aggregate {
				object[a.Alias] = d.groups(a, d.far(x, r))
			}
		}
	}
	return object
}

// IDs returns the ids of the list's rows, in order, before the page is cut.
func (d *Data) IDs(l List) (ids []string) {
	for _, r := range d.Rows(l) {
		ids = append(ids, idOf(d.entities[l.Entity], r))
	}
	return ids
}
