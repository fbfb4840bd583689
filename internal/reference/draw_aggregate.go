package reference

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"cambium/engine/read"
)

func (d *Data) drawAggregate(t *rapid.T, e *read.Entity, name, alias string) Aggregate {
	a := Aggregate{Alias: alias, Field: name, Entity: e.Name}
	if rapid.Bool().Draw(t, "filtered") {
		a.Where = d.drawFilter(t, e, maxDeep)
	}
	for range rapid.IntRange(0, maxTerms).Draw(t, "groups") {
		if g, ok := d.drawGroup(t, e, maxDeep); ok && !slices.ContainsFunc(a.GroupBy, func(by Group) bool { return slices.Equal(by.Way, g.Way) }) {
			a.GroupBy = append(a.GroupBy, g)
		}
	}
	figures, exact := d.measures(e)
	for range rapid.IntRange(0, maxTerms).Draw(t, "measures") {
		if len(figures) > 0 {
			a.Measures = append(a.Measures, rapid.SampledFrom(figures).Draw(t, "measure"))
		}
	}
	if rapid.Bool().Draw(t, "having") {
		a.Having = d.drawHaving(t, e, exact, maxDeep)
	}
	ways := [][]string{{"count"}}
	for _, by := range a.GroupBy {
		ways = append(ways, append([]string{"group"}, by.Way...))
	}
	for _, m := range exact {
		ways = append(ways, []string{m.Function, m.Field})
	}
	for range rapid.IntRange(0, maxTerms).Draw(t, "terms") {
		a.OrderBy = append(a.OrderBy, Term{rapid.SampledFrom(ways).Draw(t, "way"), rapid.SampledFrom(directions).Draw(t, "direction")})
	}
	if rapid.Bool().Draw(t, "cut") {
		a.First = rapid.IntRange(1, maxSize).Draw(t, "first")
		a.Offset = rapid.IntRange(0, 2).Draw(t, "offset")
	}
	return a
}

// measures are the figures that there are of an entity, and those that come out the same however they are computed. Sums
// that a double cannot hold are an error, and not among them.
func (d *Data) measures(e *read.Entity) (all, exact []Measure) {
	for _, f := range e.Fields {
		switch f.Kind {
		case read.Int, read.BigInt, read.Decimal:
			exact = append(exact, Measure{"sum", f.Name}, Measure{"avg", f.Name}, Measure{"min", f.Name}, Measure{"max", f.Name})
		case read.Float, read.Real:
			if d.summable(e, f) {
				all = append(all, Measure{"sum", f.Name}, Measure{"avg", f.Name})
			}
			exact = append(exact, Measure{"min", f.Name}, Measure{"max", f.Name})
		case read.Date, read.String, read.Time:
			exact = append(exact, Measure{"min", f.Name}, Measure{"max", f.Name})
		default: // has none
		}
	}
	return append(all, exact...), exact
}

// summable tells whether a double holds every sum of a field's values, and every average: PostgreSQL fails where a
// quotient is so small that it would be 0.
func (d *Data) summable(e *read.Entity, f read.Field) bool {
	const least = 1e-300
	size := 0.0
	for _, r := range d.rows[e.Table] {
		v := r[column(f)]
		if v == nil {
			continue
		}
		float, _ := rational(v).Float64()
		if float != 0 && math.Abs(float) < least {
			return false
		}
		size += math.Abs(float)
	}
	return size < math.MaxFloat64
}

// drawGroup draws a way to group by; false where it leads to nothing to group by.
func (d *Data) drawGroup(t *rapid.T, e *read.Entity, depth int) (g Group, ok bool) {
	var fields []read.Field
	for _, f := range e.Fields {
		if f.Kind != read.JSON && f.Kind != read.Bytes && f.Kind&read.List == 0 {
			fields = append(fields, f)
		}
	}
	var edges []read.Edge
	for _, x := range e.Edges {
		if x.Unique && depth > 0 {
			edges = append(edges, x)
		}
	}
	if len(edges) > 0 && (len(fields) == 0 || rapid.Bool().Draw(t, "across")) {
		x := rapid.SampledFrom(edges).Draw(t, "edge")
		g, ok = d.drawGroup(t, d.entities[x.Target], depth-1)
		g.Way = append([]string{x.Name}, g.Way...)
		return g, ok
	}
	if len(fields) == 0 {
		return g, false
	}
	f := rapid.SampledFrom(fields).Draw(t, "field")
	g.Way = []string{f.Name}
	if f.Kind == read.Time || f.Kind == read.Date {
		g.Bucket = rapid.SampledFrom([]string{"EXACT", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}).Draw(t, "bucket")
	}
	return g, true
}

func (d *Data) drawHaving(t *rapid.T, e *read.Entity, exact []Measure, depth int) Filter {
	f := Filter{}
	for range rapid.IntRange(0, 2).Draw(t, "members") {
		switch choice := rapid.IntRange(0, 5).Draw(t, "member"); {
		case choice == 0 && depth > 0:
			f["not"] = d.drawHaving(t, e, exact, depth-1)
		case choice == 1 && depth > 0:
			f["or"] = []Filter{d.drawHaving(t, e, exact, depth-1), d.drawHaving(t, e, exact, depth-1)}
		case choice == 2 && depth > 0:
			f["and"] = []Filter{d.drawHaving(t, e, exact, depth-1)}
		case choice == 3 || len(exact) == 0:
			operator := rapid.SampledFrom([]string{"eq", "neq", "gt", "gte", "lt", "lte"}).Draw(t, "operator")
			f["count"] = Filter{operator: rapid.IntRange(0, maxSize).Draw(t, "count")}
		default:
			m := rapid.SampledFrom(exact).Draw(t, "measure")
			if c := d.drawFigure(t, e, m); c != nil {
				f[m.Function] = Filter{m.Field: c}
			}
		}
	}
	return f
}

// drawFigure draws a comparison of a figure with a value that some row has.
func (d *Data) drawFigure(t *rapid.T, e *read.Entity, m Measure) Filter {
	f := field(e, m.Field)
	operator := rapid.SampledFrom([]string{"eq", "neq", "gt", "gte", "lt", "lte", "isNull"}).Draw(t, "operator")
	if operator == "isNull" {
		return Filter{operator: rapid.Bool().Draw(t, "null")}
	}
	kind := f.Kind
	if m.Function == "sum" || m.Function == "avg" {
		kind = read.Decimal // a string, of a BigInt too
	}
	var values []any
	for _, r := range d.rows[e.Table] {
		if v := r[column(f)]; v != nil {
			values = append(values, operand(kind, v))
		}
	}
	if len(values) == 0 {
		return nil
	}
	return Filter{operator: rapid.SampledFrom(values).Draw(t, "operand")}
}
