package read

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// statement is the text of a plan. It is written once, front to back, in parts: between two parts go the predicates of
// one entity's rules, which are known only when the viewer is.
type statement struct {
	parts []string
	plain string // all parts, for viewers whom no rule concerns
	rules []rule
	args  []argument

	text    strings.Builder
	aliases int
}

// rule stands for the predicates of an entity under an alias.
type rule struct {
	entity *entity
	alias  string
}

// argument gives the value of a parameter when the plan is bound.
type argument func(*binding) (any, error)

// write appends text. Names in it must have gone through [quote].
func (s *statement) write(text ...string) {
	for _, t := range text {
		s.text.WriteString(t)
	}
}

// arg appends a parameter of a type.
func (s *statement) arg(a argument, sqlType string) { s.write(s.parameter(a, sqlType)) }

// parameter returns the text of a new parameter.
func (s *statement) parameter(a argument, sqlType string) string {
	s.args = append(s.args, a)
	return "$" + strconv.Itoa(len(s.args)) + "::" + sqlType
}

// rule appends the place for an entity's predicates, in a WHERE clause that has something before it.
func (s *statement) rule(e *entity, alias string) {
	s.parts = append(s.parts, s.text.String())
	s.text.Reset()
	s.rules = append(s.rules, rule{e, alias})
}

// alias returns a new name for a table.
func (s *statement) alias() string {
	s.aliases++
	return "t" + strconv.Itoa(s.aliases)
}

// end closes the text.
func (s *statement) end() {
	s.parts = append(s.parts, s.text.String())
	s.text.Reset()
	s.plain = strings.Join(s.parts, "")
}

// bind gives the statement's text and arguments under the rules of the context's viewer. The text is the same for all
// viewers whose rules have the same form, so that it is prepared once.
func (s *statement) bind(ctx context.Context, b *binding) (string, []any, error) {
	args := b.args[:0]
	for _, a := range s.args {
		v, err := a(b)
		if err != nil {
			return "", nil, err
		}
		args = append(args, v)
	}
	var predicates []*sql.Predicate // none where no rule adds any
	for i, r := range s.rules {
		p, err := r.entity.Prepare(ctx, r.alias)
		if err != nil {
			return "", nil, fmt.Errorf("apply the rules of %s: %w", r.entity.Name, err)
		}
		if p != nil && predicates == nil {
			predicates = make([]*sql.Predicate, len(s.rules))
		}
		if p != nil {
			predicates[i] = p
		}
	}
	b.args = args
	if predicates == nil {
		return s.plain, args, nil
	}
	var text strings.Builder
	for i, p := range predicates {
		text.WriteString(s.parts[i])
		if p == nil {
			continue
		}
		p.SetDialect(dialect.Postgres)
		p.SetTotal(len(args))
		predicate, more := p.Query()
		text.WriteString(" AND (")
		text.WriteString(predicate)
		text.WriteString(")")
		args = append(args, more...)
	}
	text.WriteString(s.parts[len(s.rules)])
	return text.String(), args, nil
}

// quote returns a name as an SQL identifier.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// columnOf returns a column of an alias.
func columnOf(alias, column string) string {
	return alias + "." + quote(column)
}
