package read

import (
	"strings"

	"cambium/engine/limit"
)

// A filter is true or not true of a row: a comparison with NULL is not true, and `not` takes all rows of which its
// filter is not true. So a filter and its negation divide the rows between them.

// restrict writes a where argument behind another condition.
func (c *compiler) restrict(e *entity, alias string, where value) {
	if !where.given() {
		return
	}
	c.plan.write(" AND ")
	c.predicate(e, alias, where)
}

// predicate writes the filter on an entity: all its members together.
func (c *compiler) predicate(e *entity, alias string, v value) {
	var parts []func()
	for _, m := range v.members() {
		if !m.given() {
			c.fail(m.fault(BadUserInput, "must not be null"))
			continue
		}
		parts = append(parts, func() { c.condition(e, alias, m) })
	}
	c.joined(parts, " AND ", "true")
}

// joined writes conditions in parentheses; none is the neutral one.
func (c *compiler) joined(parts []func(), operator, none string) {
	if len(parts) == 0 {
		c.plan.write(none)
		return
	}
	c.plan.write("(")
	c.separated(operator, parts)
	c.plan.write(")")
}

// condition writes one member of a filter on an entity.
func (c *compiler) condition(e *entity, alias string, m memberValue) {
	if c.conditions++; c.conditions > c.config.MaxConditions {
		c.fail(m.fault(limit.Conditions, "the operation has more than %d conditions", c.config.MaxConditions))
		return
	}
	switch m.name {
	case "and":
		c.joined(c.predicates(e, alias, m.value), " AND ", "true")
		return
	case "or":
		c.joined(c.predicates(e, alias, m.value), " OR ", "false")
		return
	case "not":
		c.predicate(e, alias, m.value)
		c.plan.write(" IS NOT TRUE")
		return
	case e.Key.Name:
		c.comparisons(operand{e.Key.sql(alias), e.Key.Kind, e}, m.value)
		return
	}
	if d := e.fields[m.name]; d != nil {
		c.touch(d, m.path)
		c.comparisons(operand{d.sql(alias), d.Kind, nil}, m.value)
		return
	}
	if l := e.edges[m.name]; l != nil {
		c.across(alias, l, m.value)
	}
}

func (c *compiler) predicates(e *entity, alias string, v value) (parts []func()) {
	elements := v.elements()
	if c.conditions += len(elements); c.conditions > c.config.MaxConditions {
		c.fail(v.fault(limit.Conditions, "the operation has more than %d conditions", c.config.MaxConditions))
		return nil
	}
	for _, element := range elements {
		parts = append(parts, func() { c.predicate(e, alias, element) })
	}
	return parts
}

// across writes a condition on the far side of an edge.
func (c *compiler) across(alias string, l *link, v value) {
	s := &c.plan.statement
	exists := func(v value, negated bool) {
		far := s.alias()
		s.write("EXISTS (SELECT")
		c.follow(columnOf(alias, l.From), l, far, nil)
		s.write(" AND ")
		c.predicate(l.target, far, v)
		if negated {
			s.write(" IS NOT TRUE")
		}
		s.write(")")
	}
	if far, joined := c.reached[reach{alias, l}]; joined { // which lets the planner begin there
		s.write("(", columnOf(far, l.To), " IS NOT NULL AND ")
		c.predicate(l.target, far, v)
		s.write(")")
		return
	}
	if l.Unique {
		exists(v, false)
		return
	}
	var parts []func()
	for _, m := range v.members() {
		if !m.given() {
			c.fail(m.fault(BadUserInput, "must not be null"))
			continue
		}
		parts = append(parts, func() {
			switch m.name {
			case "some":
				exists(m.value, false)
			case "none":
				s.write("NOT ")
				exists(m.value, false)
			case "every":
				s.write("NOT ")
				exists(m.value, true)
			case "count":
				c.counted(alias, l, m.value)
			}
		})
	}
	c.joined(parts, " AND ", "true")
}

// counted writes comparisons with the number of rows at the far side of an edge.
func (c *compiler) counted(alias string, l *link, v value) {
	s := &c.plan.statement
	s.write("EXISTS (SELECT FROM (SELECT count(*)")
	c.follow(columnOf(alias, l.From), l, s.alias(), nil)
	number := s.alias()
	s.write(") AS ", number, "(n) WHERE ")
	c.comparisons(operand{number + ".n", BigInt, nil}, v)
	s.write(")")
}

// operand is what an operator object compares.
type operand struct {
	expression string
	kind       Kind
	key        *entity // of which it is the key: then the values are ids
}

