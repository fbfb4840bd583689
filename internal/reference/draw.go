package reference

import (
	"encoding/json"
	"fmt"

	"pgregory.net/rapid"

	"cambium/engine/read"
)

// Operations is how many operations a check of a property test draws and compares: rapid makes a hundred checks, so that a
// run compares thousands, and shows the least of those that differ.
const Operations = 3

// Draw draws an operation of one or two roots.
func (d *Data) Draw(t *rapid.T, depth int) (o Operation) {
	for i := range rapid.IntRange(1, 2).Draw(t, "roots") {
		e := d.entities[rapid.SampledFrom(d.names).Draw(t, "entity")]
		alias := fmt.Sprintf("root%d", i)
		if rapid.IntRange(0, 2).Draw(t, "root") == 0 {
			o.Aggregates = append(o.Aggregates, d.drawAggregate(t, e, e.Aggregate, alias))
		} else {
			o.Lists = append(o.Lists, d.drawList(t, e, e.Connection, alias, depth))
		}
	}
	return o
}

// DrawList draws a list at the root, not searched.
func (d *Data) DrawList(t *rapid.T, depth int) List {
	return d.DrawListOf(t, rapid.SampledFrom(d.names).Draw(t, "entity"), depth)
}

// DrawListOf draws a list at the root of rows of one entity.
func (d *Data) DrawListOf(t *rapid.T, entity string, depth int) List {
	e := d.entities[entity]
	return d.drawList(t, e, e.Connection, "list", depth)
}

const (
	maxSize   = 7
	maxTerms  = 3
	maxDeep   = 2
	maxLength = 3
)

func (d *Data) drawList(t *rapid.T, e *read.Entity, name, alias string, depth int) List {
	l := List{Alias: alias, Field: name, Entity: e.Name}
	if rapid.Bool().Draw(t, "filtered") {
		l.Where = d.drawFilter(t, e, maxDeep)
	}
	for range rapid.IntRange(0, maxTerms).Draw(t, "terms") {
		l.OrderBy = append(l.OrderBy, d.drawTerm(t, e, maxDeep))
	}
	switch rapid.IntRange(0, 3).Draw(t, "extent") {
	case 0:
		l.First = rapid.IntRange(1, maxSize).Draw(t, "first")
	case 1:
		l.Last = rapid.IntRange(1, maxSize).Draw(t, "last")
	case 2:
		l.First = rapid.IntRange(1, maxSize).Draw(t, "first")
		l.Offset = rapid.IntRange(1, maxSize).Draw(t, "offset")
	}
	l.Selection = d.drawSelection(t, e, depth)
	if e.Search != "" && l.OrderBy != nil && rapid.IntRange(0, 2).Draw(t, "searched") == 0 { // else the order is by rank
		l.Search = d.drawSearch(t, e)
	}
	return l
}

func (d *Data) drawSelection(t *rapid.T, e *read.Entity, depth int) (s Selection) {
	for _, f := range e.Fields {
		if rapid.IntRange(0, 3).Draw(t, "select "+f.Name) == 0 {
			s.Fields = append(s.Fields, f.Name)
		}
	}
	if depth == 0 {
		return s
	}
	for i, x := range e.Edges {
		if rapid.IntRange(0, 2).Draw(t, "follow "+x.Name) != 0 {
			continue
		}
		target := d.entities[x.Target]
		if x.Unique {
			s.ToOne = append(s.ToOne, One{x.Name, x.Target, d.drawSelection(t, target, depth-1)})
			continue
		}
		s.ToMany = append(s.ToMany, d.drawList(t, target, x.Name, fmt.Sprintf("%s%d", x.Name, i), depth-1))
		if rapid.IntRange(0, 2).Draw(t, "aggregate "+x.Name) == 0 {
			s.Aggregates = append(s.Aggregates, d.drawAggregate(t, target, x.Aggregate, fmt.Sprintf("groups%d", i)))
		}
	}
	return s
}

var directions = []string{"ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST"}

func (d *Data) drawTerm(t *rapid.T, e *read.Entity, depth int) Term {
	direction := rapid.SampledFrom(directions).Draw(t, "direction")
	return Term{d.drawWay(t, e, depth), direction}
}

func (d *Data) drawWay(t *rapid.T, e *read.Entity, depth int) []string {
	ways := [][]string{{"id"}}
	for _, f := range e.Fields {
		if f.Kind != read.JSON && f.Kind != read.Bytes && f.Kind&read.List == 0 {
			ways = append(ways, []string{f.Name})
		}
	}
	for _, x := range e.Edges {
		switch {
		case !x.Unique:
			ways = append(ways, []string{x.Name, "count"})
		case depth > 0:
			ways = append(ways, []string{x.Name})
		}
	}
	way := rapid.SampledFrom(ways).Draw(t, "way")
	for _, x := range e.Edges {
		if x.Name == way[0] && x.Unique {
			return append([]string{x.Name}, d.drawWay(t, d.entities[x.Target], depth-1)...)
		}
	}
	return way
}

func (d *Data) drawFilter(t *rapid.T, e *read.Entity, depth int) Filter {
	f := Filter{}
	for range rapid.IntRange(0, 2).Draw(t, "members") {
		switch choice := rapid.IntRange(0, 9).Draw(t, "member"); {
		case choice == 0 && depth > 0:
			f["not"] = d.drawFilter(t, e, depth-1)
		case choice == 1 && depth > 0:
			f["or"] = d.drawFilters(t, e, depth-1)
		case choice == 2 && depth > 0:
			f["and"] = d.drawFilters(t, e, depth-1)
		case choice < 6 && depth > 0 && len(e.Edges) > 0:
			x := rapid.SampledFrom(e.Edges).Draw(t, "edge")
			f[x.Name] = d.drawAcross(t, x, depth-1)
		default:
			name := rapid.SampledFrom(append([]read.Field{e.Key}, e.Fields...)).Draw(t, "field").Name
			if c := d.drawComparison(t, e, field(e, name)); c != nil {
				f[name] = c
			}
		}
	}
	return f
}

