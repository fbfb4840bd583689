package reference

import (
	"fmt"
	"strings"

	"cambium/engine/read"
)

// Filter is a where argument: a tree of input objects with Go values at its leaves.
type Filter map[string]any

// matches tells whether a filter is true of a row.
func (d *Data) matches(e *read.Entity, f Filter, r Row) bool {
	for name, v := range f {
		if !d.condition(e, name, v, r) {
			return false
		}
	}
	return true
}

func (d *Data) condition(e *read.Entity, name string, v any, r Row) bool {
	switch name {
	case "and":
		for _, f := range v.([]Filter) {
			if !d.matches(e, f, r) {
				return false
			}
		}
		return true
	case "or":
		for _, f := range v.([]Filter) {
			if d.matches(e, f, r) {
				return true
			}
		}
		return false
	case "not":
		return !d.matches(e, v.(Filter), r)
	}
	for _, x := range e.Edges {
		if x.Name == name {
			return d.across(x, v.(Filter), d.far(x, r))
		}
	}
	f := field(e, name)
	if f.Name == "id" {
		return compares(read.String, v.(Filter), idOf(e, r))
	}
	return compares(f.Kind, v.(Filter), r[column(f)])
}

func (d *Data) across(x read.Edge, f Filter, far []Row) bool {
	target := d.entities[x.Target]
	count := func(f Filter) (n int) {
		for _, r := range far {
			if d.matches(target, f, r) {
				n++
			}
		}
		return n
	}
	if x.Unique {
		return count(f) > 0
	}
	for name, v := range f {
		ok := false
		switch name {
		case "some":
			ok = count(v.(Filter)) > 0
		case "none":
			ok = count(v.(Filter)) == 0
		case "every":
			ok = count(v.(Filter)) == len(far)
		case "count":
			ok = compares(read.Int, v.(Filter), len(far))
		}
		if !ok {
			return false
		}
	}
	return true
}

// compares tells whether all comparisons of an operator object are true.
func compares(kind read.Kind, f Filter, v any) bool {
	for name, operand := range f {
		if !comparison(kind, name, operand, v) {
			return false
		}
	}
	return true
}

func comparison(kind read.Kind, name string, operand, v any) bool {
	if name == "isNull" {
		return (v == nil) == operand.(bool)
	}
	if v == nil {
		return false
	}
	switch name {
	case "in", "notIn":
		for _, o := range operand.([]any) {
			if compare(kind, v, o) == 0 {
				return name == "in"
			}
		}
		return name == "notIn"
	case "eq":
		return compare(kind, v, operand) == 0
	case "neq":
		return compare(kind, v, operand) != 0
	case "gt":
		return compare(kind, v, operand) > 0
	case "gte":
		return compare(kind, v, operand) >= 0
	case "lt":
		return compare(kind, v, operand) < 0
	case "lte":
		return compare(kind, v, operand) <= 0
	}
	text, part := v.(string), operand.(string)
	name, fold := strings.CutSuffix(name, "Fold")
	if fold {
		text, part = strings.ToLower(text), strings.ToLower(part)
	}
	switch name {
	case "eq":
		return text == part
	case "contains":
		return strings.Contains(text, part)
	case "startsWith":
		return strings.HasPrefix(text, part)
	case "endsWith":
		return strings.HasSuffix(text, part)
	}
	panic(fmt.Sprintf("reference: no operator %s", name))
}
