package read

import (
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// page is a connection being compiled: a branch of its rows, unless only their count is asked for.
type page struct {
	c      *compiler
	entity *entity
	row    *row // of the branch
	from   from
	count  func() writer // of the whole list
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

// page compiles the connection at the far side of an edge.
func (c *compiler) page(near *row, l *link, f graphql.CollectedField) writer {
	p := &page{c: c, entity: l.target}
	if c.listsRows(f, l.target) {
		p.row, p.from = c.source(c.under(near.branch), l.target), c.beyond(near, l)
	}
	p.count = func() writer {
		return scalar{column: near.derived("bigint", func() {
			p.writeCount(func(far string, joins func()) { c.follow(columnOf(near.alias, l.From), l, far, joins) })
		}), kind: Int}
	}
	return p.compile(f)
}

// rootPage compiles the connection of all rows.
func (c *compiler) rootPage(e *entity, f graphql.CollectedField) writer {
	p := &page{c: c, entity: e}
	if c.listsRows(f, e) {
		p.row, p.from = c.source(c.under(c.operation), e), c.every(e)
	}
	p.count = p.total
	return p.compile(f)
}

// listsRows tells whether rows of a connection are selected, and not only their count.
func (c *compiler) listsRows(f graphql.CollectedField, e *entity) bool {
	for _, g := range c.fields(f.Selections, e.Name+"Connection") {
		if g.Name == "nodes" || g.Name == "edges" || g.Name == "pageInfo" {
			return true
		}
	}
	return false
}

func (p *page) compile(f graphql.CollectedField) writer {
	c, e := p.c, p.entity
	p.where, p.search, p.skip = c.argument(f, "where"), c.argument(f, "search"), c.argument(f, "offset")
	p.order = c.order(e, c.argument(f, "orderBy"), p.search)
	p.writer = &connection{}
	size := p.extent(c.argument(f, "first"), c.argument(f, "last"))
	if p.skip.given() {
		c.plan.checks = append(c.plan.checks, c.offset(p.skip))
	}
	p.after = p.seek(c.argument(f, "after"))
	p.until = p.seek(c.argument(f, "before"))
	p.writer.begun, p.writer.ended = p.after.given, p.until.given
	p.writer.cursor.order = &p.order
	if p.row != nil {
		p.row.branch.rest = p.writeRows
		p.writer.rows = p.row.branch.list()
	}
	c.inside(f, func() { p.fields(f) })
	if p.peeks {
		p.row.branch.size = func() { c.size(size, p.writer.size, 0) }
	}
	return p.writer
}

func (p *page) fields(f graphql.CollectedField) {
	c, w, name := p.c, p.writer, p.entity.Name
	for _, g := range c.fields(f.Selections, name+"Connection") {
		switch g.Name {
		case "__typename":
			w.add(g.Alias, typename(name+"Connection"))
		case "totalCount":
			w.add(g.Alias, p.count())
		case "nodes":
			c.inside(g, func() { w.add(g.Alias, nodes{w, c.object(p.row, g.Selections)}) })
		case "edges":
			c.inside(g, func() { w.add(g.Alias, nodes{w, p.edge(g)}) })
		case "pageInfo":
			w.add(g.Alias, p.info(g))
		}
	}
}

func (p *page) edge(f graphql.CollectedField) *object {
	c, o := p.c, &object{}
	for _, g := range c.fields(f.Selections, p.entity.Name+"Edge") {
		switch g.Name {
		case "__typename":
			o.add(g.Alias, typename(p.entity.Name+"Edge"))
		case "cursor":
			o.add(g.Alias, p.cursor())
		case "node":
			c.inside(g, func() { o.add(g.Alias, c.object(p.row, g.Selections)) })
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
	w := cursor{order: &p.order}
	for i, t := range p.order.terms {
		if t.own() && t.column() {
			w.columns = append(w.columns, p.row.field(t.field))
			continue
		}
		if p.order.positions[i] == 0 {
			p.order.positions[i] = 1 + p.row.derived(t.kind.sqlType(), func() { p.c.plan.write(p.order.expression(i, p.row.alias)) })
		}
		w.columns = append(w.columns, p.order.positions[i]-1)
	}
	return w
}

// extent sets the page's size and end, and returns the argument that gives the size.
func (p *page) extent(first, last value) value {
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
	return size
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

// limit writes a size, and so many rows more, as a LIMIT.
func (c *compiler) limit(size value, index, more int) {
	c.plan.write(" LIMIT ")
	c.size(size, index, more)
}

// size writes a size, and so many rows more. What the document fixes stands in the statement's text, where the planner
// sees it; what a variable gives is a parameter, so that the text stays the same.
func (c *compiler) size(size value, index, more int) {
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
	if ok && n > int64(c.MaxPage) {
		return 0, v.fault(PageLimit, "must be from 1 to %d", c.MaxPage)
	}
	if !ok || n < 1 {
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
		values, err := b.cursors.open(order.bound(b.variables), text)
		if err != nil || len(values) != len(order.terms) {
			return nil, v.fault(InvalidCursor, "%s", errCursor)
		}
		return values, nil
	})
	return seek{v, len(plan.seeks) - 1}
}

// given tells, when bound, whether there is such a cursor: then there is something at its other side.
func (s seek) given(b *binding) bool { return s.get(b.variables) != nil }

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

// total compiles the count of all rows. It is a value of each row of the page, which is empty only where the count is 0;
// but where rows may be left out in front of the page, or none is listed, it is a row of its own.
func (p *page) total() writer {
	s, write := &p.c.plan.statement, func() { p.writeCount(p.c.every(p.entity)) }
	if p.row == nil || p.after.value.given() || p.until.value.given() || p.skip.given() {
		b := p.c.under(p.c.operation)
		cell := b.value(output{sqlType: "bigint", inside: write})
		b.rest = func() {}
		return total{b.list(), cell}
	}
	if p.where.given() || p.search.given() { // the rows are gone through to the last: count them on the way
		write = func() { s.write("count(*) OVER ()") }
	}
	return total{p.writer.rows, p.row.derived("bigint", write)}
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
	p.c.restrict(p.entity, alias, p.where)
	if p.search.given() {
		p.c.plan.write(" AND ", columnOf(alias, p.entity.Search), " @@ ")
		p.c.words(p.search)
	}
}

// longestSearch bounds what is searched for, in bytes: a query of 100,000 words costs PostgreSQL seconds and then fails.
const longestSearch = 1000

// words writes a search argument as a tsquery, which takes any text.
func (c *compiler) words(v value) {
	text := c.content(String, v)
	c.plan.write("websearch_to_tsquery('simple', ")
	c.plan.arg(func(b *binding) (any, error) {
		words, err := text(b)
		if s, ok := words.(string); ok && len(s) > longestSearch {
			return nil, v.fault(BadUserInput, "must have at most %d bytes", longestSearch)
		}
		return words, err
	}, "text")
	c.plan.write(")")
}

// writeCount writes the number of rows of the whole list.
func (p *page) writeCount(from from) {
	s := &p.c.plan.statement
	alias := s.alias()
	s.write("(SELECT count(*)")
	from(alias, nil)
	p.restrict(alias)
	s.write(")")
}
