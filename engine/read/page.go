package read

import (
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// page is a compiled connection: an array of ROWs in order, one more than asked for, which tells whether there is a
// next page.
type page struct {
	c      *compiler
	row    *row
	order  string // what its cursors are bound to
	after  input
	limit  func() // writes the LIMIT
	writer *connection
}

// page compiles a connection of the row's entity.
func (c *compiler) page(r *row, f graphql.CollectedField) *page {
	name := r.entity.Name
	p := &page{c: c, row: r, order: name + " id", after: c.input(f, "after"), writer: &connection{}}
	p.writer.size = p.size(c.input(f, "first"))
	p.writer.later = p.given()
	p.writer.order = p.order
	c.under(f, func() {
		for _, g := range c.fields(f.Selections, name+"Connection") {
			switch g.Name {
			case "__typename":
				p.writer.add(g.Alias, typename(name+"Connection"))
			case "nodes":
				c.under(g, func() { p.writer.add(g.Alias, nodes{c.object(r, g.Selections)}) })
			case "edges":
				c.under(g, func() { p.writer.add(g.Alias, p.edges(g)) })
			case "pageInfo":
				p.writer.add(g.Alias, p.info(g))
			}
		}
	})
	return p
}

func (p *page) edges(f graphql.CollectedField) edges {
	c, o := p.c, &object{}
	for _, g := range c.fields(f.Selections, p.row.entity.Name+"Edge") {
		switch g.Name {
		case "__typename":
			o.add(g.Alias, noColumn, typename(p.row.entity.Name+"Edge"))
		case "cursor":
			o.add(g.Alias, p.row.column(p.row.entity.Key.Column), cursor(p.order))
		case "node":
			c.under(g, func() { o.add(g.Alias, noColumn, part{c.object(p.row, g.Selections)}) })
		}
	}
	return edges{o}
}

func (p *page) info(f graphql.CollectedField) pageInfo {
	var info pageInfo
	for _, g := range p.c.fields(f.Selections, "PageInfo") {
		if g.Name == "startCursor" || g.Name == "endCursor" {
			p.writer.key = p.row.column(p.row.entity.Key.Column)
		}
		info = append(info, pageInfoField{key(g.Alias, len(info) == 0), g.Name})
	}
	return info
}

// given tells, when bound, whether the page begins after a cursor: then there is something before it.
func (p *page) given() func(*binding) bool {
	return func(b *binding) bool {
		v, err := p.after.get(b.variables)
		return err == nil && v != nil
	}
}

// size returns the index of the page's size in the binding. What the document fixes stands in the statement's text,
// where the planner sees it; what a variable gives is a parameter, so that the text stays the same.
func (p *page) size(first input) int {
	config, plan := p.c.config, p.c.plan
	get := func(variables map[string]any) (int, error) {
		v, err := first.get(variables)
		if err != nil {
			return 0, err
		}
		if v == nil {
			return config.DefaultPage, nil
		}
		n, ok := integerOf(v)
		if !ok || n < 1 || n > int64(config.MaxPage) {
			return 0, first.fault(BadUserInput, "must be from 1 to %d", config.MaxPage)
		}
		return int(n), nil
	}
	index := len(plan.sizes)
	plan.sizes = append(plan.sizes, func(b *binding) (int, error) { return get(b.variables) })
	p.limit = func() { plan.arg(func(b *binding) (any, error) { return int64(b.sizes[index]) + 1, nil }) }
	if first.fixed() {
		n, err := get(nil)
		if err != nil {
			p.c.fail(err)
		}
		p.limit = func() { plan.write(strconv.Itoa(n + 1)) }
	}
	return index
}

// write writes the array. From writes its FROM and WHERE.
func (p *page) write(from func()) {
	s, key := &p.c.plan.statement, columnOf(p.row.alias, p.row.entity.Key.Column)
	s.write("(SELECT array_agg(s.r) FROM (SELECT ")
	p.row.write()
	s.write(" AS r")
	from()
	s.rule(p.row.entity, p.row.alias)
	if p.begins() {
		s.write(" AND ", key, " > ")
		s.arg(p.begin)
	}
	s.write(" ORDER BY ", key, " LIMIT ")
	p.limit()
	s.write(") AS s)")
}

// begins tells whether this plan's page begins after a cursor; that is part of the shape that the plan is for.
func (p *page) begins() bool {
	v, err := p.after.get(p.c.op.Variables)
	return err == nil && v != nil
}

// begin gives the key after which the page begins.
func (p *page) begin(b *binding) (any, error) {
	v, err := p.after.get(b.variables)
	if err != nil {
		return nil, err
	}
	text, _ := v.(string)
	values, err := b.cursors.open(p.order, text)
	if err != nil || len(values) != 1 {
		return nil, p.after.fault(InvalidCursor, "%s", errCursor)
	}
	return p.row.entity.Key.Kind.argument(values[0])
}
