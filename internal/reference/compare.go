package reference

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"cambium/engine/read"
)

// compare orders two values of a kind, neither of which is null.
func compare(kind read.Kind, a, b any) int {
	switch kind {
	case read.BigInt, read.Int, read.Float, read.Real, read.Decimal:
		return rational(a).Cmp(rational(b))
	case read.Boolean:
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) // false before true
	case read.Time:
		return moment(a).Compare(moment(b))
	case read.Enum:
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	default:
		return strings.Compare(a.(string), b.(string)) // the databases of tests have the collation of bytes
	}
}

func rational(v any) *big.Rat {
	r, ok := new(big.Rat).SetString(fmt.Sprint(v))
	if !ok {
		panic(fmt.Sprintf("reference: %v is no number", v))
	}
	return r
}

func moment(v any) time.Time {
	t, err := time.Parse(time.RFC3339Nano, v.(string))
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// shown is a value as the API shows it, decoded from JSON.
func shown(kind read.Kind, v any) any {
	switch {
	case v == nil:
		return nil
	case kind == read.BigInt || kind == read.Decimal:
		return string(v.(json.Number))
	case kind == read.Time:
		return moment(v).Format(time.RFC3339Nano)
	case kind == read.Int || kind == read.Float || kind == read.Real:
		f, _ := rational(v).Float64()
		return f
	case kind == read.Bytes:
		return base64Of(v)
	case kind == read.JSON:
		return document(v)
	case kind&read.List != 0:
		list := make([]any, len(v.([]any)))
		for i, element := range v.([]any) {
			list[i] = shown(kind&^read.List, element)
		}
		return list
	}
	return v
}

// base64Of turns bytes as to_json shows them, \x and hexadecimal digits, into what the API shows.
func base64Of(v any) string {
	b, err := hex.DecodeString(strings.TrimPrefix(v.(string), `\x`))
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// document is a JSON value with its numbers as a client decodes them.
func document(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, _ := rational(v).Float64()
		return f
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = document(v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name := range v {
			object[name] = document(v[name])
		}
		return object
	}
	return v
}

// idOf is the opaque id of a row.
func idOf(e *read.Entity, r Row) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", e.Name, r[e.Key.Column]))
}