// comparisons writes an operator object: all its members together.
func (c *compiler) comparisons(o operand, v value) {
	var parts []func()
	for _, m := range v.members() {
		switch {
		case !m.given():
			c.fail(m.fault(BadUserInput, "must not be null; ask for null with isNull"))
		case m.name == "path":
			inner := o.expression
			o.expression = "(" + inner + " #> " + c.plan.parameter(c.operands(operand{kind: String}, m.value), "text[]") + ")"
		default:
			parts = append(parts, func() { c.comparison(o, m) })
		}
	}
	c.joined(parts, " AND ", "true")
}

// The operators that are one of PostgreSQL's.
func operatorOf(name string) string {
	switch name {
	case "eq":
		return " = "
	case "neq":
		return " <> "
	case "gt":
		return " > "
	case "gte":
		return " >= "
	case "lt":
		return " < "
	case "lte":
		return " <= "
	}
	return ""
}

func (c *compiler) comparison(o operand, m memberValue) {
	c.conditions++
	s, v := &c.plan.statement, m.value
	if operator := operatorOf(m.name); operator != "" {
		s.write(o.expression, operator)
		s.arg(c.operand(o, v), o.kind.sqlType())
		return
	}
	switch m.name {
	case "hasKey":
		s.write(o.expression, " ? ")
		s.arg(c.content(String, v), "text")
	case "isNull":
		if o.kind == JSON { // where a path leads nowhere, and to the null of JSON
			s.write("coalesce(", o.expression, ", 'null') = 'null'")
		} else {
			s.write(o.expression, " IS NULL")
		}
		if v.now() == false {
			s.write(" IS FALSE")
		}
	case "in":
		s.write(o.expression, " = ANY (")
		s.arg(c.operands(o, v), o.kind.sqlType()+"[]")
		s.write(")")
	case "notIn": // of an empty list, NULL too would be no element
		s.write(o.expression, " IS NOT NULL AND ", o.expression, " <> ALL (")
		s.arg(c.operands(o, v), o.kind.sqlType()+"[]")
		s.write(")")
	case "eqFold":
		s.write("lower(", o.expression, ") = lower(")
		s.arg(c.content(String, v), "text")
		s.write(")")
	case "contains":
		if o.kind == JSON || o.kind.list() {
			s.write(o.expression, " @> ")
			s.arg(c.content(o.kind, v), o.kind.sqlType())
			return
		}
		c.pattern(o, m)
	case "overlaps":
		s.write(o.expression, " && ")
		s.arg(c.content(o.kind, v), o.kind.sqlType())
	default:
		c.pattern(o, m)
	}
}

// pattern writes a comparison with a part of a text.
func (c *compiler) pattern(o operand, m memberValue) {
	name, fold := strings.CutSuffix(m.name, "Fold")
	before, after := "%", "%"
	switch name {
	case "startsWith":
		before = ""
	case "endsWith":
		after = ""
	}
	lower := "("
	if fold { // as eqFold does, so that they agree on every letter
		lower = "lower("
	}
	c.plan.write(lower, o.expression, ") LIKE ", lower)
	text := c.content(String, m.value)
	c.plan.arg(func(b *binding) (any, error) {
		part, err := text(b)
		if err != nil {
			return nil, err
		}
		if len(part.(string)) > longestPattern {
			return nil, m.fault(BadUserInput, "must have at most %d bytes", longestPattern)
		}
		return before + patternEscapes.Replace(part.(string)) + after, nil
	}, "text")
	c.plan.write(")")
}

// longestPattern bounds a part of a text that is looked for in every row, in bytes.
const longestPattern = 10_000

var patternEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// operand gives the value to compare with.
func (c *compiler) operand(o operand, v value) argument {
	if o.key != nil {
		return c.keyOf(o.key, v)
	}
	return c.content(o.kind, v)
}

// content gives a value for a column of the kind.
func (c *compiler) content(kind Kind, v value) argument {
	return func(b *binding) (any, error) {
		argument, err := kind.parse(v.get(b.variables))
		if err != nil {
			return nil, v.fault(BadUserInput, "%s", err)
		}
		return argument, nil
	}
}

// keyOf gives the key that an id names, and NULL, which equals nothing, where it names no row of the entity.
func (c *compiler) keyOf(e *entity, v value) argument {
	m := c.model
	return func(b *binding) (any, error) {
		if t := m.target(v.get(b.variables)); t.entity == e {
			return t.key, nil
		}
		return nil, nil // NULL
	}
}

// operands gives a list of values to compare with.
func (c *compiler) operands(o operand, v value) argument {
	m := c.model
	return func(b *binding) (any, error) {
		got := v.get(b.variables)
		list, ok := got.([]any)
		if !ok {
			list = []any{got}
		}
		if o.key != nil {
			var keys []any
			for _, id := range list {
				if t := m.target(id); t.entity == o.key {
					keys = append(keys, t.key)
				}
			}
			list = keys
		}
		argument, err := o.kind.parseList(list)
		if err != nil {
			return nil, v.fault(BadUserInput, "%s", err)
		}
		return argument, nil
	}
}
