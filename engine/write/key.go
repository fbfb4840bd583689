package write

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
)

// goKey turns a key, as an id or a statement gives it (int64 or a string), into its Go type.
func (e *entity) goKey(v any) (any, error) {
	if e.Key.Type == reflect.TypeFor[int64]() { // that of most
		switch k := v.(type) {
		case int64:
			return v, nil
		case string:
			n, err := strconv.ParseInt(k, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("read key of %s: %w", e.Name, err)
			}
			return n, nil
		}
	}
	to := reflect.New(e.Key.Type)
	switch k := v.(type) {
	case int64:
		to.Elem().Set(reflect.ValueOf(k).Convert(e.Key.Type))
	case string:
		if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](to); ok {
			if err := u.UnmarshalText([]byte(k)); err != nil {
				return nil, fmt.Errorf("read key of %s: %w", e.Name, err)
			}
			break
		}
		if kind := e.Key.Type.Kind(); kind == reflect.String {
			to.Elem().SetString(k)
			break
		}
		n, err := strconv.ParseInt(k, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read key of %s: %w", e.Name, err)
		}
		to.Elem().Set(reflect.ValueOf(n).Convert(e.Key.Type))
	}
	return to.Elem().Interface(), nil
}

// row names a row of an entity to engine/read.
type row struct {
	entity string
	key    any
}

// EntityRef implements [read.Ref].
func (r row) EntityRef() (entity string, key any) { return r.entity, r.key }
