package read

import "strconv"

// branch is a list of rows of the statement: those of a page, an aggregate, a lookup or a list of ids, at the root or
// for each row of another branch. The first branch is the operation itself: one row, of nothing but lists.
//
// All branches are rows of one result, in the order in which an answer is written: after each row come the rows of its
// lists. Where there is more than one branch the first column says of which a row is, and branches share the columns
// of each type.
type branch struct {
	c        *compiler
	index    int    // of its layout
	source   *row   // of its values; nil where there are only expressions
	rest     func() // writes the FROM, and what follows it
	size     func() // writes the number of rows behind which one more may come; nil where none can
	outputs  []output
	slots    []int  // the column of each output
	joins    []*far // each behind the one that it starts from
	children []*branch
}

// output is a value of a branch's rows.
type output struct {
	sqlType string
	inside  func()        // writes it in the SELECT that reads the table
	outside func() string // what it is around that; nil where there is no around
}

// far is the far side of a to-one edge: at most one row, joined to each row of the branch.
type far struct {
	*row

	from func()
}

// listOf is where the rows of a list are: in a cell of the row around, of which branch.
type listOf struct{ cell, branch int }

// under returns a new branch, which is a list for each row of another.
func (c *compiler) under(around *branch) *branch {
	b := &branch{c: c, index: len(c.plan.layouts)}
	c.plan.layouts = append(c.plan.layouts, layout{parent: around.index})
	c.plan.layouts[b.index].cell = around.part(part{branch: b.index})
	around.children = append(around.children, b)
	return b
}

// list tells where the rows of the branch are in those around it.
func (b *branch) list() listOf { return listOf{b.c.plan.layouts[b.index].cell, b.index} }

// part adds a part to the rows of the branch.
func (b *branch) part(p part) int {
	l := &b.c.plan.layouts[b.index]
	l.parts = append(l.parts, p)
	return len(l.parts) - 1
}

// value adds a value to the rows.
func (b *branch) value(o output) (cell int) {
	b.outputs = append(b.outputs, o)
	return b.part(part{column: len(b.outputs) - 1})
}

// place gives each value a column: those of one type take turns, so that branches share them.
func (b *branch) place(types *[]string) {
	next := make(map[string]int) // column to look at, by type
	for _, o := range b.outputs {
		i := next[o.sqlType]
		for i < len(*types) && (*types)[i] != o.sqlType {
			i++
		}
		if i == len(*types) {
			*types = append(*types, o.sqlType)
		}
		next[o.sqlType] = i + 1
		b.slots = append(b.slots, i)
	}
	parts := b.c.plan.layouts[b.index].parts
	for i := range parts {
		if parts[i].branch == 0 {
			parts[i].column = b.slots[parts[i].column]
		}
	}
	for _, child := range b.children {
		child.place(types)
	}
}

// write writes the SELECT of the branch and of those under it. First tells whether it is the first of a union, from which
// the columns get their types.
//
// What only reads a table is one SELECT. Else the rows are cut to their page first, then joined and followed.
func (b *branch) write(first bool) {
	s := &b.c.plan.statement
	if len(b.joins) == 0 && len(b.children) == 0 {
		s.write("SELECT ")
		b.columns(first, func(o output) { o.inside() })
		b.rest()
		return
	}
	alone, all := len(b.children) == 0, ""
	s.write("SELECT ")
	if alone {
		b.columns(first, func(o output) { s.write(o.outside()) })
	} else {
		all = s.alias()
		s.write(all, ".*")
	}
	s.write(" FROM ")
	b.page()
	for _, far := range b.joins {
		s.write(" LEFT JOIN LATERAL (")
		far.write()
		far.from()
		s.write(" OFFSET 0) AS ", far.alias, " ON true") // which keeps the rows in their order: a loop over them
	}
	if alone {
		return
	}
	s.write(" CROSS JOIN LATERAL (SELECT ")
	b.columns(true, func(o output) { s.write(o.outside()) })
	for _, child := range b.children {
		s.write(" UNION ALL (")
		child.write(false)
		s.write(")")
	}
	s.write(") AS ", all)
}

// page writes the rows of the branch's table as one.
func (b *branch) page() {
	s := &b.c.plan.statement
	s.write("(")
	if b.counted() {
		s.write("SELECT s.*, row_number() OVER () AS n FROM (") //nolint:unqueryvet // of a list of columns
	}
	b.source.write()
	b.rest()
	if b.counted() {
		s.write(") AS s")
	}
	s.write(") AS ", b.source.alias)
}

// counted tells whether rows have a number, so that nothing is read for the one that only tells that there are more.
func (b *branch) counted() bool { return b.size != nil && len(b.children) > 0 }

// wanted writes, in the WHERE of a list under the branch, that its row is not one too many.
func (b *branch) wanted() {
	if b.counted() {
		b.c.plan.write(" AND ", b.source.alias, ".n <= ")
		b.size()
	}
}

// columns writes the tag and the columns of a row, NULL for those of other branches.
func (b *branch) columns(typed bool, write func(output)) {
	s, types := &b.c.plan.statement, b.c.plan.types
	if !tagged(b.c.plan.layouts) {
		for i, o := range b.outputs {
			if i > 0 {
				s.write(", ")
			}
			write(o)
		}
		return
	}
	s.write(strconv.Itoa(b.index))
	at := make([]*output, len(types))
	for i, slot := range b.slots {
		at[slot] = &b.outputs[i]
	}
	for i, o := range at {
		s.write(", ")
		switch {
		case o != nil:
			write(*o)
		case typed:
			s.write("NULL::", types[i])
		default:
			s.write("NULL")
		}
	}
}
