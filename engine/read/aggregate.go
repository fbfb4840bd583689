package read

import (
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// aggregate is a field that groups rows, being compiled: a branch with a row for each group.
type aggregate struct {
	c       *compiler
	row     *row
	groups  []group
	hops    hops
	lateral string // alias of the groups' expressions

	cells map[string]int // by expression
}

// group is what rows are grouped by: a field of the list's own rows or of those at the end of a hop.
type group struct {
	way    string // to the field, as in customer.country
	hop    int
	field  *Field
	bucket string // of time
}

// aggregate compiles an aggregate over the row's entity.
func (c *compiler) aggregate(r *row, f graphql.CollectedField, from from) writer {
	a := &aggregate{c: c, row: r, cells: make(map[string]int)}
	if by := c.argument(f, "groupBy"); by.given() {
		for _, element := range c.terms(by) {
			if g := a.group(noHop, "", r.entity, element); !slices.Contains(a.groups, g) {
				a.groups = append(a.groups, g)
			}
		}
		a.lateral = c.plan.alias()
	}
	o := a.object(f, map[string]func(graphql.CollectedField) writer{
		"count": func(graphql.CollectedField) writer { return scalar{column: a.column("count(*)", BigInt), kind: Int} },
		"group": func(g graphql.CollectedField) writer { return a.shared(r.entity, "", g) },
		"sum":   func(g graphql.CollectedField) writer { return a.measures("sum", g) },
		"avg":   func(g graphql.CollectedField) writer { return a.measures("avg", g) },
		"min":   func(g graphql.CollectedField) writer { return a.measures("min", g) },
		"max":   func(g graphql.CollectedField) writer { return a.measures("max", g) },
	})
	where, having := c.argument(f, "where"), c.argument(f, "having")
	by, first, skip := c.argument(f, "orderBy"), c.argument(f, "first"), c.argument(f, "offset")
	size := c.extent(first)
	if len(a.cells) == 0 && len(a.groups) == 0 {
		a.column("count(*)", BigInt) // one row, though nothing is selected
	}
	r.branch.rest = func() {
		from(r.alias, a.join)
		c.restrict(r.entity, r.alias, where)
		a.groupBy()
		if having.given() {
			c.plan.write(" HAVING ")
			a.having(having)
		}
		a.orderBy(by)
		c.limit(first, size, 0)
		if skip.given() {
			c.plan.write(" OFFSET ")
			c.plan.arg(c.offset(skip), "bigint")
		}
	}
	return records{r.branch.list(), o}
}

// column returns the cell of an expression.
func (a *aggregate) column(expression string, kind Kind) int {
	i, ok := a.cells[expression]
	if !ok {
		i = a.row.branch.value(output{sqlType: kind.sqlType(), inside: func() { a.c.plan.write(expression) }})
		a.cells[expression] = i
	}
	return i
}

// object compiles a selection on a type of the aggregate, each field by its name.
func (a *aggregate) object(f graphql.CollectedField, fields map[string]func(graphql.CollectedField) writer) *object {
	o := &object{}
	name := f.Definition.Type.Name()
	for _, g := range a.c.fields(f.Selections, name) {
		if g.Name == "__typename" {
			o.add(g.Alias, typename(name))
			continue
		}
		if compile := fields[g.Name]; compile != nil {
			a.c.inside(f, func() { o.add(g.Alias, compile(g)) })
		}
	}
	return o
}

// measures compiles what is selected of sum, avg, min or max.
func (a *aggregate) measures(function string, f graphql.CollectedField) writer {
	fields := make(map[string]func(graphql.CollectedField) writer)
	for name := range a.row.entity.fields {
		fields[name] = func(g graphql.CollectedField) writer {
			expression, kind := a.measure(function, name, a.c.pathOf(g))
			return scalar{column: a.column(expression, kind), kind: kind, nullable: true}
		}
	}
	return a.object(f, fields)
}

// measure returns the expression and the kind of an aggregate function over a field: a sum of integers is one of the
// next size, an average of any exact number is a decimal.
func (a *aggregate) measure(function, name string, path ast.Path) (expression string, kind Kind) {
	d := a.row.entity.fields[name]
	a.c.touch(d, path)
	kind, expression = d.Kind, d.sql(a.row.alias)
	if kind == Real && (function == "sum" || function == "avg") { // which 32 bits would round
		kind, expression = Float, expression+"::double precision"
	}
	switch {
	case function == "avg" && kind == Float: // PostgreSQL's own sums squares as well, and fails where these overflow
		return "(sum(" + expression + ") / nullif(count(" + expression + "), 0))", kind
	case function == "sum" && kind == Int:
		kind = BigInt
	case function == "sum" && kind == BigInt, function == "avg":
		kind = Decimal
	}
	return function + "(" + expression + ")", kind
}

// group compiles one element of a groupBy argument: a field, or one at the far side of a to-one edge.
func (a *aggregate) group(near int, way string, e *entity, v value) group {
	m, ok := a.c.only(v)
	if !ok {
		return group{}
	}
	way += m.name
	if l := e.edges[m.name]; l != nil {
		return a.group(a.hops.over(a.c, way, near, l), way+".", l.target, m.value)
	}
	if m.now() == false {
		a.c.fail(m.fault(BadUserInput, "must be true"))
	}
	bucket, _ := m.now().(string)
	a.c.touch(e.fields[m.name], v.path)
	return group{way, near, e.fields[m.name], bucket}
}

// bucketed returns a field, or the start of the time bucket that it falls into: in UTC, weeks from Monday.
func bucketed(d *Field, alias, bucket string) string {
	units := map[string]string{
		"HOUR": "hour", "DAY": "day", "WEEK": "week", "MONTH": "month", "QUARTER": "quarter", "YEAR": "year",
	}
	unit, ok := units[bucket]
	switch {
	case !ok:
		return d.sql(alias)
	case d.Kind == Date:
		return "date_trunc('" + unit + "', " + d.sql(alias) + "::timestamp)::date"
	}
	return "date_trunc('" + unit + "', " + d.sql(alias) + ", 'UTC')"
}

// join writes the joins of the hops, and the groups' expressions, each once, as a row to refer to.
func (a *aggregate) join() {
	if len(a.groups) == 0 {
		return
	}
	s := &a.c.plan.statement
	a.hops.write(a.c, a.row.alias)
	s.write(" CROSS JOIN LATERAL (SELECT ")
	for i, g := range a.groups {
		if i > 0 {
			s.write(", ")
		}
		expression := bucketed(g.field, a.hops.alias(g.hop, a.row.alias), g.bucket)
		if g.field.Expression == "" {
			s.write(expression)
		} else {
			a.hops.guard(s, g.hop, func() { s.write(expression) })
		}
		s.write(" AS g", strconv.Itoa(i))
	}
	s.write(") AS ", a.lateral)
}

func (a *aggregate) groupColumn(i int) string { return a.lateral + ".g" + strconv.Itoa(i) }

// groupBy writes the GROUP BY. A far field that tells rows apart is preceded by their key, which makes no other groups,
// and by which PostgreSQL can group alone: keys are cheaper to compare than texts.
func (a *aggregate) groupBy() {
	clause := " GROUP BY "
	for i, g := range a.groups {
		if g.hop != noHop {
			if e := a.hops.list[g.hop].link.target; e.unique(g.field) {
				a.c.plan.write(clause, columnOf(a.hops.list[g.hop].alias, e.Key.Column))
				clause = ", "
			}
		}
		a.c.plan.write(clause, a.groupColumn(i))
		clause = ", "
	}
}

// shared compiles what is selected of the values that a group's rows share.
func (a *aggregate) shared(e *entity, before string, f graphql.CollectedField) writer {
	fields := make(map[string]func(graphql.CollectedField) writer)
	for name := range e.fields {
		fields[name] = func(g graphql.CollectedField) writer {
			for i, by := range a.groups {
				if by.way == before+name {
					return scalar{column: a.column(a.groupColumn(i), by.field.Kind), kind: by.field.Kind, nullable: true}
				}
			}
			a.c.fail(&Error{Code: BadUserInput, Message: before + name + " is not grouped by", Path: a.c.pathOf(g)})
			return typename("")
		}
	}
	for name, l := range e.edges {
		fields[name] = func(g graphql.CollectedField) writer { return a.shared(l.target, before+name+".", g) }
	}
	return a.object(f, fields)
}

// having writes a filter on the groups: all its members together.
func (a *aggregate) having(v value) {
	var parts []func()
	for _, m := range v.members() {
		if !m.given() {
			a.c.fail(m.fault(BadUserInput, "must not be null"))
			continue
		}
		parts = append(parts, func() {
			switch m.name {
			case "and", "or":
				var inner []func()
				for _, element := range m.elements() {
					inner = append(inner, func() { a.having(element) })
				}
				if m.name == "and" {
					a.c.joined(inner, " AND ", "true")
				} else {
					a.c.joined(inner, " OR ", "false")
				}
			case "not":
				a.having(m.value)
				a.c.plan.write(" IS NOT TRUE")
			case "count":
				a.c.comparisons(operand{"count(*)", BigInt, nil}, m.value)
			default:
				a.havingMeasures(m)
			}
		})
	}
	a.c.joined(parts, " AND ", "true")
}

func (a *aggregate) havingMeasures(m memberValue) {
	var parts []func()
	for _, f := range m.members() {
		if !f.given() {
			a.c.fail(f.fault(BadUserInput, "must not be null"))
			continue
		}
		expression, kind := a.measure(m.name, f.name, m.path)
		parts = append(parts, func() { a.c.comparisons(operand{expression, kind, nil}, f.value) })
	}
	a.c.joined(parts, " AND ", "true")
}

// orderBy writes the order of the groups: what is asked for, then their values, so that no two are equal.
func (a *aggregate) orderBy(by value) {
	var terms []func()
	if by.given() {
		for _, element := range a.c.terms(by) {
			expression, direction := a.orderTerm(element)
			t := term{nullable: true}.directed(direction)
			terms = append(terms, func() { a.c.plan.write(expression); t.writeDirection(&a.c.plan.statement) })
		}
	}
	for i := range a.groups {
		terms = append(terms, func() { a.c.plan.write(a.groupColumn(i)) })
	}
	if len(terms) > 0 {
		a.c.plan.write(" ORDER BY ")
		a.c.separated(", ", terms)
	}
}

func (a *aggregate) orderTerm(v value) (expression, direction string) {
	way, at := "", v
	for {
		m, ok := a.c.only(at)
		if !ok {
			return "1", ""
		}
		if text, leaf := m.now().(string); leaf {
			return a.termOf(way, m.name, m.value), text
		}
		way, at = way+m.name+".", m.value
	}
}

func (a *aggregate) termOf(way, name string, v value) string {
	switch way {
	case "":
		return "count(*)"
	case "sum.", "avg.", "min.", "max.":
		expression, _ := a.measure(way[:3], name, v.path)
		return expression
	}
	for i, g := range a.groups {
		if "group."+g.way == way+name {
			return a.groupColumn(i)
		}
	}
	a.c.fail(v.fault(BadUserInput, "is not grouped by"))
	return "1"
}

// records writes the rows of a list as objects.
type records struct {
	rows   listOf
	object *object
}

func (w records) write(r *renderer, row []cell) error {
	list := row[w.rows.cell]
	r.text("[")
	for i := range int(list.n) {
		if i > 0 {
			r.text(",")
		}
		if err := w.object.writeElement(r, i, r.row(w.rows.branch, list, i)); err != nil {
			return err
		}
	}
	r.text("]")
	return nil
}
