package read

import (
	"strconv"
	"strings"
)

// order is the order of a list: terms, of which the last is the key, so that no two rows are equal.
type order struct {
	name      string // that cursors are bound to
	terms     []term
	lateral   string // alias of the terms that are expressions
	positions []int  // of these terms in the row, counted from 1; 0 while not needed
}

// term is what rows are ordered by: a field that is a column, or an expression.
type term struct {
	field      *Field
	expression func(alias string) // writes it; nil for a field
	kind       Kind
	nullable   bool
	descending bool
	nullsFirst bool
}

// order compiles an orderBy argument.
func (c *compiler) order(e *entity, by value) order {
	o := order{name: e.Name}
	if by.given() {
		for _, element := range by.elements() {
			t, name := c.term(e, element)
			o.terms = append(o.terms, t)
			o.name += " " + name
			if t.field == &e.Key {
				break // nothing is left to order
			}
		}
	}
	if n := len(o.terms); n == 0 || o.terms[n-1].field != &e.Key {
		o.terms = append(o.terms, term{field: &e.Key, kind: e.Key.Kind})
		o.name += " " + e.Key.Name
	}
	o.positions = make([]int, len(o.terms))
	for _, t := range o.terms {
		if t.expression != nil && o.lateral == "" {
			o.lateral = c.plan.alias()
		}
	}
	return o
}

// term compiles one element of an orderBy argument, and names it for the cursors.
func (c *compiler) term(e *entity, v value) (t term, name string) {
	members := v.members()
	if len(members) != 1 {
		c.fail(v.fault(BadUserInput, "must have exactly one member"))
		return t, ""
	}
	m := members[0]
	if !m.given() {
		c.fail(m.fault(BadUserInput, "must not be null"))
		return t, ""
	}
	if l := e.edges[m.name]; l != nil {
		t, name = c.edgeTerm(l, m.value)
		return t, m.name + "." + name
	}
	d := e.fields[m.name]
	if m.name == e.Key.Name {
		d = &e.Key
	}
	direction, _ := m.now().(string)
	t = term{field: d, kind: d.Kind, nullable: d.Nullable}
	if d.Expression != "" {
		t.field, t.expression = nil, func(alias string) { c.plan.write(d.sql(alias)) }
	}
	return t.directed(direction), m.name + ":" + direction
}

// directed returns the term in a direction: ASC or DESC, with _NULLS_FIRST or _NULLS_LAST or else nulls last for ASC and first for
// DESC, as PostgreSQL has it.
func (t term) directed(direction string) term {
	t.descending = strings.HasPrefix(direction, "DESC")
	t.nullsFirst = strings.HasSuffix(direction, "_NULLS_FIRST") || t.descending && !strings.HasSuffix(direction, "_NULLS_LAST")
	return t
}

// edgeTerm compiles a field at the far side of a to-one edge, or the number of rows at that of a to-many edge.
func (c *compiler) edgeTerm(l *link, v value) (t term, name string) {
	s := &c.plan.statement
	if l.Unique {
		inner, name := c.term(l.target, v)
		t = inner
		t.field, t.nullable = nil, true
		t.expression = func(alias string) {
			far := s.alias()
			s.write("(SELECT ")
			inner.write(s, far)
			c.follow(alias, l, far, nil)
			s.write(")")
		}
		return t, name
	}
	members := v.members()
	if len(members) != 1 {
		c.fail(v.fault(BadUserInput, "must have exactly one member"))
		return t, ""
	}
	direction, _ := members[0].now().(string)
	t = term{kind: BigInt, expression: func(alias string) { c.count(alias, l) }}
	return t.directed(direction), members[0].name + ":" + direction
}

// count writes the number of rows at the far side of an edge.
func (c *compiler) count(near string, l *link) {
	s := &c.plan.statement
	s.write("(SELECT count(*)")
	c.follow(near, l, s.alias(), nil)
	s.write(")")
}

