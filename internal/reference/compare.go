package reference

import (
	"encoding/base64"
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
	case read.BigInt, read.Int, read.Float, read.Decimal:
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
	case kind == read.Int || kind == read.Float:
		f, _ := rational(v).Float64()
		return f
	}
	return v
}

// idOf is the opaque id of a row.
func idOf(e *read.Entity, r Row) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", e.Name, r[e.Key.Column]))
}
