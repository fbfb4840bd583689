package read

import (
	"context"
	"strconv"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/access"
)

// Guard says who may read a field of the rows that they see: viewers with one of the roles, of every row; and the viewer
// whose id stands in the row's Owner column, of that row. To that viewer the field is NULL elsewhere, in selections,
// filters, orders, groups and aggregates alike. For anyone else an operation that touches the field is FORBIDDEN.
//
// A plan serves all viewers. Where it touches a guarded field its statement has a mark instead of the column, which
// [statement.cut] turns into a place that is filled for each viewer.
type Guard struct {
	Roles []string
	Owner string // column; empty for none
}

// guardMark stands at both ends of a mark. No text that PostgreSQL takes has one.
const guardMark = "\x00"

// guard gives a field its mark.
func (m *model) guard(f *Field) {
	f.place = strconv.Itoa(len(m.guarded)) + ":"
	m.guarded = append(m.guarded, f)
}

// open tells whether the viewer may read the field of every row; own, of some.
func (g *Guard) open(v *access.Viewer) bool { return v.Has(g.Roles...) }

func (g *Guard) own(v *access.Viewer) bool { return g.Owner != "" && v.ID != "" }

// touched is a guarded field that an operation touches.
type touched struct {
	field *Field
	path  ast.Path
}

// touch remembers that an operation touches a field, be it guarded.
func (c *compiler) touch(f *Field, path ast.Path) {
	if f != nil && f.Guard != nil {
		c.plan.touched = append(c.plan.touched, touched{f, path})
	}
}

// allow returns the fault of the first field that the context's viewer may not read at all.
func (p *plan) allow(ctx context.Context) error {
	if len(p.touched) == 0 {
		return nil
	}
	v := access.From(ctx)
	for _, t := range p.touched {
		if g := t.field.Guard; !g.open(v) && !g.own(v) {
			return &Error{Code: Forbidden, Message: t.field.Name + " is not for the viewer", Path: t.path}
		}
	}
	return nil
}

// cut moves the text so far into the parts, a part for each mark in it, and reports what goes between.
func (s *statement) cut(m *model) {
	text := s.text.String()
	s.text.Reset()
	for {
		before, rest, found := strings.Cut(text, guardMark)
		s.parts = append(s.parts, before)
		if !found {
			return
		}
		mark, after, _ := strings.Cut(rest, guardMark)
		place, alias, _ := strings.Cut(mark, ":")
		index, _ := strconv.Atoi(place) // our own
		s.rules = append(s.rules, rule{field: m.guarded[index], alias: alias})
		text = after
	}
}

// masked is what stands for the field's column where the viewer may read it of some rows: NULL elsewhere.
func (r rule) masked(v *access.Viewer) *sql.Predicate {
	g := r.field.Guard
	return sql.P(func(b *sql.Builder) {
		if !g.own(v) {
			b.WriteString("NULL::" + r.field.Kind.sqlType())
			return
		}
		b.WriteString("CASE WHEN " + columnOf(r.alias, g.Owner) + "::text = ").Arg(v.ID).
			WriteString(" THEN " + r.field.open(r.alias) + " END")
	})
}
