package read

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Kind says how a column's binary value is written as JSON.
type Kind uint8

// The kinds, each with the PostgreSQL types that it reads.
const (
	BigInt  Kind = iota + 1 // bigint, integer, smallint -> string
	Boolean                 // boolean
	Bytes                   // bytea -> base64 string
	Date                    // date -> YYYY-MM-DD
	Decimal                 // numeric -> string
	Enum                    // text, one of a few names
	Float                   // double precision
	Int                     // integer, smallint -> number
	JSON                    // jsonb
	Real                    // real
	String                  // text, varchar and whatever else is sent as text
	Time                    // timestamptz, timestamp -> RFC 3339 in UTC
	UUID                    // uuid
)

// PostgreSQL counts time from 2000-01-01 and days likewise (src/include/datatype/timestamp.h).
const (
	epochSeconds = 946684800
	microsPerSec = 1_000_000
	secondsADay  = 86400
)

// RFC 3339 has four digits for the year; PostgreSQL goes further, has infinities, and no year 0.
var errTimeRange = errors.New("a time outside the years 1 to 9999 cannot be written")

var errNonFinite = errors.New("a number that is not finite cannot be written")

// append writes a value, which is not NULL, as JSON.
func (k Kind) append(dst, v []byte) ([]byte, error) {
	if k.list() {
		return k.appendList(dst, v)
	}
	switch k {
	case BigInt:
		n, err := integer(v)
		dst = append(dst, '"')
		dst = strconv.AppendInt(dst, n, 10)
		return append(dst, '"'), err
	case Boolean:
		return strconv.AppendBool(dst, len(v) == 1 && v[0] != 0), nil
	case Bytes:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v)
		return append(dst, '"'), nil
	case Date:
		return appendDate(dst, v)
	case Decimal:
		dst = append(dst, '"')
		dst, err := appendNumeric(dst, v)
		return append(dst, '"'), err
	case Float, Real:
		return appendFloat(dst, v)
	case Int:
		n, err := integer(v)
		return strconv.AppendInt(dst, n, 10), err
	case JSON:
		if len(v) > 0 && v[0] == 1 { // the version that jsonb_send puts first
			v = v[1:]
		}
		return append(dst, v...), nil
	case Enum, String:
		return appendString(dst, v), nil
	case Time:
		return appendTime(dst, v)
	case UUID:
		return appendUUID(dst, v)
	}
	return dst, fmt.Errorf("read: no such kind %d", k)
}

// integer reads a big-endian integer of two, four or eight bytes.
func integer(v []byte) (int64, error) {
	switch len(v) {
	case 2:
		return int64(int16(binary.BigEndian.Uint16(v))), nil
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v))), nil
	case 8:
		return int64(binary.BigEndian.Uint64(v)), nil
	}
	return 0, fmt.Errorf("read: an integer of %d bytes", len(v))
}

func appendTime(dst, v []byte) ([]byte, error) {
	n, err := integer(v)
	if err != nil {
		return dst, err
	}
	sec, micro := n/microsPerSec, n%microsPerSec
	if micro < 0 {
		sec, micro = sec-1, micro+microsPerSec
	}
	return appendMoment(dst, sec+epochSeconds, micro*1000, time.RFC3339Nano)
}

func appendDate(dst, v []byte) ([]byte, error) {
	n, err := integer(v)
	if err != nil {
		return dst, err
	}
	return appendMoment(dst, n*secondsADay+epochSeconds, 0, time.DateOnly)
}

// The first seconds of the years 1 and 10000.
const (
	firstSecond = -62135596800
	endSecond   = 253402300800
)

func appendMoment(dst []byte, sec, nsec int64, layout string) ([]byte, error) {
	if sec < firstSecond || sec >= endSecond {
		return dst, errTimeRange
	}
	dst = append(dst, '"')
	dst = time.Unix(sec, nsec).UTC().AppendFormat(dst, layout)
	return append(dst, '"'), nil
}

// appendFloat writes the shortest number that reads back as the same value, as encoding/json does.
func appendFloat(dst, v []byte) ([]byte, error) {
	f, bits, err := float(v)
	if err != nil {
		return dst, err
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst, errNonFinite
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits), nil
}

// float reads a float of 32 or 64 bits.
func float(v []byte) (f float64, bits int, err error) {
	switch len(v) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(v))), 32, nil
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(v)), 64, nil
	}
	return 0, 0, fmt.Errorf("read: a float of %d bytes", len(v))
}

func appendUUID(dst, v []byte) ([]byte, error) {
	if len(v) != 16 {
		return dst, fmt.Errorf("read: a UUID of %d bytes", len(v))
	}
	dst = append(dst, '"')
	dst = appendUUIDText(dst, v)
	return append(dst, '"'), nil
}

func appendUUIDText(dst, v []byte) []byte {
	for i, from := 0, 0; i < 5; i++ {
		to := [...]int{4, 6, 8, 10, 16}[i]
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, v[from:to])
		from = to
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string (RFC 8259, section 7). PostgreSQL has seen to it that the text is valid UTF-8.
func appendString(dst, v []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range v {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, v[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, v[from:]...)
	return append(dst, '"')
}
