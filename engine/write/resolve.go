package write

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// resolver looks for the rows that an input refers to, under the viewer's rules: all that can be looked for at once by
// one statement, whatever their entities.
type resolver struct {
	db    dialect.Driver
	plan  *plan
	s     statement
	parts int
	found []func(n int, key string) error // of each part, what to do with a row that was found
}

// maxRest bounds the rows that `set` takes from an edge.
const maxRest = 10_000

// resolve finds every row. What is missing and must not be is a fault.
func (p *plan) resolve(ctx context.Context, db dialect.Driver) error {
	for {
		r := &resolver{db: db, plan: p}
		if err := r.round(ctx); err != nil {
			return err
		}
		if r.parts == 0 {
			break
		}
	}
	for _, r := range p.refs {
		if r.row != nil || r.optional {
			continue
		}
		for _, m := range append([]mention{{r.path, r.when}}, r.also...) {
			if m.when.holds() {
				p.fault(notFound(m.path), m.path)
			}
		}
	}
	if len(p.faults) > 0 {
		return p.faults
	}
	return nil
}

// shape is what references have in common that one part of the statement looks for.
type shape struct {
	entity *entity
	unique *Unique
	edge   *edge
	owned  *edge
	how    naming
}

// sought are references of one shape.
type sought struct {
	shape
	refs []*ref
}

// round runs one statement for all rows that can be looked for now.
func (r *resolver) round(ctx context.Context) error {
	var groups []*sought
	last := 0
	for _, f := range r.plan.refs {
		if f.done || !f.ready() {
			continue
		}
		f.done = true
		if f.near != nil && f.near.row == nil || f.owner != nil && f.owner.row == nil {
			continue // from nowhere
		}
		s := shape{f.entity, f.unique, f.edge, f.owned, f.how()}
		// rows of a list refer to the same things in the same order
		if last++; last >= len(groups) || groups[last].shape != s {
			last = slices.IndexFunc(groups, func(g *sought) bool { return g.shape == s })
		}
		if last < 0 {
			last = len(groups)
			groups = append(groups, &sought{shape: s})
		}
		groups[last].refs = append(groups[last].refs, f)
	}
	for _, g := range groups {
		if err := r.refs(ctx, g.refs); err != nil {
			return err
		}
	}
	if err := r.rests(ctx); err != nil {
		return err
	}
	if r.parts == 0 {
		return nil
	}
	return r.run(ctx)
}

func (r *resolver) run(ctx context.Context) error {
	var part, n int
	var key string
	dest := []any{&part, &n, &key}
	err := r.s.query(ctx, r.db, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		return r.found[part](n, key)
	})
	if err != nil {
		return fmt.Errorf("look for rows: %w", err)
	}
	return nil
}

// ready tells whether the rows that the reference starts from are known.
func (f *ref) ready() bool {
	return (f.near == nil || f.near.done) && (f.owner == nil || f.owner.done)
}

func (a *all) ready() bool {
	return a.near.done && !slices.ContainsFunc(a.but, func(r *ref) bool { return !r.done })
}

// naming is how a row is named.
type naming uint8

const (
	byKey naming = iota
	byUnique
	alongEdge
)

func (f *ref) how() naming {
	switch {
	case f.edge != nil:
		return alongEdge
	case f.unique != nil:
		return byUnique
	}
	return byKey
}

// part begins a part of the statement: the number of the input and the key of its row.
func (r *resolver) part(of *entity) {
	if r.parts > 0 {
		r.s.write(" UNION ALL ")
	}
	r.s.write("SELECT ", strconv.Itoa(r.parts), ", v.n::integer, ", changed, ".", quote(of.Key.Column), "::text FROM ")
	r.parts++
}

// refs writes the part that looks for rows that are named alike.
func (r *resolver) refs(ctx context.Context, refs []*ref) error {
	first := refs[0]
	e := first.entity
	columns := first.columns()
	r.part(e)
	s := &r.s
	err := s.source(positions(len(columns)), columns, true, len(refs), func(row, column int) any { return refs[row].value(column) })
	if err != nil {
		return err
	}
	switch {
	case first.edge != nil:
		s.follow(first.edge, "v."+position(0))
	default:
		s.write(" JOIN ", quote(e.Table), " AS ", changed, " ON true")
		named := columns
		if first.owned != nil {
			named = columns[:len(columns)-1]
		}
		for i, c := range named {
			s.write(" AND ", changed, ".", quote(c.Name), " = ")
			s.element(position(i), c.Type)
		}
	}
	s.write(" WHERE true")
	if first.owned != nil {
		s.belongs(first.owned, "v."+position(len(columns)-1))
	}
	rules, err := e.rules(ctx)
	if err != nil {
		return err
	}
	s.and(rules)
	r.found = append(r.found, func(n int, key string) error {
		row, err := e.goKey(key)
		refs[n-1].row, refs[n-1].found = row, true
		return err
	})
	return nil
}

