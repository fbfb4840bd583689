package read

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// The sign word of a binary numeric (src/backend/utils/adt/numeric.c, numeric_send).
const (
	numericPositive = 0x0000
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPlusInf  = 0xD000
	numericMinusInf = 0xF000
)

// specialNumeric returns the text of a numeric that is no number; empty for one that is.
func specialNumeric(v []byte) string {
	if len(v) < 8 {
		return ""
	}
	switch binary.BigEndian.Uint16(v[4:]) {
	case numericNaN:
		return "NaN"
	case numericPlusInf:
		return "Infinity"
	case numericMinusInf:
		return "-Infinity"
	}
	return ""
}

// appendNumeric writes a binary numeric in plain decimal notation, with as many digits after the point as PostgreSQL
// shows. The value has a header of four 16-bit words (digits, weight of the first digit, sign, scale) and digits of base
// 10,000.
func appendNumeric(dst, v []byte) ([]byte, error) {
	if len(v) < 8 || len(v)%2 != 0 {
		return dst, fmt.Errorf("read: a numeric of %d bytes", len(v))
	}
	word := func(i int) int { return int(int16(binary.BigEndian.Uint16(v[2*i:]))) }
	count, weight, scale := len(v)/2-4, word(1), word(3)
	switch binary.BigEndian.Uint16(v[4:]) {
	case numericPositive:
	case numericNegative:
		dst = append(dst, '-')
	default:
		return dst, errNonFinite
	}
	digit := func(i int) int {
		if i < 0 || i >= count {
			return 0
		}
		return word(4 + i)
	}
	dst = strconv.AppendInt(dst, int64(digit(0)*boolInt(weight >= 0)), 10)
	for i := 1; i <= weight; i++ {
		dst = appendFourDigits(dst, digit(i))
	}
	if scale <= 0 {
		return dst, nil
	}
	dst = append(dst, '.')
	end := len(dst) + scale
	for i := weight + 1; len(dst) < end; i++ {
		dst = appendFourDigits(dst, digit(i))
	}
	return dst[:end], nil
}

func appendFourDigits(dst []byte, d int) []byte {
	return append(dst, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
