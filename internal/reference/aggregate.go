package reference

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"cambium/engine/read"
)

// Aggregate is a field that groups rows, with its arguments and the figures that are selected. The values that it is
// grouped by are always selected.
type Aggregate struct {
	Alias, Field, Entity string

	Where         Filter
	GroupBy       []Group
	Having        Filter
	OrderBy       []Term // ways begin with count, group or a function
	First, Offset int    // 0 for none
	Measures      []Measure
}

// Group is an element of a groupBy argument: the way to a field through to-one edges, and the bucket of a time.
type Group struct {
	Way    []string
	Bucket string
}

// Measure is a figure of a group.
type Measure struct{ Function, Field string }

// group is the rows that share values.
type group struct {
	values []typed
	rows   []Row
}

// typed is a value with its kind.
type typed struct {
	kind read.Kind
	v    any
}

// compareNulls orders values, null as it is told.
func compareNulls(x, y typed, descending, nullsFirst bool) int {
	switch {
	case x.v == nil && y.v == nil:
		return 0
	case x.v == nil || y.v == nil:
		if (x.v == nil) == nullsFirst {
			return -1
		}
		return 1
	case descending:
		return compare(x.kind, y.v, x.v)
	}
	return compare(x.kind, x.v, y.v)
}

// groups answers an aggregate over rows.
func (d *Data) groups(a Aggregate, from []Row) []any {
	e := d.entities[a.Entity]
	var groups []*group
	if len(a.GroupBy) == 0 {
		groups = append(groups, &group{})
	}
	for _, r := range from {
		if !d.matches(e, a.Where, r) {
			continue
		}
		values := make([]typed, len(a.GroupBy))
		for i, by := range a.GroupBy {
			kind, v := d.term(e, by.Way, r)
			values[i] = typed{kind, bucketed(kind, v, by.Bucket)}
		}
		at := slices.IndexFunc(groups, func(g *group) bool {
			return slices.EqualFunc(g.values, values, func(x, y typed) bool { return compareNulls(x, y, false, false) == 0 })
		})
		if at < 0 {
			at = len(groups)
			groups = append(groups, &group{values: values})
		}
		groups[at].rows = append(groups[at].rows, r)
	}
	groups = slices.DeleteFunc(groups, func(g *group) bool { return !having(e, a.Having, g) })
	slices.SortFunc(groups, func(x, y *group) int { return a.compare(e, x, y) })
	groups = groups[min(a.Offset, len(groups)):]
	size := a.First
	if size == 0 {
		size = defaultPage
	}
	answers := []any{}
	for _, g := range groups[:min(size, len(groups))] {
		answers = append(answers, a.answer(e, g))
	}
	return answers
}

func (a Aggregate) compare(e *read.Entity, x, y *group) int {
	for _, t := range a.OrderBy {
		descending, nullsFirst := t.direction()
		if c := compareNulls(a.value(e, t.Way, x), a.value(e, t.Way, y), descending, nullsFirst); c != 0 {
			return c
		}
	}
	for i := range a.GroupBy {
		if c := compareNulls(x.values[i], y.values[i], false, false); c != 0 {
			return c
		}
	}
	return 0
}

// value is what a term of an order leads to.
func (a Aggregate) value(e *read.Entity, way []string, g *group) typed {
	switch way[0] {
	case "count":
		return typed{read.BigInt, len(g.rows)}
	case "group":
		i := slices.IndexFunc(a.GroupBy, func(by Group) bool { return slices.Equal(by.Way, way[1:]) })
		return g.values[i]
	}
	return figure(e, Measure{way[0], way[1]}, g.rows)
}

