package read

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"cambium/engine/access"
)

// statement is the text of a plan. It is written once, front to back, in parts: between two parts go the predicates of
// one entity's rules, or a guarded field, which are known only when the viewer is.
type statement struct {
	model *model
	parts []string
	plain string // all parts, for viewers whom no rule concerns
	rules []rule
	args  []argument

	text    strings.Builder
	aliases int
}

// rule stands for the predicates of an entity under an alias, or for a guarded field of it.
type rule struct {
	entity *entity
	field  *Field // where there is no entity
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
	s.cut(s.model)
	s.rules = append(s.rules, rule{entity: e, alias: alias})
}

// alias returns a new name for a table.
func (s *statement) alias() string {
	s.aliases++
	return "t" + strconv.Itoa(s.aliases)
}

// end closes the text.
func (s *statement) end() {
	s.cut(s.model)
	var plain strings.Builder
	for i, part := range s.parts {
		plain.WriteString(part)
		if i < len(s.rules) && s.rules[i].field != nil {
			plain.WriteString(s.rules[i].field.open(s.rules[i].alias))
		}
	}
	s.plain = plain.String()
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
		p, err := r.prepare(ctx)
		if err != nil {
			return "", nil, err
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
		field := s.rules[i].field
		if p == nil {
			if field != nil {
				text.WriteString(field.open(s.rules[i].alias))
			}
			continue
		}
		p.SetDialect(dialect.Postgres)
		p.SetTotal(len(args))
		predicate, more := p.Query()
		if field == nil {
			text.WriteString(" AND ")
		}
		text.WriteString("(")
		text.WriteString(predicate)
		text.WriteString(")")
		args = append(args, more...)
	}
	text.WriteString(s.parts[len(s.rules)])
	return text.String(), args, nil
}

// prepare returns what the rule adds for the context's viewer; nil for nothing.
func (r rule) prepare(ctx context.Context) (*sql.Predicate, error) {
	if r.field != nil {
		v := access.From(ctx)
		if r.field.Guard.open(v) {
			return nil, nil //nolint:nilnil // nothing, as Entity.Prepare has it
		}
		return r.masked(v), nil
	}
	p, err := r.entity.Prepare(ctx, r.alias)
	if err != nil {
		return nil, fmt.Errorf("apply the rules of %s: %w", r.entity.Name, err)
	}
	return p, nil
}

// quote returns a name as an SQL identifier.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// columnOf returns a column of an alias.
func columnOf(alias, column string) string {
	return alias + "." + quote(column)
}
