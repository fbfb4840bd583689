package codegen

import (
	"fmt"

	"entgo.io/ent/entc/gen"
)

// link is an edge of which a foreign key, or a row of a join table, is written.
type link struct {
	*edge

	Gen      *gen.Edge
	Own      bool
	Column   string
	Required bool
	Inverse  string
	Name     string // in the API; empty where inputs may not follow it
	From, To storedColumn
	Table    string
	Through  *gen.Type
	Back     string
	Far      string
}

// addLinks adds the edges.
func (w *written) addLinks(exposed map[*gen.Type]*written) (faults []error) {
	t := w.Type
	for _, x := range t.Edges {
		far := exposed[x.Type]
		if far == nil || x.Bidi && !x.M2M() || !t.HasOneFieldID() && !x.OwnFK() {
			if x.OwnFK() && !x.Optional && w.creates {
				faults = append(faults, fmt.Errorf("schema %s: a new row needs the edge %s, which leads to %s, which is not exposed; "+
					"expose it, or do not expose Create", t.Name, x.Name, x.Type.Name))
			}
			continue
		}
		l := link{Gen: x, Own: x.OwnFK(), Required: !x.Optional}
		if w.entity != nil && far.entity != nil {
			l.Name = camel(x.Name)
		}
		switch {
		case x.M2M():
			near, _ := sqlType(t.ID)
			other, _ := sqlType(x.Type.ID)
			from, to := x.Rel.Columns[0], x.Rel.Columns[1]
			if x.IsInverse() {
				from, to = to, from
			}
			l.Table, l.From, l.To = x.Rel.Table, storedColumn{Name: from, Type: near}, storedColumn{Name: to, Type: other}
			if l.Through = x.Through; l.Through != nil {
				l.Back, l.Far = edgeOf(l.Through, from), edgeOf(l.Through, to)
			}
		default:
			l.Column = x.Rel.Columns[0]
			if !l.Own {
				l.Inverse = edgeOf(x.Type, l.Column)
				l.Required = requiredColumn(x.Type, l.Column)
			}
		}
		w.Links = append(w.Links, l)
	}
	return faults
}

// edgeOf is the edge of a type that a column of its table is the foreign key of; empty where there is none.
func edgeOf(t *gen.Type, column string) string {
	for _, x := range t.Edges {
		if x.OwnFK() && x.Rel.Column() == column {
			return x.Name
		}
	}
	return ""
}

// requiredColumn tells whether a foreign key must not be null.
func requiredColumn(t *gen.Type, column string) bool {
	for _, x := range t.Edges {
		if x.OwnFK() && x.Rel.Column() == column {
			return !x.Optional
		}
	}
	return false
}

// Followed are the edges that inputs may follow.
func (w *written) Followed() (list []link) {
	for _, l := range w.Links {
		if l.Name != "" {
			list = append(list, l)
		}
	}
	return list
}

// Farther is the type of an edge's input under creation or under update.
func (l link) Farther(under string) string {
	many := "Many"
	if l.Gen.Unique {
		many = "One"
	}
	return l.Gen.Type.Name + "To" + many + under + "Input"
}
