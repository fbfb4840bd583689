package read

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// compiler turns selections into the writers of a plan and, when these are complete, into its statement.
type compiler struct {
	model      *model
	schema     *ast.Schema
	config     Config
	op         *graphql.OperationContext
	plan       *plan
	alone      bool     // there is only one root
	columns    []func() // of the statement, each written when all roots are compiled
	result     func()   // writes the statement instead, where its rows are those of the only root
	conditions int      // of all filters
	path       ast.Path // of the field whose selection is being compiled
	fault      error    // the first one
}

// column adds a column to the statement.
func (c *compiler) column(write func()) int {
	c.columns = append(c.columns, write)
	return len(c.columns) - 1
}

// finish writes the statement.
func (c *compiler) finish() {
	c.plan.rows = c.result != nil
	c.plan.columns = len(c.columns)
	if c.result == nil {
		c.result = func() {
			c.plan.write("SELECT ")
			c.separated(", ", c.columns)
		}
	}
	c.result()
	c.plan.end()
	c.op = nil // the plan outlives it
}

// aside writes a statement of its own.
func (c *compiler) aside(write func()) *statement {
	main := c.plan.statement
	c.plan.statement = statement{model: main.model, aliases: main.aliases}
	write()
	c.plan.end()
	other := c.plan.statement
	main.aliases = other.aliases
	c.plan.statement = main
	return &other
}

// separated writes parts with a text between them.
func (c *compiler) separated(by string, parts []func()) {
	for i, write := range parts {
		if i > 0 {
			c.plan.write(by)
		}
		write()
	}
}

// fields collects a selection on a type; the names are the type's own and its interfaces'.
func (c *compiler) fields(selection ast.SelectionSet, names ...string) []graphql.CollectedField {
	return graphql.CollectFields(c.op, selection, names)
}

func (c *compiler) pathOf(f graphql.CollectedField) ast.Path {
	return append(append(ast.Path(nil), c.path...), ast.PathName(f.Alias))
}

// under compiles what is selected of a field, with the path set to it.
func (c *compiler) under(f graphql.CollectedField, compile func()) {
	outer := c.path
	c.path = c.pathOf(f)
	compile()
	c.path = outer
}

func (c *compiler) fail(err error) {
	if c.fault == nil {
		c.fault = err
	}
}

// row collects the columns that the writers of one table alias need: each is written once into the ROW of its SELECT.
type row struct {
	c       *compiler
	entity  *entity
	alias   string
	columns []func()
	fields  map[string]int
}

func (c *compiler) row(e *entity) *row {
	return &row{c: c, entity: e, alias: c.plan.alias(), fields: make(map[string]int)}
}

// field returns the position of a field.
func (r *row) field(f *Field) int {
	if i, ok := r.fields[f.Name]; ok {
		return i
	}
	r.fields[f.Name] = r.derived(func() { r.c.plan.write(f.sql(r.alias)) })
	return r.fields[f.Name]
}

// derived returns the position of an expression.
func (r *row) derived(write func()) int {
	r.columns = append(r.columns, write)
	return len(r.columns) - 1
}

// write writes the ROW. A row without columns gets its key, so that it differs from no row.
func (r *row) write() {
	r.c.plan.write("ROW(")
	r.writeColumns()
	r.c.plan.write(")")
}

func (r *row) writeColumns() {
	if len(r.columns) == 0 {
		r.field(&r.entity.Key)
	}
	r.c.separated(", ", r.columns)
}

// object compiles a selection on an entity.
func (c *compiler) object(r *row, selection ast.SelectionSet) *object {
	o := &object{}
	for _, f := range c.fields(selection, r.entity.Name, nodeInterface) {
		o.add(f.Alias, c.field(r, f))
	}
	return o
}

func (c *compiler) field(r *row, f graphql.CollectedField) writer {
	switch {
	case f.Name == "__typename":
		return typename(r.entity.Name)
	case f.Name == r.entity.Key.Name:
		return id{r.field(&r.entity.Key), r.entity}
	}
	if d := r.entity.fields[f.Name]; d != nil {
		c.touch(d, c.pathOf(f))
		return scalar{r.field(d), d.Kind, d.Nullable}
	}
	if b := r.entity.batched[f.Name]; b != nil {
		return batchField{b, r.entity, r.field(&r.entity.Key)}
	}
	if l := r.entity.aggregates[f.Name]; l != nil {
		return c.aggregate(c.row(l.target), f, r.derived, c.beyond(r, l))
	}
	l := r.entity.edges[f.Name]
	if l == nil { // the model and the SDL come from one generator
		c.fail(&Error{Code: BadUserInput, Message: "no such field: " + f.Name, Path: c.pathOf(f)})
		return typename("")
	}
	far := c.row(l.target)
	if l.Unique {
		return c.toOne(r, l, far, f)
	}
	return c.page(far, f, r.derived, c.beyond(r, l))
}

// beyond is the list of the rows at the far side of an edge.
func (c *compiler) beyond(near *row, l *link) from {
	return func(far string, joins func()) { c.follow(near.alias, l, far, joins) }
}

// toOne compiles a unique edge: a subquery of at most one ROW.
func (c *compiler) toOne(near *row, l *link, far *row, f graphql.CollectedField) writer {
	w := nested{nullable: l.Nullable}
	c.under(f, func() { w.object = c.object(far, f.Selections) })
	w.column = near.derived(func() {
		s := &c.plan.statement
		s.write("(SELECT ")
		far.write()
		c.follow(near.alias, l, far.alias, nil)
		s.write(")")
	})
	return w
}

// follow writes the FROM and WHERE that lead from a row to those at the other side of an edge, under the rules of the
// entity there. Joins, if any, are written after the table.
func (c *compiler) follow(near string, l *link, far string, joins func()) {
	s := &c.plan.statement
	s.write(" FROM ", quote(l.target.Table), " AS ", far)
	if joins != nil {
		joins()
	}
	if j := l.Join; j != nil {
		pair := s.alias()
		s.write(" JOIN ", quote(j.Table), " AS ", pair, " ON ", columnOf(pair, j.To), " = ", columnOf(far, l.To),
			" WHERE ", columnOf(pair, j.From), " = ", columnOf(near, l.From))
		if l.join != nil {
			s.rule(l.join, pair)
		}
	} else {
		s.write(" WHERE ", columnOf(far, l.To), " = ", columnOf(near, l.From))
	}
	s.rule(l.target, far)
}

// all writes the FROM and WHERE of all rows of an entity, under its rules.
func (c *compiler) all(e *entity, alias string, joins func()) {
	s := &c.plan.statement
	s.write(" FROM ", quote(e.Table), " AS ", alias)
	if joins != nil {
		joins()
	}
	s.write(" WHERE true")
	s.rule(e, alias)
}
