package read

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/limit"
)

const nodeInterface = "Node"

// serves tells whether the root field is the reader's.
func (m *model) serves(field string) bool {
	return field == "node" || field == "nodes" || m.connections[field] != nil || m.lookups[field] != nil ||
		m.aggregates[field] != nil
}

// root compiles a field of the operation's root.
func (c *compiler) root(f graphql.CollectedField) root {
	path := c.pathOf(f)
	switch {
	case f.Name == "node":
		return root{path, element{c.list(f.Selections, path, one(c.argument(f, "id")), true), 0}}
	case f.Name == "nodes":
		return root{path, c.list(f.Selections, path, many(c.argument(f, "ids"), c.config.MaxPage), false)}
	case c.model.lookups[f.Name] != nil:
		return root{path, c.lookup(c.model.lookups[f.Name], f)}
	}
	if e := c.model.aggregates[f.Name]; e != nil {
		return root{path, c.aggregate(c.source(c.under(c.operation), e), f, c.every(e))}
	}
	return root{path, c.rootPage(c.model.connections[f.Name], f)}
}

// every is the list of all rows of an entity.
func (c *compiler) every(e *entity) from {
	return func(alias string, joins func()) { c.all(e, alias, joins) }
}

// lookup compiles a search by a unique key. Where it is the only root, its row is that of the result.
func (c *compiler) lookup(l *lookup, f graphql.CollectedField) writer {
	r, w := c.source(c.under(c.operation), l.entity), single{object: nil}
	c.inside(f, func() { w.object = c.object(r, f.Selections) })
	r.branch.rest = func() {
		s := &c.plan.statement
		c.all(l.entity, r.alias, nil)
		for _, a := range l.Arguments {
			v := c.argument(f, a.Name)
			s.write(" AND ", columnOf(r.alias, a.Column), " = ")
			if a.Target != "" {
				s.arg(c.keyOf(c.model.entities[a.Target], v), a.Kind.sqlType())
			} else {
				s.arg(c.content(a.Kind, v), a.Kind.sqlType())
			}
		}
	}
	w.rows = r.branch.list()
	return w
}

// target is one entry of a list of ids: its entity and key, or nothing.
type target struct {
	entity *entity
	key    any
}

// targets gives a list of ids when it is bound.
type targets func(*binding) ([]target, error)

// given is the list of the rows that the binding is given.
func given(b *binding) ([]target, error) { return b.given, nil }

func (m *model) target(id any) (t target) {
	text, _ := id.(string)
	if e, key, ok := m.parseID(text); ok {
		return target{e, key}
	}
	return t
}

// one is a list of the one id that an argument gives.
func one(v value) targets {
	m := v.c.model
	return func(b *binding) ([]target, error) {
		return []target{m.target(v.get(b.variables))}, nil
	}
}

// many is the list of ids that an argument gives.
func many(v value, most int) targets {
	m := v.c.model
	return func(b *binding) ([]target, error) {
		got := v.get(b.variables)
		ids, ok := got.([]any)
		if !ok {
			ids = []any{got} // input coercion of a single value (GraphQL, section 3.11)
		}
		if len(ids) > most {
			return nil, v.fault(limit.ListLength, "at most %d ids", most)
		}
		list := make([]target, len(ids))
		for i, id := range ids {
			list[i] = m.target(id)
		}
		return list, nil
	}
}

// list compiles a selection on entities that are named one by one. Each entity among them is a branch, with a row for
// each of its ids that was found, and the id's number. A single list has one entry whenever the plan is run.
func (c *compiler) list(selection ast.SelectionSet, path ast.Path, get targets, single bool) list {
	first, err := get(&binding{variables: c.op.Variables, given: c.given})
	if err != nil {
		c.fail(err)
	}
	w := list{index: len(c.plan.lists), of: make(map[*entity]found)}
	c.plan.lists = append(c.plan.lists, func(b *binding) ([]numbered, error) {
		ids, err := get(b)
		list, last := make([]numbered, len(ids)), make(map[*entity]uint64)
		for i, t := range ids {
			last[t.entity]++
			list[i] = numbered{t.entity, last[t.entity]}
		}
		return list, err
	})
	outer := c.path
	c.path = path
	for _, t := range first {
		if _, done := w.of[t.entity]; done || t.entity == nil {
			continue
		}
		r, ids := c.source(c.under(c.operation), t.entity), c.plan.alias()
		o := c.object(r, selection)
		r.branch.rest = func() {
			if single {
				c.one(r, ids, get)
			} else {
				c.each(r, ids, get)
			}
		}
		number := r.derived("bigint", func() { c.plan.write(ids, ".n") })
		w.of[t.entity] = found{r.branch.list(), number, o}
	}
	c.path = outer
	return w
}

// one writes the FROM of the one row that is named. A key that is compared with a parameter has one plan for good, where
// PostgreSQL plans an array anew each time, to look how long it is.
func (c *compiler) one(r *row, ids string, get targets) {
	s, e := &c.plan.statement, r.entity
	s.write(" FROM (VALUES (")
	s.arg(func(b *binding) (any, error) {
		ids, err := get(b)
		if err != nil || ids[0].entity != e {
			return nil, err
		}
		return ids[0].key, nil
	}, e.Key.Kind.sqlType())
	s.write(", 1::bigint)) AS ", ids, "(key, n)")
	c.named(r, ids)
}

// each writes the FROM of the rows that are named of one entity.
func (c *compiler) each(r *row, ids string, get targets) {
	s, e := &c.plan.statement, r.entity
	s.write(" FROM unnest(")
	s.arg(func(b *binding) (any, error) {
		ids, err := get(b)
		if err != nil {
			return nil, err
		}
		var keys []any
		for _, t := range ids {
			if t.entity == e {
				keys = append(keys, t.key)
			}
		}
		return e.Key.Kind.parseList(keys)
	}, e.Key.Kind.sqlType()+"[]")
	s.write(") WITH ORDINALITY AS ", ids, "(key, n)")
	c.named(r, ids)
	s.write(" ORDER BY ", ids, ".n")
}

// named writes the join with the rows that keys name, and their entity's rules.
func (c *compiler) named(r *row, ids string) {
	s, e := &c.plan.statement, r.entity
	s.write(" JOIN ", quote(e.Table), " AS ", r.alias, " ON ", columnOf(r.alias, e.Key.Column), " = ", ids, ".key WHERE true")
	s.rule(e, r.alias)
}