// columns are what names the row, and its owner where it must have one.
func (f *ref) columns() (columns []Column) {
	switch f.how() {
	case alongEdge:
		near := f.edge.near
		columns = []Column{*near.columns[near.Key.Column]}
	case byUnique:
		for _, c := range f.unique.Columns {
			columns = append(columns, Column{Name: c.Column, Type: c.Kind.SQLType()})
		}
	default:
		columns = []Column{*f.entity.columns[f.entity.Key.Column]}
	}
	if f.owned != nil {
		owner := f.owned.near
		columns = append(columns, *owner.columns[owner.Key.Column])
	}
	return columns
}

// value is that of one of the columns.
func (f *ref) value(column int) any {
	switch {
	case f.unique != nil && column < len(f.values):
		return f.values[column]
	case f.edge != nil && column == 0:
		return f.near.row
	case f.unique == nil && column == 0:
		return f.key
	}
	return f.owner.row
}

// follow writes the JOIN that leads along an edge from a key.
func (s *statement) follow(d *edge, key string) {
	far := d.far
	switch {
	case d.Join != nil:
		s.write(" JOIN ", quote(d.Join.Table), " AS j ON j.", quote(d.Join.From.Name), " = ", key,
			" JOIN ", quote(far.Table), " AS ", changed, " ON ", changed, ".", quote(far.Key.Column), " = j.", quote(d.Join.To.Name))
	case d.Own:
		s.write(" JOIN ", quote(d.near.Table), " AS w ON w.", quote(d.near.Key.Column), " = ", key,
			" JOIN ", quote(far.Table), " AS ", changed, " ON ", changed, ".", quote(far.Key.Column), " = w.", quote(d.Column))
	default:
		s.write(" JOIN ", quote(far.Table), " AS ", changed, " ON ", changed, ".", quote(d.Column), " = ", key)
	}
}

// belongs writes the condition that an edge leads from a key to the row.
func (s *statement) belongs(d *edge, key string) {
	if d.Join != nil {
		s.write(" AND EXISTS (SELECT FROM ", quote(d.Join.Table), " AS j WHERE j.", quote(d.Join.From.Name), " = ", key,
			" AND j.", quote(d.Join.To.Name), " = ", changed, ".", quote(d.far.Key.Column), ")")
		return
	}
	s.write(" AND ", changed, ".", quote(d.Column), " = ", key)
}

// rests writes a part for each edge of which all rows can be looked for now, from wherever it is followed.
func (r *resolver) rests(ctx context.Context) error {
	groups := make(map[*edge][]*all)
	var order, later []*all
	for _, a := range r.plan.alls {
		switch {
		case !a.ready():
			later = append(later, a)
		case a.near.row != nil:
			if groups[a.edge] == nil {
				order = append(order, a)
			}
			groups[a.edge] = append(groups[a.edge], a)
		}
	}
	r.plan.alls = later
	for _, first := range order {
		if err := r.rest(ctx, first.edge, groups[first.edge]); err != nil {
			return err
		}
	}
	return nil
}

// rest writes the part that looks for all rows that an edge leads to.
func (r *resolver) rest(ctx context.Context, d *edge, alls []*all) error {
	r.part(d.far)
	s := &r.s
	key := []Column{*d.near.columns[d.near.Key.Column]}
	if err := s.source(positions(1), key, true, len(alls), func(row, _ int) any { return alls[row].near.row }); err != nil {
		return err
	}
	s.follow(d, "v."+position(0))
	s.write(" WHERE true")
	rules, err := d.far.rules(ctx)
	if err != nil {
		return err
	}
	s.and(rules)
	counts := make([]int, len(alls))
	r.found = append(r.found, func(n int, key string) error {
		a := alls[n-1]
		if counts[n-1]++; counts[n-1] > maxRest {
			return Faults{{Code: BadUserInput, Message: fmt.Sprintf("would take away more than %d rows", maxRest), Field: a.path.path()}}
		}
		row, err := d.far.goKey(key)
		if err != nil {
			return err
		}
		a.take(r.plan, row)
		return nil
	})
	return nil
}

// take makes what becomes of a row that the edge leads to.
func (a *all) take(p *plan, row any) {
	for i, b := range a.but {
		if b.row == row {
			if a.ties[i] != nil && a.ties[i].action == actUpdate {
				a.ties[i].idle = true
			}
			return
		}
	}
	outer := p.when
	p.when = a.when
	a.then(&ref{entity: a.edge.far, path: a.path, done: true, row: row})
	p.when = outer
}
