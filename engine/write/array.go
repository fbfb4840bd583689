package write

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// array is the value of a column for many rows, as PostgreSQL writes arrays (its manual, section 8.15.6): one argument,
// and the same form for every type. For one row it is the value itself.
type array struct {
	one  bool
	null bool // the value of the one row
	text []byte
}

// timeForm keeps the six digits of a second that PostgreSQL has; it would round the rest.
const timeForm = "2006-01-02T15:04:05.999999Z07:00"

// exact is implemented by decimals that know how many digits they were given with.
type exact interface {
	Exponent() int32
	NumDigits() int
	CoefficientInt64() int64
	StringFixed(places int32) string
}

// int64Digits are so many that every number of them is an int64.
const int64Digits = 18

// exact appends a decimal with the digits that it has: 12.50 stays 12.50.
func (a *array) exact(v exact) {
	exponent := int(v.Exponent())
	if exponent > 0 || exponent < -int64Digits || v.NumDigits() > int64Digits {
		a.text = append(a.text, v.StringFixed(max(-v.Exponent(), 0))...)
		return
	}
	n := v.CoefficientInt64()
	if n < 0 {
		a.text, n = append(a.text, '-'), -n
	}
	var space [2 * int64Digits]byte
	digits := strconv.AppendInt(space[:0], n, 10)
	for len(digits) <= -exponent { // 5 is 0.05
		digits = slices.Insert(digits, 0, '0')
	}
	point := len(digits) + exponent
	a.text = append(a.text, digits[:point]...)
	if exponent < 0 {
		a.text = append(append(a.text, '.'), digits[point:]...)
	}
}

// add appends a value as ent hands it to a driver. What is nil is NULL.
func (a *array) add(c Column, v any) error {
	switch {
	case a.one:
	case len(a.text) == 0:
		a.text = append(a.text, '{')
	default:
		a.text = append(a.text, ',')
	}
	if c.json() && v != nil {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode JSON: %w", err)
		}
		a.quoted(string(raw))
		return nil
	}
	return a.value(v)
}

func (c Column) json() bool { return c.Type == "jsonb" || c.Type == "json" }

func (a *array) value(v any) error {
	switch v := v.(type) {
	case nil:
		if a.null = a.one; !a.one {
			a.text = append(a.text, "NULL"...)
		}
	case string:
		a.quoted(v)
	case int64:
		a.text = strconv.AppendInt(a.text, v, 10)
	case int32:
		a.text = strconv.AppendInt(a.text, int64(v), 10)
	case int:
		a.text = strconv.AppendInt(a.text, int64(v), 10)
	case float64:
		a.text = strconv.AppendFloat(a.text, v, 'g', -1, 64)
	case float32:
		a.text = strconv.AppendFloat(a.text, float64(v), 'g', -1, 32)
	case bool:
		a.text = strconv.AppendBool(a.text, v)
	case time.Time:
		if a.one {
			a.text = v.AppendFormat(a.text, timeForm)
			break
		}
		a.text = append(a.text, '"')
		a.text = v.AppendFormat(a.text, timeForm)
		a.text = append(a.text, '"')
	case []byte:
		a.quoted(`\x` + hex.EncodeToString(v))
	case exact:
		a.exact(v)
	case driver.Valuer:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
			return a.value(nil)
		}
		plain, err := v.Value()
		if err != nil {
			return fmt.Errorf("encode value: %w", err)
		}
		return a.value(plain)
	default:
		return a.basic(reflect.ValueOf(v))
	}
	return nil
}

// basic appends a value of a type that is one of Go's own at heart: an enum, a pointer, a small integer.
func (a *array) basic(v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return a.value(nil)
	case v.Kind() == reflect.Pointer:
		return a.value(v.Elem().Interface())
	case v.Kind() == reflect.String:
		a.quoted(v.String())
	case v.CanInt():
		a.text = strconv.AppendInt(a.text, v.Int(), 10)
	case v.CanUint():
		a.text = strconv.AppendUint(a.text, v.Uint(), 10)
	case v.CanFloat():
		return a.value(v.Float())
	case v.Kind() == reflect.Bool:
		return a.value(v.Bool())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return a.value(v.Bytes())
	default:
		return fmt.Errorf("encode value: a %s has no form in SQL", v.Type())
	}
	return nil
}

func (a *array) quoted(s string) {
	if a.one {
		a.text = append(a.text, s...)
		return
	}
	a.text = append(a.text, '"')
	for {
		i := strings.IndexAny(s, `"\`)
		if i < 0 {
			break
		}
		a.text = append(append(append(a.text, s[:i]...), '\\'), s[i])
		s = s[i+1:]
	}
	a.text = append(append(a.text, s...), '"')
}

// argument is the array as an argument of a statement.
func (a *array) argument() any {
	switch {
	case a.null:
		return nil
	case a.one:
		return string(a.text)
	case len(a.text) == 0:
		return "{}"
	}
	return string(a.text) + "}"
}
