package reference

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Query writes an operation. With variables, each where, having and orderBy argument is one.
func (o Operation) Query(asVariables bool) (query string, variables map[string]any) {
	w := writer{variables: make(map[string]any), use: asVariables}
	var body strings.Builder
	for _, l := range o.Lists {
		w.list(&body, l, "")
	}
	for _, a := range o.Aggregates {
		w.aggregate(&body, a)
	}
	if len(w.declared) == 0 {
		return "{" + body.String() + "}", nil
	}
	return "query(" + strings.Join(w.declared, ", ") + ") {" + body.String() + "}", w.variables
}

type writer struct {
	use       bool
	variables map[string]any
	declared  []string
}

// List writes one list with more arguments.
func (w *writer) list(b *strings.Builder, l List, more string) {
	var arguments []string
	number := func(name string, n int) {
		if n > 0 {
			arguments = append(arguments, name+": "+strconv.Itoa(n))
		}
	}
	number("first", l.First)
	number("last", l.Last)
	number("offset", l.Offset)
	if l.Where != nil {
		arguments = append(arguments, "where: "+w.argument(l.Entity+"Where", plain(l.Where)))
	}
	if l.Search != nil {
		arguments = append(arguments, "search: "+w.argument("String", l.Search.text()))
	}
	if l.OrderBy != nil {
		arguments = append(arguments, "orderBy: "+w.argument("["+l.Entity+"OrderBy!]", terms(l.OrderBy)))
	}
	if more != "" {
		arguments = append(arguments, more)
	}
	fmt.Fprintf(b, " %s: %s", l.Alias, l.Field)
	if len(arguments) > 0 {
		fmt.Fprintf(b, "(%s)", strings.Join(arguments, ", "))
	}
	b.WriteString(" { nodes {")
	w.selection(b, l.Selection)
	b.WriteString(" } totalCount pageInfo { hasNextPage hasPreviousPage } }")
}

func (w *writer) selection(b *strings.Builder, s Selection) {
	b.WriteString(" id")
	for _, f := range s.Fields {
		b.WriteString(" " + f)
	}
	for _, one := range s.ToOne {
		b.WriteString(" " + one.Field + " {")
		w.selection(b, one.Selection)
		b.WriteString(" }")
	}
	for _, l := range s.ToMany {
		w.list(b, l, "")
	}
	for _, a := range s.Aggregates {
		w.aggregate(b, a)
	}
}

// aggregate writes an aggregate. Selections of the same object come one by one: an answer has them merged.
func (w *writer) aggregate(b *strings.Builder, a Aggregate) {
	var arguments []string
	add := func(given bool, name, graphql string, v any) {
		if given {
			arguments = append(arguments, name+": "+w.argument(graphql, v))
		}
	}
	add(a.Where != nil, "where", a.Entity+"Where", plain(a.Where))
	add(a.GroupBy != nil, "groupBy", "["+a.Entity+"GroupBy!]", groups(a.GroupBy))
	add(a.Having != nil, "having", a.Entity+"Having", plain(a.Having))
	add(a.OrderBy != nil, "orderBy", "["+a.Entity+"AggregateOrderBy!]", terms(a.OrderBy))
	add(a.First > 0, "first", "Int", a.First)
	add(a.Offset > 0, "offset", "Int", a.Offset)
	fmt.Fprintf(b, " %s: %s", a.Alias, a.Field)
	if len(arguments) > 0 {
		fmt.Fprintf(b, "(%s)", strings.Join(arguments, ", "))
	}
	b.WriteString(" { count")
	for _, by := range a.GroupBy {
		fmt.Fprintf(b, " group { %s %s", strings.Join(by.Way, " { "), strings.Repeat("} ", len(by.Way)))
	}
	for _, m := range a.Measures {
		fmt.Fprintf(b, " %s { %s }", m.Function, m.Field)
	}
	b.WriteString(" }")
}

func (w *writer) argument(graphql string, v any) string {
	if !w.use {
		return written(v)
	}
	name := "v" + strconv.Itoa(len(w.declared))
	w.declared = append(w.declared, "$"+name+": "+graphql)
	w.variables[name] = v
	return "$" + name
}

// enum is written without quotes in a document.
type enum string

// plain turns a filter into maps and slices.
func plain(v any) any {
	switch v := v.(type) {
	case Filter:
		object := make(map[string]any, len(v))
		for name, member := range v {
			object[name] = plain(member)
		}
		return object
	case []Filter:
		list := make([]any, len(v))
		for i, f := range v {
			list[i] = plain(f)
		}
		return list
	}
	return v
}

func groups(by []Group) any {
	list := make([]any, len(by))
	for i, g := range by {
		var v any = true
		if g.Bucket != "" {
			v = enum(g.Bucket)
		}
		for _, name := range slices.Backward(g.Way) {
			v = map[string]any{name: v}
		}
		list[i] = v
	}
	return list
}

func terms(by []Term) any {
	list := make([]any, len(by))
	for i, t := range by {
		var v any = enum(t.Direction)
		for _, name := range slices.Backward(t.Way) {
			v = map[string]any{name: v}
		}
		list[i] = v
	}
	return list
}

// written is a value in a document.
func written(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, name+": "+written(v[name]))
		}
		return "{" + strings.Join(members, ", ") + "}"
	case []any:
		var elements []string
		for _, e := range v {
			elements = append(elements, written(e))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case enum:
		return string(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Page writes the list as a page of ids and cursors.
func Page(l List, arguments string) string {
	w := writer{}
	var more []string
	if l.Where != nil {
		more = append(more, "where: "+written(plain(l.Where)))
	}
	if l.OrderBy != nil {
		more = append(more, "orderBy: "+w.argument("", terms(l.OrderBy)))
	}
	if l.Search != nil {
		more = append(more, "search: "+w.argument("String", l.Search.text()))
	}
	more = append(more, arguments)
	return fmt.Sprintf("{ list: %s(%s) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
		l.Field, strings.Join(more, ", "))
}
