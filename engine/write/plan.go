package write

import (
	"fmt"

	"cambium/engine/access"
	"cambium/engine/read"
)

// plan is an input that was read: rows to write, and rows that they refer to.
type plan struct {
	writer *Writer
	viewer *access.Viewer
	ops    []*op
	refs   []*ref
	alls   []*all
	faults Faults
	answer *returning // that is collected when the plan is run; nil for none

	// Where the plan stands: under what condition its ops are run, and how deep.
	when  *condition
	depth int

	connected map[idOf]*ref // rows that are connected by their ids

	newOps  slab[op]
	newRefs slab[ref]
}

// slab is room for values that live as long as each other, made for several at once.
type slab[T any] struct {
	free []T
	size int
}

const largestSlab = 64

func (s *slab[T]) put(v T) *T {
	if len(s.free) == 0 {
		s.size = min(max(2*s.size, 1), largestSlab) // most plans have few
		s.free = make([]T, s.size)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	*p = v
	return p
}

// idOf is an id that an input gives for a row of an entity.
type idOf struct {
	entity *entity
	id     string
}

// maxDepth bounds how deep an input may nest. No form is deeper, and each level costs statements.
const maxDepth = 8

func (p *plan) failf(code string, path *place, format string, args ...any) {
	p.fault(&Error{Code: code, Message: fmt.Sprintf(format, args...)}, path)
}

func (p *plan) fault(fault *Error, path *place) {
	if len(p.faults) < maxFaults {
		fault.Field = path.path()
		p.faults = p.faults.with(fault)
	}
}

func (p *plan) badf(path *place, format string, args ...any) {
	p.failf(BadUserInput, path, format, args...)
}

func (p *plan) add(o op) *op {
	o.when = p.when
	added := p.newOps.put(o)
	p.ops = append(p.ops, added)
	return added
}

func (p *plan) refer(r ref) *ref {
	r.when = p.when
	added := p.newRefs.put(r)
	p.refs = append(p.refs, added)
	return added
}

// only reads a part of the input that is run where a row was found, or was not.
func (p *plan) only(r *ref, found bool, part func()) {
	outer := p.when
	p.when = &condition{r, found, outer}
	part()
	p.when = outer
}

// object returns a value as an input object.
func (p *plan) object(v any, path *place) (map[string]any, bool) {
	object, ok := v.(map[string]any)
	if !ok {
		p.badf(path, "must be an input object")
	}
	return object, ok
}

// list returns a value as a list; a single value stands for a list of it (GraphQL, section 3.11).
func list(v any) []any {
	if v == nil {
		return nil
	}
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// create reads the input of a new row, which is the target then; of one that is looked for, it is new where it is not there.
func (p *plan) create(target *ref, input any, path *place) *op {
	e := target.entity
	o := p.add(op{action: actCreate, entity: e, path: path, target: target})
	object, ok := p.object(input, path)
	if !ok || !p.deeper(path) {
		return o
	}
	defer p.shallower()
	p.fields(o, object, path)
	for _, d := range e.edges {
		v, given := object[d.Name]
		switch {
		case !given:
		case d.Immutable && o.upserts():
			p.only(target, false, func() { p.edge(o, d, v, path) })
		default:
			p.edge(o, d, v, path)
		}
	}
	return o
}

// complete finds edges that a new row must have and has not, when all that may give them was read.
func (p *plan) complete() {
	for _, o := range p.ops {
		if o.action != actCreate {
			continue
		}
		for i := range o.entity.Edges {
			d := &o.entity.Edges[i]
			switch n := o.attachedBy(d); {
			case d.Own && d.Required && n == 0:
				p.badf(o.placeOf(d), "is required")
			case n > 1:
				p.badf(o.placeOf(d), "is given by the row that this one is created for")
			}
		}
	}
}

// placeOf is where the input gives an edge; one that has no name is given by the input itself.
func (o *op) placeOf(d *Edge) *place {
	if d.Name == "" {
		return o.path
	}
	return o.path.member(d.Name)
}

func (o *op) attachedBy(d *Edge) (n int) {
	for _, a := range o.parent {
		if a.edge != nil && a.edge.Edge == d {
			n++
		}
	}
	return n
}

// update reads the changes of a row.
func (p *plan) update(e *entity, target *ref, input any, path *place) *op {
	o := p.add(op{action: actUpdate, entity: e, path: path, target: target})
	object, ok := p.object(input, path)
	if !ok || !p.deeper(path) {
		return o
	}
	defer p.shallower()
	p.fields(o, object, path)
	for _, d := range e.edges {
		if v, given := object[d.Name]; given {
			p.edge(o, d, v, path)
		}
	}
	return o
}

// fields reads the fields of an input: absent keeps, null clears.
func (p *plan) fields(o *op, object map[string]any, path *place) {
	o.values = make([]assigned, 0, len(object))
	for i := range o.entity.Fields {
		f := &o.entity.Fields[i]
		v, given := object[f.Name]
		if !given {
			if f.Required && o.action == actCreate {
				p.badf(path.member(f.Name), "is required")
			}
			continue
		}
		at := func() *place { return path.member(f.Name) } // of a fault, of which there is rarely one
		if f.Guarded && !p.viewer.Has(f.Writers...) {
			p.failf(Forbidden, at(), "is not for the viewer to give")
			continue
		}
		if v == nil {
			if !f.Nullable {
				p.badf(at(), "must not be null")
				continue
			}
			o.values = append(o.values, assigned{f, nil})
			continue
		}
		value, err := f.convert(v)
		if err == nil && f.Validate != nil {
			err = f.Validate(value)
		}
		if err != nil {
			p.badf(at(), "%s", innermost(err))
			continue
		}
		o.values = append(o.values, assigned{f, value})
	}
	if key := object["key"]; o.action == actCreate && o.entity.Key.Given && key != nil {
		f := &o.entity.keyField
		value, err := f.convert(key)
		if err != nil {
			p.badf(path.member("key"), "%s", err)
			return
		}
		o.values = append(o.values, assigned{f, value})
	}
}

func (p *plan) deeper(path *place) bool {
	if p.depth++; p.depth > maxDepth {
		p.depth--
		p.badf(path, "is nested deeper than %d inputs", maxDepth)
		return false
	}
	return true
}

func (p *plan) shallower() { p.depth-- }

// byID refers to a row by its opaque id.
func (p *plan) byID(e *entity, id any, path *place) *ref {
	key, known := p.writer.reader.Key(e.Name, id)
	return p.refer(ref{entity: e, path: path, key: key, done: !known}) // nobody's is as good as missing
}

// connect refers to a row that an edge is to lead to. Rows of an input may be connected to the same one: it is read and looked
// for once.
func (p *plan) connect(e *entity, v any, path *place) *ref {
	object, _ := v.(map[string]any)
	id, ok := object["id"].(string)
	if !ok || len(object) != 1 {
		return p.named(e, v, path)
	}
	of := idOf{e, id}
	if r := p.connected[of]; r != nil {
		r.also = append(r.also, mention{path, p.when})
		return r
	}
	r := p.byID(e, id, path)
	if p.connected == nil {
		p.connected = make(map[idOf]*ref)
	}
	p.connected[of] = r
	return r
}

// named refers to a row by an input that has its id or a unique key: exactly one member.
func (p *plan) named(e *entity, v any, path *place) *ref {
	object, ok := p.object(v, path)
	if ok && len(object) != 1 {
		p.badf(path, "must have exactly one member")
		object = nil
	}
	for member, v := range object {
		if member == "id" {
			return p.byID(e, v, path)
		}
		if u := e.unique[member]; u != nil {
			if r := p.byUnique(e, u, v, path.member(member)); r != nil {
				return r
			}
		}
	}
	return &ref{entity: e, path: path, done: true, optional: true} // the fault is told already
}

// byUnique reads the value of a unique key: of several columns it is an object.
func (p *plan) byUnique(e *entity, u *Unique, v any, path *place) *ref {
	object := map[string]any{u.Columns[0].Name: v}
	if len(u.Columns) > 1 {
		var ok bool
		if object, ok = p.object(v, path); !ok {
			return nil
		}
	}
	r := ref{entity: e, path: path, unique: u}
	for _, c := range u.Columns {
		value, fault := p.keyValue(c, object[c.Name])
		if fault != nil {
			p.fault(fault, path)
			return nil
		}
		r.values = append(r.values, value)
	}
	return p.refer(r)
}

// keyValue reads the value of a column of a unique key. The fault has no place yet.
func (p *plan) keyValue(c UniqueColumn, v any) (any, *Error) {
	if v == nil {
		return nil, &Error{Code: BadUserInput, Message: "must not be null"}
	}
	if c.Target != "" {
		if key, ok := p.writer.reader.Key(c.Target, v); ok {
			return key, nil
		}
		return nil, notFound(nil)
	}
	value, err := c.Kind.Parse(v)
	if err != nil {
		return nil, &Error{Code: BadUserInput, Message: err.Error()}
	}
	return value, nil
}

// version reads the argument ifVersion.
func (p *plan) version(v any, path *place) any {
	if v == nil {
		return nil
	}
	n, err := read.Int.Parse(v)
	if err != nil {
		p.badf(path, "%s", err)
		return nil
	}
	return n
}