// write writes the term's expression for a row of an alias.
func (t term) write(s *statement, alias string) {
	if t.expression != nil {
		t.expression(alias)
		return
	}
	s.write(t.field.sql(alias))
}

// join writes the expressions of the terms, each once, as a row to refer to.
func (o order) join(c *compiler, alias string) {
	if o.lateral == "" {
		return
	}
	s := &c.plan.statement
	s.write(" CROSS JOIN LATERAL (SELECT ")
	for i, first := 0, true; i < len(o.terms); i++ {
		if o.terms[i].expression == nil {
			continue
		}
		if !first {
			s.write(", ")
		}
		first = false
		o.terms[i].expression(alias)
		s.write(" AS k", strconv.Itoa(i))
	}
	s.write(") AS ", o.lateral)
}

// expression returns the text of a term.
func (o order) expression(i int, alias string) string {
	if o.terms[i].expression != nil {
		return o.lateral + ".k" + strconv.Itoa(i)
	}
	return o.terms[i].field.sql(alias)
}

// write writes what follows ORDER BY.
func (o order) write(c *compiler, alias string) {
	for i, t := range o.terms {
		if i > 0 {
			c.plan.write(", ")
		}
		c.plan.write(o.expression(i, alias))
		t.writeDirection(&c.plan.statement)
	}
}

func (t term) writeDirection(s *statement) {
	if t.descending {
		s.write(" DESC")
	}
	if t.nullable && t.nullsFirst != t.descending {
		s.write(" NULLS ", map[bool]string{true: "FIRST", false: "LAST"}[t.nullsFirst])
	}
}

// reversed returns the order from last to first.
func (o order) reversed() order {
	terms := make([]term, len(o.terms))
	for i, t := range o.terms {
		t.descending, t.nullsFirst = !t.descending, !t.nullsFirst
		terms[i] = t
	}
	o.terms = terms
	return o
}

// following writes the predicate of the rows that come after those with a cursor's values. A row comes after when the
// first term that differs says so; NULL comes before or after all values, as the term has it, and equals itself.
func (o order) following(c *compiler, alias string, seek int) {
	s := &c.plan.statement
	expressions, values := make([]string, len(o.terms)), make([]string, len(o.terms))
	for i, t := range o.terms {
		expressions[i] = o.expression(i, alias)
		values[i] = s.parameter(func(b *binding) (any, error) { return t.kind.argument(b.seeks[seek][i]) }, t.kind.sqlType())
	}
	if o.uniform() {
		s.write("(", strings.Join(expressions, ", "), ")", o.terms[0].operator(), "(", strings.Join(values, ", "), ")")
		return
	}
	if t := o.terms[0]; !t.nullable { // implied by the rest, and something to search an index for
		s.write(expressions[0], strings.TrimSuffix(t.operator(), " "), "= ", values[0], " AND ")
	}
	for i, t := range o.terms {
		e, v, last := expressions[i], values[i], i == len(o.terms)-1
		s.write("(", e, t.operator(), v)
		switch {
		case t.nullable && t.nullsFirst:
			s.write(" OR ", e, " IS NOT NULL AND ", v, " IS NULL")
		case t.nullable:
			s.write(" OR ", e, " IS NULL AND ", v, " IS NOT NULL")
		}
		if last {
			break
		}
		s.write(" OR (", e, " = ", v)
		if t.nullable {
			s.write(" OR ", e, " IS NULL AND ", v, " IS NULL")
		}
		s.write(") AND ")
	}
	s.write(strings.Repeat(")", len(o.terms)))
}

func (t term) operator() string {
	if t.descending {
		return " < "
	}
	return " > "
}

// uniform tells whether one comparison of rows says it all.
func (o order) uniform() bool {
	for _, t := range o.terms {
		if t.nullable || t.descending != o.terms[0].descending {
			return false
		}
	}
	return true
}
