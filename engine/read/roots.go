package read

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const nodeInterface = "Node"

// serves tells whether the root field is the reader's.
func (m *model) serves(field string) bool {
	return field == "node" || field == "nodes" || m.connections[field] != nil
}

// root compiles a field of the operation's root. Its statement is written when all of them are compiled.
func (c *compiler) root(f graphql.CollectedField) root {
	path := c.pathOf(f)
	switch f.Name {
	case "node":
		return root{path, single{c.list(f.Selections, path, one(c.input(f, "id")), c.model)}}
	case "nodes":
		return root{path, c.list(f.Selections, path, many(c.input(f, "ids"), c.config.MaxPage), c.model)}
	}
	e := c.model.connections[f.Name]
	r := c.row(e)
	p := c.page(r, f)
	column := c.column(func() {
		p.write(func() { c.plan.write(" FROM ", quote(e.Table), " AS ", r.alias, " WHERE true") })
	})
	return root{path, whole{column, p.writer}}
}

// column adds a column to the statement.
func (c *compiler) column(write func()) int {
	c.columns = append(c.columns, write)
	return len(c.columns) - 1
}

// target is one entry of a list of ids: its entity and key, or nothing.
type target struct {
	entity *entity
	key    any
}

// targets gives a list of ids under the variables.
type targets func(m *model, variables map[string]any) ([]target, error)

func (m *model) target(id any) (t target) {
	text, _ := id.(string)
	if e, key, ok := m.parseID(text); ok {
		return target{e, key}
	}
	return t
}

// one is a list of the one id that an argument gives.
func one(in input) targets {
	return func(m *model, variables map[string]any) ([]target, error) {
		v, err := in.get(variables)
		return []target{m.target(v)}, err
	}
}

// many is the list of ids that an argument gives.
func many(in input, limit int) targets {
	return func(m *model, variables map[string]any) ([]target, error) {
		v, err := in.get(variables)
		if err != nil {
			return nil, err
		}
		ids, ok := v.([]any)
		if !ok {
			ids = []any{v} // input coercion of a single value (GraphQL, section 3.11)
		}
		if len(ids) > limit {
			return nil, in.fault(BadUserInput, "at most %d ids", limit)
		}
		list := make([]target, len(ids))
		for i, id := range ids {
			list[i] = m.target(id)
		}
		return list, nil
	}
}

// list compiles a selection on entities that are named one by one. Each entity among them is one column of the
// statement, an array with an element for each of its ids, in their order, NULL where there is no row.
func (c *compiler) list(selection ast.SelectionSet, path ast.Path, get targets, m *model) rows {
	list, err := get(m, c.op.Variables)
	if err != nil {
		c.fail(err)
	}
	index := len(c.plan.lists)
	c.plan.lists = append(c.plan.lists, func(b *binding) ([]*entity, error) {
		list, err := get(m, b.variables)
		entities := make([]*entity, len(list))
		for i, t := range list {
			entities[i] = t.entity
		}
		return entities, err
	})
	w := rows{list: index, of: make(map[*entity]found)}
	outer := c.path
	c.path = path
	for _, t := range list {
		if _, done := w.of[t.entity]; done || t.entity == nil {
			continue
		}
		e, r := t.entity, c.row(t.entity)
		o := c.object(r, selection)
		column := c.column(func() {
			s := &c.plan.statement
			key := s.alias()
			s.write("(SELECT array_agg((SELECT ")
			r.write()
			s.write(" FROM ", quote(e.Table), " AS ", r.alias, " WHERE ", columnOf(r.alias, e.Key.Column), " = ", key, ".key")
			s.rule(e, r.alias)
			s.write(") ORDER BY ", key, ".n) FROM unnest(")
			s.arg(func(b *binding) (any, error) { return keys(e, get, m, b.variables) })
			s.write("::", e.Key.Kind.sqlType(), "[]) WITH ORDINALITY AS ", key, "(key, n))")
		})
		w.of[e] = found{column, o}
	}
	c.path = outer
	return w
}

// keys gives the keys of the ids of one entity, as a slice of their type.
func keys(e *entity, get targets, m *model, variables map[string]any) (any, error) {
	list, err := get(m, variables)
	if err != nil {
		return nil, err
	}
	switch e.Key.Kind {
	case BigInt, Int:
		return keysOf[int64](e, list), nil
	case String, UUID:
		return keysOf[string](e, list), nil
	}
	return nil, fmt.Errorf("read: %s has a key of kind %d", e.Name, e.Key.Kind)
}

func keysOf[T any](e *entity, list []target) (keys []T) {
	for _, t := range list {
		if t.entity == e {
			keys = append(keys, t.key.(T))
		}
	}
	return keys
}
