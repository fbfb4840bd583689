package read

import (
	"slices"
	"strconv"
	"strings"

	"cambium/engine/limit"
)

// order is the order of a list: terms, of which the last is the key, so that no two rows are equal.
type order struct {
	name      string // that cursors are bound to
	words     value  // that they are bound to as well, where the order is by rank
	entity    *entity
	terms     []term
	hops      *hops
	lateral   string // alias of the terms that are no columns
	positions []int  // of the terms in the row, counted from 1; 0 while not needed
}

// term is what rows are ordered by: a field, or the number of rows at the far side of a to-many edge, of the list's own
// rows or of those at the end of a hop.
type term struct {
	hop        int
	field      *Field
	count      *link // where there is no field
	rank       value // where there is neither: the words whose rank it is
	kind       Kind
	nullable   bool
	descending bool
	nullsFirst bool
}

// own tells whether the term is a field of the list's own rows.
func (t term) own() bool { return t.field != nil && t.hop == noHop }

// repeats tells whether another term orders by the same.
func (t term) repeats(other term) bool {
	return t.hop == other.hop && t.field == other.field && t.count == other.count && other.rank.c == nil
}

// column tells whether the term is a column, which is best referred to by its name.
func (t term) column() bool { return t.field != nil && t.field.Expression == "" }

// order compiles an orderBy argument, or the order by rank of a search argument.
func (c *compiler) order(e *entity, by, search value) order {
	o := order{name: e.Name, entity: e, hops: &hops{}}
	if search.given() && !by.given() {
		t := term{hop: noHop, rank: search, kind: Float}.directed("DESC")
		o.terms, o.name, o.words = append(o.terms, t), o.name+" search", search
	}
	if by.given() {
		for _, element := range c.terms(by) {
			t, name := c.term(o.hops, noHop, "", e, element)
			if slices.ContainsFunc(o.terms, t.repeats) {
				continue // equal rows are equal
			}
			o.terms = append(o.terms, t)
			o.name += " " + name
			if t.field == &e.Key && t.own() {
				break // nothing is left to order
			}
		}
	}
	if last := len(o.terms) - 1; last < 0 || o.terms[last].field != &e.Key || !o.terms[last].own() {
		o.terms = append(o.terms, term{hop: noHop, field: &e.Key, kind: e.Key.Kind})
		o.name += " " + e.Key.Name
	}
	o.positions = make([]int, len(o.terms))
	for _, t := range o.terms {
		if !t.column() && o.lateral == "" {
			o.lateral = c.plan.alias()
		}
	}
	return o
}

// bound is the name of the order under the variables: a rank means something only for the words that it was made for.
func (o order) bound(variables map[string]any) string {
	if o.words.c == nil {
		return o.name
	}
	words, _ := o.words.get(variables).(string)
	return o.name + " " + words
}

// maxTerms bounds what a list is ordered or grouped by: nobody reads more columns.
const maxTerms = 16

// terms returns the elements of an orderBy or groupBy argument.
func (c *compiler) terms(by value) []value {
	elements := by.elements()
	if len(elements) > maxTerms {
		c.fail(by.fault(limit.ListLength, "at most %d elements", maxTerms))
		return nil
	}
	return elements
}

// only returns the one member that an element of an argument must have.
func (c *compiler) only(v value) (m memberValue, ok bool) {
	members := v.members()
	if len(members) != 1 {
		c.fail(v.fault(BadUserInput, "must have exactly one member"))
		return m, false
	}
	if !members[0].given() {
		c.fail(members[0].fault(BadUserInput, "must not be null"))
		return m, false
	}
	return members[0], true
}

// term compiles an element of an orderBy argument, and names it for the cursors. Way is what has led to the entity.
func (c *compiler) term(h *hops, near int, way string, e *entity, v value) (t term, name string) {
	m, ok := c.only(v)
	if !ok {
		return t, ""
	}
	way += m.name
	if l := e.edges[m.name]; l != nil && l.Unique {
		return c.term(h, h.over(c, way, near, l), way+".", l.target, m.value)
	} else if l != nil {
		count, ok := c.only(m.value)
		if !ok {
			return t, ""
		}
		direction, _ := count.now().(string)
		t = term{hop: near, count: l, kind: BigInt, nullable: near != noHop}
		return t.directed(direction), way + ".count:" + direction
	}
	d := e.fields[m.name]
	if m.name == e.Key.Name {
		d = &e.Key
	}
	c.touch(d, v.path)
	direction, _ := m.now().(string)
	t = term{hop: near, field: d, kind: d.Kind, nullable: d.Nullable || near != noHop}
	return t.directed(direction), way + ":" + direction
}

// directed returns the term in a direction: ASC or DESC, with _NULLS_FIRST or _NULLS_LAST, or else nulls last for ASC and
// first for DESC, as PostgreSQL has it.
func (t term) directed(direction string) term {
	t.descending = strings.HasPrefix(direction, "DESC")
	t.nullsFirst = strings.HasSuffix(direction, "_NULLS_FIRST") || t.descending && !strings.HasSuffix(direction, "_NULLS_LAST")
	return t
}

// join writes the joins of the hops, and the expressions of the terms that are no columns as a row to refer to, so that
// each is computed once.
func (o order) join(c *compiler, alias string) {
	s := &c.plan.statement
	o.hops.write(c, alias)
	if o.lateral == "" {
		return
	}
	s.write(" CROSS JOIN LATERAL (SELECT ")
	first := true
	for i, t := range o.terms {
		if t.column() {
			continue
		}
		if !first {
			s.write(", ")
		}
		first = false
		o.compute(c, t, alias)
		s.write(" AS k", strconv.Itoa(i))
	}
	s.write(") AS ", o.lateral)
}

// compute writes the expression of a term that is no column.
func (o order) compute(c *compiler, t term, alias string) {
	s, at := &c.plan.statement, o.hops.alias(t.hop, alias)
	o.hops.guard(s, t.hop, func() {
		if t.field != nil {
			s.write(t.field.sql(at))
			return
		}
		if t.count == nil {
			s.write("ts_rank(", columnOf(at, o.entity.Search), ", (SELECT ") // once, not for each row
			c.words(t.rank)
			s.write("))::double precision")
			return
		}
		s.write("(SELECT count(*)")
		c.follow(columnOf(at, t.count.From), t.count, s.alias(), nil)
		s.write(")")
	})
}

// expression returns the text of a term.
func (o order) expression(i int, alias string) string {
	if t := o.terms[i]; t.column() {
		return t.field.sql(o.hops.alias(t.hop, alias))
	}
	return o.lateral + ".k" + strconv.Itoa(i)
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
	switch {
	case !t.nullable || t.nullsFirst == t.descending: // what PostgreSQL does by itself
	case t.nullsFirst:
		s.write(" NULLS FIRST")
	default:
		s.write(" NULLS LAST")
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
