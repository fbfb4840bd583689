package read

import (
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// page is a connection being compiled. Its rows are an array of ROWs in order, or the rows of the result; its count is a
// column of its own.
type page struct {
	c      *compiler
	row    *row
	from   from
	where  value
	search value
	order  order
	after  seek
	until  seek // the argument before
	skip   value
	limit  func() // writes the LIMIT
	peeks  bool   // it is asked whether there is more, which one row more tells

	writer *connection
}

// from writes the FROM and WHERE of a list under an alias, with joins after its table.
type from func(alias string, joins func())

// page compiles a connection of the row's entity. Add puts a column into the row around it; nil where the page is the
// only root, and its rows are those of the result.
func (c *compiler) page(r *row, f graphql.CollectedField, add func(func()) int, from from) writer {
	p := &page{
		c: c, row: r, from: from,
		where:  c.argument(f, "where"),
		search: c.argument(f, "search"),
		order:  c.order(r.entity, c.argument(f, "orderBy"), c.argument(f, "search")),
		skip:   c.argument(f, "offset"),
		writer: &connection{rows: noColumn},
	}
	p.extent(c.argument(f, "first"), c.argument(f, "last"))
	if p.skip.given() {
		c.plan.checks = append(c.plan.checks, c.offset(p.skip))
	}
	p.after = p.seek(c.argument(f, "after"))
	p.until = p.seek(c.argument(f, "before"))
	p.writer.begun, p.writer.ended = p.after.given, p.until.given
	p.writer.cursor.order = p.order.name
	c.under(f, func() { p.fields(f, add) })
	return p.writer
}

func (p *page) fields(f graphql.CollectedField, add func(func()) int) {
	c, w, name := p.c, p.writer, p.row.entity.Name
	rows := func() {
		switch {
		case w.rows != noColumn:
		case add == nil:
			w.rows, c.result = resultRows, p.writeResult
		default:
			w.rows = add(p.writeArray)
		}
	}
	for _, g := range c.fields(f.Selections, name+"Connection") {
		switch g.Name {
		case "__typename":
			w.add(g.Alias, typename(name+"Connection"))
		case "totalCount":
			if add == nil {
				w.add(g.Alias, p.total())
			} else {
				w.add(g.Alias, scalar{column: add(p.writeCount), kind: Int})
			}
		case "nodes":
			rows()
			c.under(g, func() { w.add(g.Alias, nodes{w, c.object(p.row, g.Selections)}) })
		case "edges":
			rows()
			c.under(g, func() { w.add(g.Alias, nodes{w, p.edge(g)}) })
		case "pageInfo":
			rows()
			w.add(g.Alias, p.info(g))
		}
	}
}

func (p *page) edge(f graphql.CollectedField) *object {
	c, o := p.c, &object{}
	for _, g := range c.fields(f.Selections, p.row.entity.Name+"Edge") {
		switch g.Name {
		case "__typename":
			o.add(g.Alias, typename(p.row.entity.Name+"Edge"))
		case "cursor":
			o.add(g.Alias, p.cursor())
		case "node":
			c.under(g, func() { o.add(g.Alias, c.object(p.row, g.Selections)) })
		}
	}
	return o
}

func (p *page) info(f graphql.CollectedField) pageInfo {
	info := pageInfo{page: p.writer}
	for _, g := range p.c.fields(f.Selections, "PageInfo") {
		switch g.Name {
		case "startCursor", "endCursor":
			p.writer.cursor = p.cursor()
		case "hasNextPage":
			p.peeks = p.peeks || !p.writer.last
		case "hasPreviousPage":
			p.peeks = p.peeks || p.writer.last
		}
		info.fields = append(info.fields, pageInfoField{key(g.Alias, len(info.fields) == 0), g.Name})
	}
	return info
}

// cursor puts the terms of the order into the row.
func (p *page) cursor() cursor {
	w := cursor{order: p.order.name}
	for i, t := range p.order.terms {
		if t.own() && t.column() {
			w.columns = append(w.columns, p.row.field(t.field))
			continue
		}
		if p.order.positions[i] == 0 {
			p.order.positions[i] = 1 + p.row.derived(func() { p.c.plan.write(p.order.expression(i, p.row.alias)) })
		}
		w.columns = append(w.columns, p.order.positions[i]-1)
	}
	return w
}

// extent sets the page's size and end.
func (p *page) extent(first, last value) {
	size := first
	switch {
	case first.given() && last.given():
		p.c.fail(last.fault(BadUserInput, "cannot be given with first"))
	case last.given() && p.skip.given():
		p.c.fail(p.skip.fault(BadUserInput, "cannot be given with last"))
	case last.given():
		size, p.writer.last = last, true
	}
	index := p.c.extent(size)
	p.writer.size = index
	p.limit = func() { // when all that is selected is known
		if p.peeks {
			p.c.limit(size, index, 1)
		} else {
			p.c.limit(size, index, 0)
		}
	}
}

// extent makes an argument the size of a list and returns its index in the binding.
func (c *compiler) extent(size value) (index int) {
	index = len(c.plan.sizes)
	c.plan.sizes = append(c.plan.sizes, func(b *binding) (int, error) { return c.config.size(size, b.variables) })
	if size.fixed() {
		if _, err := c.config.size(size, nil); err != nil {
			c.fail(err)
		}
	}
	return index
}

// limit writes a size, and so many rows more, as a LIMIT. What the document fixes stands in the
// statement's text, where the planner sees it; what a variable gives is a parameter, so that the text stays the same.
func (c *compiler) limit(size value, index, more int) {
	c.plan.write(" LIMIT ")
	if !size.fixed() {
		c.plan.arg(func(b *binding) (any, error) { return int64(b.sizes[index] + more), nil }, "bigint")
		return
	}
	n, err := c.config.size(size, nil)
	if err != nil {
		c.fail(err)
	}
	c.plan.write(strconv.Itoa(n + more))
}

// size returns the number of rows that an argument asks for.
func (c Config) size(v value, variables map[string]any) (int, error) {
	given := v.get(variables)
	if given == nil {
		return c.DefaultPage, nil
	}
	n, ok := integerOf(given)
	if !ok || n < 1 || n > int64(c.MaxPage) {
		return 0, v.fault(BadUserInput, "must be from 1 to %d", c.MaxPage)
	}
	return int(n), nil
}

// seek is a cursor that the page begins after, or ends before.
type seek struct {
	value
	index int // of its values in the binding
}

func (p *page) seek(v value) seek {
	if !v.given() {
		return seek{value: v}
	}
	plan, order := p.c.plan, p.order
	plan.seeks = append(plan.seeks, func(b *binding) ([][]byte, error) {
		text, _ := v.get(b.variables).(string)
		values, err := b.cursors.open(order.name, text)
		if err != nil || len(values) != len(order.terms) {
			return nil, v.fault(InvalidCursor, "%s", errCursor)
		}
		return values, nil
	})
	return seek{v, len(plan.seeks) - 1}
}

// given tells, when bound, whether there is such a cursor: then there is something at its other side.
func (s seek) given(b *binding) bool { return s.get(b.variables) != nil }

// writeArray writes the rows as an array.
func (p *page) writeArray() {
	s := &p.c.plan.statement
	s.write("(SELECT array_agg(s.r) FROM (SELECT ")
	p.row.write()
	s.write(" AS r")
	p.writeRows()
	s.write(") AS s)")
}

// writeResult writes the statement whose rows are those of the page.
func (p *page) writeResult() {
	p.c.plan.write("SELECT ")
	p.row.writeColumns()
	p.writeRows()
}

// writeRows writes what follows the columns.
func (p *page) writeRows() {
	s, o := &p.c.plan.statement, p.order
	p.from(p.row.alias, func() { o.join(p.c, p.row.alias) })
	p.restrict(p.row.alias)
	if p.after.value.given() {
		s.write(" AND ")
		o.following(p.c, p.row.alias, p.after.index)
	}
	if p.until.value.given() {
		s.write(" AND ")
		o.reversed().following(p.c, p.row.alias, p.until.index)
	}
	if p.writer.last {
		o = o.reversed()
	}
	s.write(" ORDER BY ")
	o.write(p.c, p.row.alias)
	p.limit()
	if p.skip.given() {
		s.write(" OFFSET ")
		s.arg(p.c.offset(p.skip), "bigint")
	}
}

// total compiles the count of a page that is the only root. It is a column of each row; where rows were left out in
// front of the page there may be none, and a statement of its own is kept for that.
func (p *page) total() total {
	s := &p.c.plan.statement
	whole := !p.after.value.given() && !p.until.value.given() && !p.skip.given()
	if !whole {
		p.c.plan.count = p.c.aside(func() {
			s.write("SELECT ")
			p.writeCount()
		})
	}
	if whole && (p.where.given() || p.search.given()) { // the rows are gone through to the last: count them on the way
		return total{p.row.derived(func() { s.write("count(*) OVER ()") })}
	}
	return total{p.row.derived(p.writeCount)}
}

func (c *compiler) offset(v value) argument {
	return func(b *binding) (any, error) {
		n, ok := integerOf(v.get(b.variables))
		if !ok || n < 0 || n > math.MaxInt32 {
			return nil, v.fault(BadUserInput, "must be from 0 to %d", math.MaxInt32)
		}
		return n, nil
	}
}

// restrict writes the filter and the search behind another condition.
func (p *page) restrict(alias string) {
	p.c.restrict(p.row.entity, alias, p.where)
	if p.search.given() {
		p.c.plan.write(" AND ", columnOf(alias, p.row.entity.Search), " @@ ")
		p.c.words(p.search)
	}
}

// words writes a search argument as a tsquery, which takes any text.
func (c *compiler) words(v value) {
	c.plan.write("websearch_to_tsquery('simple', ")
	c.plan.arg(c.content(String, v), "text")
	c.plan.write(")")
}

// writeCount writes the number of rows of the whole list.
func (p *page) writeCount() {
	s := &p.c.plan.statement
	alias := s.alias()
	s.write("(SELECT count(*)")
	p.from(alias, nil)
	p.restrict(alias)
	s.write(")")
}
