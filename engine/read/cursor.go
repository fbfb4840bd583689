package read

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"sync"
)

// A cursor is the base64url of a tag and the values that order the row. The tag is an HMAC-SHA-256 (RFC 2104), cut to
// 16 bytes, over the name of the order and the values: a cursor of another list, of another order or of another maker
// does not open.

const tagSize = 16

var errCursor = errors.New("the cursor was not made for this list and order")

// cursors makes and opens cursors under one key.
type cursors struct {
	macs sync.Pool // of hash.Hash
}

func newCursors(key []byte) *cursors {
	return &cursors{macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// tag puts the tag of a payload into the front of dst, which has room for it.
func (c *cursors) tag(dst []byte, order string, payload []byte) {
	mac := c.macs.Get().(hash.Hash)
	defer c.macs.Put(mac)
	mac.Reset()
	mac.Write([]byte(order))
	mac.Write([]byte{0}) // ends the name
	mac.Write(payload)
	var sum [sha256.Size]byte
	copy(dst[:tagSize], mac.Sum(sum[:0]))
}

// append writes the cursor of a row as JSON. The values are binary, nil for NULL.
func (c *cursors) append(dst []byte, order string, values ...[]byte) []byte {
	var space [128]byte
	plain := space[:tagSize]
	for _, v := range values {
		if v == nil {
			plain = binary.AppendUvarint(plain, 0)
			continue
		}
		plain = binary.AppendUvarint(plain, uint64(len(v))+1)
		plain = append(plain, v...)
	}
	c.tag(plain, order, plain[tagSize:])
	return appendOpaque(dst, plain)
}

// open returns the values of a cursor.
func (c *cursors) open(order, cursor string) (values [][]byte, err error) {
	plain, ok := parseOpaque(nil, cursor)
	if !ok || len(plain) < tagSize {
		return nil, errCursor
	}
	payload := plain[tagSize:]
	var want [tagSize]byte
	c.tag(want[:], order, payload)
	if !hmac.Equal(plain[:tagSize], want[:]) {
		return nil, errCursor
	}
	for len(payload) > 0 {
		n, w := binary.Uvarint(payload)
		if w <= 0 || n > uint64(len(payload)-w)+1 {
			return nil, errCursor
		}
		payload = payload[w:]
		if n == 0 {
			values = append(values, nil)
			continue
		}
		values = append(values, payload[:n-1])
		payload = payload[n-1:]
	}
	return values, nil
}
