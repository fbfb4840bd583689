package reference

import (
	"fmt"
	"reflect"
	"slices"
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

// listComparison tells whether a comparison of an array is true.
func listComparison(elem read.Kind, name string, operand, v []any) bool {
	has := func(list []any, one any) bool {
		return slices.ContainsFunc(list, func(e any) bool { return compare(elem, e, one) == 0 })
	}
	lacking := func(one any) bool { return !has(v, one) }
	equal := slices.EqualFunc(v, operand, func(a, b any) bool { return compare(elem, a, b) == 0 })
	switch name {
	case "eq":
		return equal
	case "neq":
		return !equal
	case "contains":
		return !slices.ContainsFunc(operand, lacking)
	case "overlaps":
		return slices.ContainsFunc(operand, func(one any) bool { return has(v, one) })
	}
	panic(fmt.Sprintf("reference: no operator %s", name))
}

// follow goes down a path of keys; false where it leads nowhere.
func follow(v any, path []any) (any, bool) {
	for _, key := range path {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[key.(string)]; !ok {
			return nil, false
		}
	}
	return v, true
}

// documents tells whether all comparisons of a JSON value are true. NULL and the null of JSON are told apart where they
// are compared, and not where null is asked for.
func documents(f Filter, v any) bool {
	there := v != nil
	if path, ok := f["path"].([]any); ok {
		v, there = follow(v, path)
	}
	for name, operand := range f {
		ok := there
		switch name {
		case "path":
			continue
		case "isNull":
			ok = (v == nil) == operand.(bool)
		case "eq":
			ok = there && reflect.DeepEqual(document(v), document(operand))
		case "neq":
			ok = there && !reflect.DeepEqual(document(v), document(operand))
		case "hasKey":
			ok = hasKey(v, operand.(string))
		}
		if !ok {
			return false
		}
	}
	return true
}

// hasKey is what PostgreSQL's ? means: a key of an object, an element of an array, a text itself.
func hasKey(v any, key string) bool {
	switch v := v.(type) {
	case map[string]any:
		_, ok := v[key]
		return ok
	case []any:
		return slices.Contains(v, any(key))
	}
	return v == any(key)
}

// compares tells whether all comparisons of an operator object are true.
func compares(kind read.Kind, f Filter, v any) bool {
	if kind == read.JSON {
		return documents(f, v)
	}
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
	switch {
	case v == nil:
		return false
	case kind&read.List != 0:
		return listComparison(kind&^read.List, name, operand.([]any), v.([]any))
	case kind == read.Bytes:
		v = base64Of(v)
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