func (d *Data) drawFilters(t *rapid.T, e *read.Entity, depth int) (list []Filter) {
	list = []Filter{}
	for range rapid.IntRange(0, 2).Draw(t, "alternatives") {
		list = append(list, d.drawFilter(t, e, depth))
	}
	return list
}

func (d *Data) drawAcross(t *rapid.T, x read.Edge, depth int) Filter {
	target := d.entities[x.Target]
	if x.Unique {
		return d.drawFilter(t, target, depth)
	}
	name := rapid.SampledFrom([]string{"some", "none", "every", "count"}).Draw(t, "quantor")
	if name != "count" {
		return Filter{name: d.drawFilter(t, target, depth)}
	}
	operator := rapid.SampledFrom([]string{"eq", "neq", "gt", "gte", "lt", "lte"}).Draw(t, "operator")
	return Filter{"count": Filter{operator: rapid.IntRange(0, maxLength).Draw(t, "count")}}
}

// drawComparison draws an operator and an operand that some row has, so that comparisons hit.
func (d *Data) drawComparison(t *rapid.T, e *read.Entity, f read.Field) Filter {
	var values []any
	for _, r := range d.rows[e.Table] {
		switch {
		case f.Name == "id":
			values = append(values, idOf(e, r))
		case r[column(f)] != nil:
			values = append(values, operand(f.Kind, r[column(f)]))
		}
	}
	switch {
	case f.Kind == read.JSON:
		return d.drawDocument(t, values)
	case f.Kind&read.List != 0:
		return d.drawListComparison(t, values)
	}
	operators := []string{"eq", "neq"}
	if f.Name != "id" {
		operators = append(operators, "isNull")
	}
	if f.Kind != read.Boolean {
		operators = append(operators, "in", "notIn")
		if f.Name != "id" && f.Kind != read.Enum && f.Kind != read.Bytes {
			operators = append(operators, "gt", "gte", "lt", "lte")
		}
	}
	if f.Kind == read.String && f.Name != "id" {
		operators = append(operators, "contains", "startsWith", "endsWith", "eqFold", "containsFold", "startsWithFold", "endsWithFold")
	}
	operator := rapid.SampledFrom(operators).Draw(t, "operator")
	if operator == "isNull" {
		return Filter{operator: rapid.Bool().Draw(t, "null")}
	}
	if len(values) == 0 {
		return nil
	}
	value := rapid.SampledFrom(values)
	switch operator {
	case "in", "notIn":
		return Filter{operator: rapid.SliceOfN(value, 0, maxLength).Draw(t, "operands")}
	case "eq", "neq", "gt", "gte", "lt", "lte":
		return Filter{operator: value.Draw(t, "operand")}
	}
	text := []rune(value.Draw(t, "operand").(string))
	from := rapid.IntRange(0, len(text)).Draw(t, "from")
	to := rapid.IntRange(from, min(from+maxLength, len(text))).Draw(t, "to")
	return Filter{operator: string(text[from:to])}
}

// drawListComparison draws a comparison of an array with one that some row has, or with a part of it.
func (d *Data) drawListComparison(t *rapid.T, values []any) Filter {
	operator := rapid.SampledFrom([]string{"eq", "neq", "contains", "overlaps", "isNull"}).Draw(t, "operator")
	if operator == "isNull" {
		return Filter{operator: rapid.Bool().Draw(t, "null")}
	}
	if len(values) == 0 {
		return nil
	}
	list := rapid.SampledFrom(values).Draw(t, "operand").([]any)
	return Filter{operator: list[:rapid.IntRange(0, len(list)).Draw(t, "length")]}
}

// drawDocument draws a comparison of a JSON value, or of what a path leads to in it.
func (d *Data) drawDocument(t *rapid.T, values []any) Filter {
	f := Filter{}
	if rapid.Bool().Draw(t, "deep") {
		f["path"] = []any{rapid.SampledFrom(documentKeys).Draw(t, "path")}
	}
	switch operator := rapid.SampledFrom([]string{"eq", "neq", "hasKey", "isNull"}).Draw(t, "operator"); {
	case operator == "isNull":
		f[operator] = rapid.Bool().Draw(t, "null")
	case operator == "hasKey":
		f[operator] = rapid.SampledFrom(documentKeys).Draw(t, "key")
	case len(values) > 0:
		v := rapid.SampledFrom(values).Draw(t, "operand")
		if f["path"] != nil {
			if v, _ = follow(v, f["path"].([]any)); v == nil {
				return nil // null is no operand
			}
		}
		f[operator] = v
	}
	return f
}

// documentKeys are the keys that JSON values in tests have.
var documentKeys = []string{"a", "b", "c"}

// operand is a row's value as an input of the API: numbers of 64 bits and decimals are strings.
func operand(kind read.Kind, v any) any {
	if kind == read.Bytes {
		return base64Of(v)
	}
	if n, ok := v.(json.Number); ok && (kind == read.BigInt || kind == read.Decimal) {
		return string(n)
	}
	if kind == read.Enum {
		return enum(v.(string))
	}
	return v
}
