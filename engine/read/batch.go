package read

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"entgo.io/ent/dialect/sql"
)

// BatchField is a field that a Go function computes for many rows at once.
type BatchField struct {
	Name string // GraphQL field
	Kind Kind
	// Compute returns a value for each key, nil for null. Keys are int64 or string.
	Compute func(ctx context.Context, keys []any) ([]any, error)
}

// Batched makes a [BatchField.Compute] from what loads the rows of keys and what computes the field; the keys are an
// argument for [KeyIn].
func Batched[E Ref, T any](rows func(ctx context.Context, keys any) ([]E, error), compute func(context.Context, []E) ([]*T, error)) func(context.Context, []any) ([]any, error) {
	if compute == nil {
		return nil
	}
	return func(ctx context.Context, keys []any) ([]any, error) {
		found, err := rows(ctx, typed(keys))
		if err != nil {
			return nil, err
		}
		values, err := compute(ctx, found)
		if err != nil {
			return nil, err
		}
		if len(values) != len(found) {
			return nil, fmt.Errorf("read: %d values for %d rows", len(values), len(found))
		}
		byKey := make(map[any]any, len(found))
		for i, e := range found {
			if _, key := e.EntityRef(); values[i] != nil {
				byKey[keyArgument(key)] = *values[i]
			}
		}
		list := make([]any, len(keys))
		for i, key := range keys {
			list[i] = byKey[key]
		}
		return list, nil
	}
}

// KeyIn is the predicate of a column that is one of the keys, which are one argument however many they are.
// The planner does not see how many there are, and so keeps one plan for good, where the type of the keys is known.
func KeyIn(column string, keys any) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		b.WriteString(column).WriteString(" = ANY (")
		if _, known := keys.([]int64); known {
			b.WriteString("(SELECT ").Arg(keys).WriteString("::bigint[])::bigint[])")
			return
		}
		b.Arg(keys).WriteString(")")
	})
}

// typed turns keys into a slice of their type.
func typed(keys []any) any {
	if len(keys) > 0 {
		if _, ok := keys[0].(string); ok {
			return sliceOf[string](keys)
		}
	}
	return sliceOf[int64](keys)
}

func sliceOf[T any](keys []any) []T {
	list := make([]T, len(keys))
	for i, key := range keys {
		list[i] = key.(T)
	}
	return list
}

// hole is a place in the response that a batch field will fill.
type hole struct {
	at   int // offset in the buffer
	of   *BatchField
	root int
	key  any
}

// batchField writes nothing, and leaves a hole.
type batchField struct {
	field  *BatchField
	entity *entity
	column int // of the key
}

func (w batchField) write(r *renderer, row []cell) error {
	key, err := w.entity.Key.Kind.argument(r.value(row[w.column]))
	if err != nil {
		return err
	}
	r.holes = append(r.holes, hole{len(r.buf), w.field, r.root, key})
	return nil
}

// fill computes the batch fields, each once for all its rows, and puts their values into the holes. It runs when the
// statement is done and its connection given back.
func (r *renderer) fill(ctx context.Context, answers []Answer) {
	values := make(map[*BatchField]map[any]any)
	for _, h := range r.holes {
		if values[h.of] != nil {
			continue
		}
		byKey, err := r.compute(ctx, h.of)
		if err != nil {
			answers[h.root].Faults = append(answers[h.root].Faults, fmt.Errorf("compute %s: %w", h.of.Name, err))
		}
		values[h.of] = byKey
	}
	filled := make([]byte, 0, len(r.buf)+len(r.holes)*8)
	from := 0
	for _, h := range r.holes {
		filled = append(filled, r.buf[from:h.at]...)
		from = h.at
		before := len(filled)
		var err error
		if filled, err = h.of.Kind.appendValue(filled, values[h.of][h.key]); err != nil {
			answers[h.root].Faults = append(answers[h.root].Faults, fmt.Errorf("write %s: %w", h.of.Name, err))
		}
		for i := h.root; i < len(r.ends); i++ {
			r.ends[i] += len(filled) - before
		}
	}
	r.buf = append(filled, r.buf[from:]...)
}

func (r *renderer) compute(ctx context.Context, f *BatchField) (map[any]any, error) {
	var keys []any
	byKey := make(map[any]any)
	for _, h := range r.holes {
		if _, known := byKey[h.key]; h.of == f && !known {
			byKey[h.key] = nil
			keys = append(keys, h.key)
		}
	}
	list, err := f.Compute(ctx, keys)
	if err != nil {
		return byKey, err
	}
	for i, key := range keys {
		byKey[key] = list[i]
	}
	return byKey, nil
}

// appendValue writes a Go value as JSON; nil, and what has no form in the API, is null.
func (k Kind) appendValue(dst []byte, v any) ([]byte, error) {
	switch value := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, value), nil
	case int32:
		return strconv.AppendInt(dst, int64(value), 10), nil
	case int64:
		dst = append(dst, '"')
		dst = strconv.AppendInt(dst, value, 10)
		return append(dst, '"'), nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return append(dst, "null"...), errNonFinite
		}
		return strconv.AppendFloat(dst, value, 'g', -1, 64), nil
	case time.Time:
		layout := time.RFC3339Nano
		if k == Date {
			layout = time.DateOnly
		}
		from := len(dst)
		dst, err := appendMoment(dst, value.Unix(), int64(value.Nanosecond()), layout)
		if err != nil {
			dst = append(dst[:from], "null"...)
		}
		return dst, err
	case fmt.Stringer: // a decimal
		return append(append(append(dst, '"'), value.String()...), '"'), nil
	case string:
		return appendString(dst, []byte(value)), nil
	}
	return append(dst, "null"...), errors.New("read: a batch function returned " + fmt.Sprintf("%T", v))
}

// missing returns a fault for every batch field without a function.
func (e *entity) missing() (faults []error) {
	for _, f := range e.Batched {
		if f.Compute == nil {
			faults = append(faults, fmt.Errorf("read: field %s of %s has no function; pass one to ReadModel", f.Name, e.Name))
		}
	}
	return faults
}
