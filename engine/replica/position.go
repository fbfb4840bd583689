package replica

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Position is a place in the primary's write-ahead log, in bytes since its beginning: a pg_lsn.
type Position uint64

// nowhere is beyond every position that a server can be at: who waits for it reads from the primary.
const nowhere Position = math.MaxUint64

// String is PostgreSQL's form, such as 16/B374D848.
func (p Position) String() string { return fmt.Sprintf("%X/%X", uint32(p>>32), uint32(p)) }

// parsePosition reads PostgreSQL's form.
func parsePosition(text string) (Position, bool) {
	high, low, found := strings.Cut(text, "/")
	if !found {
		return 0, false
	}
	h, errHigh := strconv.ParseUint(high, 16, 32)
	l, errLow := strconv.ParseUint(low, 16, 32)
	return Position(h<<32 | l), errHigh == nil && errLow == nil
}

// decodePosition reads PostgreSQL's binary form; NULL is 0, before everything.
func decodePosition(value []byte) Position {
	if len(value) != 8 {
		return 0
	}
	return Position(binary.BigEndian.Uint64(value))
}
