package read

import "strconv"

// row is what is read of a table under one alias: of the rows of a branch, or of those at the far side of a to-one edge
// that are joined to them.
type row struct {
	branch  *branch
	entity  *entity
	alias   string
	columns []func()       // of the SELECT that reads the table
	named   map[string]int // columns by their text
	cells   map[string]int // of the branch's rows, by the text of their columns
}

// row returns what is read of an entity in a branch.
func (c *compiler) row(b *branch, e *entity) *row {
	return &row{branch: b, entity: e, alias: c.plan.alias(), named: make(map[string]int), cells: make(map[string]int)}
}

// source returns what the rows of a branch are read of.
func (c *compiler) source(b *branch, e *entity) *row {
	b.source = c.row(b, e)
	return b.source
}

// field returns the cell of a field.
func (r *row) field(f *Field) int {
	text := f.sql(r.alias)
	i, ok := r.cells[text]
	if !ok {
		i = r.output(f.Kind.sqlType(), r.column(text))
		r.cells[text] = i
	}
	return i
}

// derived returns the cell of an expression over the table.
func (r *row) derived(sqlType string, write func()) int {
	r.columns = append(r.columns, write)
	return r.output(sqlType, len(r.columns)-1)
}

// column returns the column of the SELECT that has an expression.
func (r *row) column(text string) int {
	i, ok := r.named[text]
	if !ok {
		i = len(r.columns)
		r.named[text] = i
		r.columns = append(r.columns, func() { r.branch.c.plan.write(text) })
	}
	return i
}

func (r *row) output(sqlType string, column int) int {
	return r.branch.value(output{sqlType, r.columns[column], func() string { return r.name(column) }})
}

// name is what a column is called around the SELECT.
func (r *row) name(column int) string { return r.alias + ".c" + strconv.Itoa(column) }

// end returns, for what is around the SELECT, the column from which an edge leads away.
func (r *row) end(column string) string { return r.name(r.column(columnOf(r.alias, column))) }

// write writes the SELECT without what it reads from.
func (r *row) write() {
	s := &r.branch.c.plan.statement
	s.write("SELECT ")
	for i, write := range r.columns {
		if i > 0 {
			s.write(", ")
		}
		write()
		s.write(" AS c", strconv.Itoa(i))
	}
}
