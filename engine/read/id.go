package read

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An opaque id is the base64url of "Entity:key". It carries its type, needs no table, and has one form only: what does
// not encode back to itself is no id.

// appendID writes the id of a row as JSON. The key is its binary value.
func appendID(dst []byte, e *entity, key []byte) ([]byte, error) {
	var space [64]byte
	plain := append(space[:0], e.idPrefix...)
	switch e.Key.Kind {
	case BigInt, Int:
		n, err := integer(key)
		if err != nil {
			return dst, err
		}
		plain = strconv.AppendInt(plain, n, 10)
	case UUID:
		if len(key) != 16 {
			return dst, fmt.Errorf("read: a UUID of %d bytes", len(key))
		}
		plain = appendUUIDText(plain, key)
	default:
		plain = append(plain, key...)
	}
	return appendOpaque(dst, plain), nil
}

// parseID returns the entity that an id names and its key as an argument for the statement; false where the text is
// nobody's id.
func (m *model) parseID(id string) (e *entity, key any, ok bool) {
	var space [64]byte
	plain, ok := parseOpaque(space[:0], id)
	if !ok {
		return nil, nil, false
	}
	name, text, ok := bytes.Cut(plain, []byte{':'})
	if !ok {
		return nil, nil, false
	}
	if e = m.entities[string(name)]; e == nil {
		return nil, nil, false
	}
	key, ok = parseKey(e.Key.Kind, text)
	return e, key, ok
}

func parseKey(kind Kind, text []byte) (any, bool) {
	switch kind {
	case BigInt, Int:
		bits := 64
		if kind == Int {
			bits = 32
		}
		n, err := strconv.ParseInt(string(text), 10, bits)
		var space [20]byte
		return n, err == nil && bytes.Equal(strconv.AppendInt(space[:0], n, 10), text)
	case UUID:
		return string(text), isUUID(string(text))
	default:
		return string(text), utf8.Valid(text) && !bytes.ContainsRune(text, 0)
	}
}

// isUUID accepts the canonical form alone: 36 characters, lower case.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !strings.Contains(hexDigits, s[i:i+1]) {
				return false
			}
		}
	}
	return true
}

// keyArgument turns a key from a generated struct into the form that [parseID] gives.
func keyArgument(key any) any {
	switch v := reflect.ValueOf(key); {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return int64(v.Uint())
	default:
		return fmt.Sprint(key)
	}
}
