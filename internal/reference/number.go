package reference

import (
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
)

// number is a figure that an answer must be within a tolerance of: a string of digits, or a number of JSON.
type number struct {
	value, tolerance *big.Rat
	float            bool
}

// String gives the digits, as [rational] reads them.
func (n number) String() string { return n.value.RatString() }

func (n number) is(got any) bool {
	if _, float := got.(float64); float != n.float {
		return false
	}
	r, ok := new(big.Rat).SetString(fmt.Sprint(got))
	return ok && r.Sub(r, n.value).Abs(r).Cmp(n.tolerance) <= 0
}

// Difference returns the place of the first difference between what is wanted and what came, decoded from JSON, with both;
// empty where there is none.
func Difference(want, got any) string { return difference("data", want, got) }

func difference(at string, want, got any) string {
	differ := func() string { return fmt.Sprintf("%s: want %v, got %v", at, want, got) }
	switch want := want.(type) {
	case number:
		if !want.is(got) {
			return differ()
		}
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(object) != len(want) {
			return differ()
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			value, ok := object[name]
			if !ok {
				return differ()
			}
			if text := difference(at+"."+name, want[name], value); text != "" {
				return text
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return differ()
		}
		for i := range want {
			if text := difference(fmt.Sprintf("%s[%d]", at, i), want[i], list[i]); text != "" {
				return text
			}
		}
	default:
		if !reflect.DeepEqual(want, got) {
			return differ()
		}
	}
	return ""
}
