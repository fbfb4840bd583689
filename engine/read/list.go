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
