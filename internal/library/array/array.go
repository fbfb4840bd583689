// Package array holds Go types for PostgreSQL's arrays, in the text form that every type shares (its manual, section
// 8.15.6).
package array

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Text is a text[].
//
//nolint:recvcheck // a Valuer is a value, a Scanner is written to
type Text []string

// Value implements [driver.Valuer].
func (t Text) Value() (driver.Value, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	return format(t), nil
}

// Scan implements [sql.Scanner].
func (t *Text) Scan(v any) error {
	elements, err := parse(v)
	*t = elements
	return err
}

// Int is an integer[].
//
//nolint:recvcheck // as Text
type Int []int32

// Value implements [driver.Valuer].
func (n Int) Value() (driver.Value, error) {
	if n == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	elements := make([]string, len(n))
	for i, e := range n {
		elements[i] = strconv.Itoa(int(e))
	}
	return format(elements), nil
}

// Scan implements [sql.Scanner].
func (n *Int) Scan(v any) error {
	elements, err := parse(v)
	if err != nil || elements == nil {
		*n = nil
		return err
	}
	*n = make(Int, len(elements))
	for i, e := range elements {
		number, err := strconv.ParseInt(e, 10, 32)
		if err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		(*n)[i] = int32(number)
	}
	return nil
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func format(elements []string) string {
	var b strings.Builder
	for i, e := range elements {
		b.WriteString(`{,`[min(i, 1):min(i, 1)+1] + `"` + escapes.Replace(e) + `"`)
	}
	if len(elements) == 0 {
		b.WriteByte('{')
	}
	return b.String() + "}"
}

var errForm = errors.New("array: not the text form of an array of one dimension without NULL")

// parse reads the text form; NULL is nil.
func parse(v any) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	text, ok := v.(string)
	if !ok || len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, errForm
	}
	elements := []string{}
	for rest := text[1 : len(text)-1]; rest != ""; {
		element, after, err := cut(rest)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
		if after == "," {
			return nil, errForm
		}
		rest = strings.TrimPrefix(after, ",")
	}
	return elements, nil
}

// cut takes one element from the front.
func cut(text string) (element, rest string, err error) {
	if text[0] != '"' {
		end := strings.IndexByte(text+",", ',')
		if element = text[:end]; element == "NULL" || element == "" || strings.ContainsAny(element, `{}"\`) {
			return "", "", errForm
		}
		return element, text[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			if rest = text[i+1:]; rest != "" && rest[0] != ',' {
				return "", "", errForm
			}
			return b.String(), rest, nil
		case '\\':
			if i++; i == len(text) {
				return "", "", errForm
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", errForm
}
