package read

import (
	"encoding/binary"
	"errors"
)

// List marks the kind of an array: List | String is that of a text[].
const List Kind = 1 << 7

var (
	errDimensions = errors.New("an array of several dimensions cannot be written")
	errElement    = errors.New("an array with NULL in it cannot be written")
)

func (k Kind) list() bool { return k&List != 0 }

// elem is the kind of a list's elements.
func (k Kind) elem() Kind { return k &^ List }

// appendList writes an array as a JSON list.
func (k Kind) appendList(dst, v []byte) ([]byte, error) {
	a, err := newArray(v)
	if err != nil {
		return dst, err
	}
	if binary.BigEndian.Uint32(v) > 1 {
		return dst, errDimensions
	}
	dst = append(dst, '[')
	for i := 0; a.n > 0; i++ {
		element, err := a.next()
		switch {
		case err != nil:
			return dst, err
		case element == nil:
			return dst, errElement
		case i > 0:
			dst = append(dst, ',')
		}
		if dst, err = k.elem().append(dst, element); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// cut takes a value with its length in front; a length of -1 is NULL.
func cut(v []byte) (value, rest []byte, err error) {
	if len(v) < 4 {
		return nil, nil, errShape
	}
	n := int(int32(binary.BigEndian.Uint32(v)))
	v = v[4:]
	if n < 0 {
		return nil, v, nil
	}
	if n > len(v) {
		return nil, nil, errShape
	}
	return v[:n:n], v[n:], nil
}

// array is a binary array being read: dimensions, a flag, the type of the elements, for the one dimension its length and
// lower bound, then the elements (src/backend/utils/adt/arrayfuncs.c, array_send).
type array struct {
	n    int // elements left
	rest []byte
}

// newArray opens an array.
func newArray(v []byte) (array, error) {
	if len(v) < 20 {
		if v != nil && (len(v) != 12 || binary.BigEndian.Uint32(v) != 0) {
			return array{}, errShape
		}
		return array{}, nil
	}
	return array{n: int(binary.BigEndian.Uint32(v[12:])), rest: v[20:]}, nil
}

func (a *array) next() (value []byte, err error) {
	value, a.rest, err = cut(a.rest)
	a.n--
	return value, err
}