// figure computes an aggregate function over the rows that have a value. Sums and averages are exact, whatever the kind.
func figure(e *read.Entity, m Measure, rows []Row) typed {
	f := field(e, m.Field)
	var values []any
	for _, r := range rows {
		if v := r[column(f)]; v != nil {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return typed{f.Kind, nil}
	}
	switch m.Function {
	case "min":
		return typed{f.Kind, slices.MinFunc(values, func(x, y any) int { return compare(f.Kind, x, y) })}
	case "max":
		return typed{f.Kind, slices.MaxFunc(values, func(x, y any) int { return compare(f.Kind, x, y) })}
	}
	sum, size := new(big.Rat), new(big.Rat)
	for _, v := range values {
		n := rational(v)
		if f.Kind == read.Real { // the number that 32 bits hold, of which only the first digits are shown
			near, _ := n.Float32()
			n.SetFloat64(float64(near))
		}
		sum.Add(sum, n)
		size.Add(size, new(big.Rat).Abs(n))
	}
	n := number{sum, new(big.Rat), f.Kind == read.Float || f.Kind == read.Real}
	if n.float {
		n.tolerance.Mul(size, big.NewRat(1, 1e9)) // the order of the additions shows in the last digits
	}
	if m.Function == "avg" {
		n.value.Quo(n.value, big.NewRat(int64(len(values)), 1))
		n.tolerance.Add(n.tolerance, new(big.Rat).Mul(new(big.Rat).Abs(n.value), big.NewRat(1, 1e15))) // PostgreSQL rounds
	}
	return typed{read.Decimal, n}
}

func having(e *read.Entity, f Filter, g *group) bool {
	for name, v := range f {
		ok := true
		switch name {
		case "and":
			ok = !slices.ContainsFunc(v.([]Filter), func(f Filter) bool { return !having(e, f, g) })
		case "or":
			ok = slices.ContainsFunc(v.([]Filter), func(f Filter) bool { return having(e, f, g) })
		case "not":
			ok = !having(e, v.(Filter), g)
		case "count":
			ok = compares(read.Int, v.(Filter), len(g.rows))
		default:
			for of, comparison := range v.(Filter) {
				value := figure(e, Measure{name, of}, g.rows)
				ok = ok && compares(value.kind, comparison.(Filter), value.v)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// answer is a group as the API shows it.
func (a Aggregate) answer(e *read.Entity, g *group) map[string]any {
	object := map[string]any{"count": float64(len(g.rows))}
	if len(a.GroupBy) > 0 {
		shared := make(map[string]any)
		for i, by := range a.GroupBy {
			at := shared
			for _, name := range by.Way[:len(by.Way)-1] {
				if at[name] == nil {
					at[name] = make(map[string]any)
				}
				at = at[name].(map[string]any)
			}
			at[by.Way[len(by.Way)-1]] = g.values[i].shown()
		}
		object["group"] = shared
	}
	for _, m := range a.Measures {
		if object[m.Function] == nil {
			object[m.Function] = make(map[string]any)
		}
		object[m.Function].(map[string]any)[m.Field] = figure(e, m, g.rows).shown()
	}
	return object
}

// shown is the value as the API shows it. Equal decimals may have more zeros or fewer: any of them will do.
func (t typed) shown() any {
	if _, ok := t.v.(number); ok {
		return t.v
	}
	if t.v != nil && t.kind == read.Decimal {
		return number{rational(t.v), new(big.Rat), false}
	}
	return shown(t.kind, t.v)
}

// bucketed is the start of the bucket that a time or a date falls into: in UTC, weeks from Monday.
func bucketed(kind read.Kind, v any, bucket string) any {
	if v == nil || bucket == "" || bucket == "EXACT" {
		return v
	}
	layout := time.RFC3339Nano
	if kind == read.Date {
		layout = time.DateOnly
	}
	t, err := time.Parse(layout, v.(string))
	if err != nil {
		panic(err)
	}
	t = t.UTC()
	year, month, day := t.Date()
	hour := 0
	switch bucket {
	case "HOUR":
		hour = t.Hour()
	case "DAY":
	case "WEEK":
		const week = 7
		day -= (int(t.Weekday()) + week - int(time.Monday)) % week
	case "MONTH":
		day = 1
	case "QUARTER":
		const quarter = 3
		month, day = month-(month-1)%quarter, 1
	case "YEAR":
		month, day = time.January, 1
	default:
		panic(fmt.Sprintf("reference: no bucket %s", bucket))
	}
	return time.Date(year, month, day, hour, 0, 0, 0, time.UTC).Format(layout)
}

// direction is what a term's direction means.
func (t Term) direction() (descending, nullsFirst bool) {
	descending = strings.HasPrefix(t.Direction, "DESC")
	return descending, strings.HasSuffix(t.Direction, "FIRST") || descending && !strings.HasSuffix(t.Direction, "LAST")
}
