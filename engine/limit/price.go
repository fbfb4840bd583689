package limit

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// price is what a field costs: so much itself, and what is under it as often as it has elements.
type price struct {
	own   int64
	each  int64      // of every element, itself
	size  *ast.Value // of the elements, as the document or a default says; nil for one
	list  bool       // size is a list, which has as many elements
	page  bool       // without a size, as many as a page has
	under []*price
}

// perCount is the cost of a count or an aggregate, for which all rows are gone through.
const perCount = 10

// prices returns what a selection costs.
func (c Config) prices(schema *ast.Schema, set ast.SelectionSet) (list []*price) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if p := c.price(schema, s); p.own > 0 || p.each > 0 || len(p.under) > 0 {
				list = append(list, p)
			}
		case *ast.InlineFragment:
			list = append(list, c.prices(schema, s.SelectionSet)...)
		case *ast.FragmentSpread:
			list = append(list, c.prices(schema, s.Definition.SelectionSet)...)
		}
	}
	return list
}

func (c Config) price(schema *ast.Schema, f *ast.Field) *price {
	p := &price{under: c.prices(schema, f.SelectionSet)}
	t := schema.Types[f.Definition.Type.Name()]
	sized := f.Definition.Arguments.ForName("first")
	switch {
	case f.Name == "totalCount":
		p.own = perCount
	case t != nil && t.IsAbstractType(), t != nil && len(t.Interfaces) > 0: // an entity
		p.each = 1
	case sized != nil && !strings.HasSuffix(f.Definition.Type.Name(), "Connection"): // an aggregate
		p.own = perCount
	}
	if sized != nil {
		p.page = true
		p.size = argument(f, "first")
		if last := argument(f, "last"); last != nil && (p.size == nil || p.size.Kind == ast.NullValue) {
			p.size = last
		}
		if p.size == nil {
			p.size = sized.DefaultValue
		}
	} else if ids := f.Definition.Arguments.ForName("ids"); ids != nil {
		p.size, p.list = argument(f, "ids"), true
	}
	return p
}

func argument(f *ast.Field, name string) *ast.Value {
	if a := f.Arguments.ForName(name); a != nil {
		return a.Value
	}
	return nil
}

// varies tells whether a variable changes the cost.
func (p *price) varies() bool {
	if p.size != nil && p.size.Kind == ast.Variable {
		return true
	}
	for _, u := range p.under {
		if u.varies() {
			return true
		}
	}
	return false
}

func (p *price) cost(c Config, variables map[string]any) int64 {
	under := p.each
	for _, u := range p.under {
		under = add(under, u.cost(c, variables))
	}
	return add(p.own, times(p.elements(c, variables), under))
}

// elements is how many there are at most. What is out of its range is refused later.
func (p *price) elements(c Config, variables map[string]any) int64 {
	if p.size == nil {
		if p.page {
			return int64(c.DefaultPage)
		}
		return 1
	}
	var given any
	switch p.size.Kind {
	case ast.Variable:
		given = variables[p.size.Raw]
	case ast.IntValue:
		n, err := strconv.ParseInt(p.size.Raw, 10, 64)
		if err != nil {
			n = math.MaxInt32
		}
		given = n
	case ast.ListValue:
		return int64(len(p.size.Children))
	}
	if p.list {
		if list, ok := given.([]any); ok {
			return int64(len(list))
		}
		return 1
	}
	n, ok := integer(given)
	if !ok {
		return int64(c.DefaultPage)
	}
	return min(max(n, 0), int64(c.MaxPage))
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}

// add and times stop at the greatest number.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func times(a, b int64) int64 {
	if a != 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}
