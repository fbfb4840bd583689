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
	given      []target // rows that are to be rendered
	plan       *plan
	operation  *branch          // which all others are under
	reached    map[reach]string // aliases of what is joined to the list that is being written
	conditions int              // of all filters
	path       ast.Path         // of the field whose selection is being compiled
	fault      error            // the first one
}

func newCompiler(m *model, schema *ast.Schema, config Config, op *graphql.OperationContext, given []target) *compiler {
	c := &compiler{model: m, schema: schema, config: config, op: op, given: given, plan: &plan{statement: statement{model: m}, layouts: make([]layout, 1)}}
	c.operation, c.reached = &branch{c: c}, make(map[reach]string)
	return c
}

// finish writes the statement.
func (c *compiler) finish() {
	c.operation.place(&c.plan.types)
	for i, b := range c.operation.children {
		switch {
		case len(c.operation.children) == 1:
			b.write(true)
		case i == 0:
			c.plan.write("(")
			b.write(true)
			c.plan.write(")")
		default:
			c.plan.write(" UNION ALL (")
			b.write(false)
			c.plan.write(")")
		}
	}
	c.plan.end()
	c.op = nil // the plan outlives it
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

// inside compiles what is selected of a field, with the path set to it.
func (c *compiler) inside(f graphql.CollectedField, compile func()) {
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
		return c.aggregate(c.source(c.under(r.branch), l.target), f, c.beyond(r, l))
	}
	l := r.entity.edges[f.Name]
	switch {
	case l == nil: // the model and the SDL come from one generator
		c.fail(&Error{Code: BadUserInput, Message: "no such field: " + f.Name, Path: c.pathOf(f)})
		return typename("")
	case l.Unique:
		return c.toOne(r, l, f)
	}
	return c.page(r, l, f)
}

// beyond is the list of the rows at the far side of an edge, for a row that is around the list.
func (c *compiler) beyond(near *row, l *link) from {
	end := near.end(l.From)
	return func(far string, joins func()) {
		c.follow(end, l, far, joins)
		near.branch.wanted()
	}
}

// toOne compiles a unique edge: its far side is joined, and its key tells whether there is one.
func (c *compiler) toOne(near *row, l *link, f graphql.CollectedField) writer {
	r, end := c.row(near.branch, l.target), near.end(l.From)
	r.branch.joins = append(r.branch.joins, &far{r, func() { c.follow(end, l, r.alias, nil) }})
	w := nested{column: r.field(&l.target.Key), nullable: l.Nullable}
	c.inside(f, func() { w.object = c.object(r, f.Selections) })
	return w
}

// follow writes the FROM and WHERE that lead from the end of an edge to the rows at its other side, under the rules of the
// entity there. Joins, if any, are written after the table.
func (c *compiler) follow(end string, l *link, far string, joins func()) {
	s := &c.plan.statement
	s.write(" FROM ", quote(l.target.Table), " AS ", far)
	if joins != nil {
		joins()
	}
	if j := l.Join; j != nil {
		pair := s.alias()
		s.write(" JOIN ", quote(j.Table), " AS ", pair, " ON ", columnOf(pair, j.To), " = ", columnOf(far, l.To),
			" WHERE ", columnOf(pair, j.From), " = ", end)
		if l.join != nil {
			s.rule(l.join, pair)
		}
	} else {
		s.write(" WHERE ", columnOf(far, l.To), " = ", end)
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
