package write

import (
	"bytes"
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"cambium/engine/read"
)

var errRange = errors.New("is out of the range of its type")

// convert turns an input value, not null, into what ent's mutation takes for the field. Its error says what the value
// must be.
func (f *Field) convert(v any) (any, error) {
	parsed, err := f.Kind.Parse(v)
	if err != nil || f.Kind != read.JSON && reflect.TypeOf(parsed) == f.Type {
		return parsed, err
	}
	to := reflect.New(f.Type)
	if f.Kind == read.JSON {
		if err := fromJSON(to, v); err != nil {
			return nil, errors.New("must be JSON of the field's form")
		}
		return to.Elem().Interface(), nil
	}
	switch p := parsed.(type) {
	case string:
		return f.fromText(to, p)
	case int64:
		return fromInteger(to, p)
	case float64:
		return fromFloat(to, p)
	case bool, []byte, time.Time:
		given := reflect.ValueOf(p)
		if !given.CanConvert(f.Type) {
			return nil, errRange
		}
		return given.Convert(f.Type).Interface(), nil
	}
	return nil, errRange
}

// fromJSON reads a value into a Go type twice: as ent will when it reads the row, which must not fail then, and as it is to be
// stored. Where the type says nothing of a number it keeps its digits.
func fromJSON(to reflect.Value, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, reflect.New(to.Type().Elem()).Interface()); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(to.Interface())
}

// fromText reads what travels as text: texts and enums, and types that know how to read themselves.
func (f *Field) fromText(to reflect.Value, text string) (any, error) {
	switch target := to.Interface().(type) {
	case *time.Time: // of a date
		day, err := time.Parse(time.DateOnly, text)
		return day, err
	case encoding.TextUnmarshaler:
		if err := target.UnmarshalText([]byte(text)); err != nil {
			return nil, errRange
		}
	case sql.Scanner:
		if err := target.Scan(text); err != nil {
			return nil, errRange
		}
	default:
		switch element := to.Elem(); {
		case element.Kind() == reflect.String:
			element.SetString(text)
		case element.CanFloat(): // an exact number in a field of floats
			if err := json.Unmarshal([]byte(text), target); err != nil {
				return nil, errRange
			}
		default:
			return nil, errRange
		}
	}
	return to.Elem().Interface(), nil
}

func fromInteger(to reflect.Value, n int64) (any, error) {
	element := to.Elem()
	switch {
	case element.CanInt() && !element.OverflowInt(n):
		element.SetInt(n)
	case element.CanUint() && n >= 0 && !element.OverflowUint(uint64(n)):
		element.SetUint(uint64(n))
	default:
		return nil, errRange
	}
	return element.Interface(), nil
}

func fromFloat(to reflect.Value, n float64) (any, error) {
	element := to.Elem()
	if !element.CanFloat() || element.OverflowFloat(n) {
		return nil, errRange
	}
	element.SetFloat(n)
	return element.Interface(), nil
}
