package floor

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
)

// The values come in PostgreSQL's binary format. They are trusted: the statements are this package's own.

func int8Of(v []byte) int64 { return int64(binary.BigEndian.Uint64(v)) }
func int4Of(v []byte) int32 { return int32(binary.BigEndian.Uint32(v)) }

func appendInt4(b, v []byte) []byte { return strconv.AppendInt(b, int64(int4Of(v)), 10) }

func appendBool(b, v []byte) []byte { return strconv.AppendBool(b, v[0] != 0) }

// appendID writes an opaque id; the prefix is "Entity:".
func appendID(b []byte, prefix string, key []byte) []byte {
	var space [48]byte
	plain := strconv.AppendInt(append(space[:0], prefix...), int8Of(key), 10)
	b = append(b, '"')
	b = base64.RawURLEncoding.AppendEncode(b, plain)
	return append(b, '"')
}

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string, or null.
func appendText(b, v []byte) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	b = append(b, '"')
	from := 0
	for i, c := range v {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(append(b, v[from:i]...), '\\')
		from = i + 1
		if c == '"' || c == '\\' {
			b = append(b, c)
		} else {
			b = append(b, 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, v[from:]...), '"')
}

// appendTime writes RFC 3339 in UTC, or null; the value counts microseconds from 2000-01-01.
func appendTime(b, v []byte) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	const perSecond, perDay, era = 1_000_000, 86_400, 146_097
	micros := int8Of(v)
	seconds, micros := micros/perSecond, micros%perSecond
	if micros < 0 {
		seconds, micros = seconds-1, micros+perSecond
	}
	days, seconds := seconds/perDay, seconds%perDay
	if seconds < 0 {
		days, seconds = days-1, seconds+perDay
	}
	// Days to a date of the Gregorian calendar, in years that begin with March. 2000-03-01 is day 60.
	const toMarch = 60
	days += 5*era - toMarch // counted from 0000-03-01
	eras, day := days/era, days%era
	year := (day - day/1460 + day/36524 - day/146096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153
	day -= (153*month+2)/5 - 1
	year += 400 * eras
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	b = append(b, '"')
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), month)
	b = appendTwo(append(b, '-'), day)
	b = appendTwo(append(b, 'T'), seconds/3600)
	b = appendTwo(append(b, ':'), seconds/60%60)
	b = appendTwo(append(b, ':'), seconds%60)
	if micros > 0 {
		b = append(b, '.')
		for unit := int64(perSecond / 10); micros > 0; unit /= 10 {
			b = append(b, byte('0'+micros/unit))
			micros %= unit
		}
	}
	return append(b, 'Z', '"')
}

func appendTwo(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// appendNumeric writes a finite, non-negative numeric as a string: digits of base 10,000 with the weight of the first,
// behind a header of four words (count, weight, sign, scale).
func appendNumeric(b, v []byte) []byte {
	word := func(i int) int { return int(int16(binary.BigEndian.Uint16(v[2*i:]))) }
	count, weight, scale := word(0), word(1), word(3)
	digit := func(i int) int {
		if i < 0 || i >= count {
			return 0
		}
		return word(4 + i)
	}
	b = append(b, '"')
	if weight < 0 {
		b = append(b, '0')
	} else {
		b = strconv.AppendInt(b, int64(digit(0)), 10)
	}
	for i := 1; i <= weight; i++ {
		b = appendFour(b, digit(i))
	}
	if scale > 0 {
		b = append(b, '.')
		end := len(b) + scale
		for i := weight + 1; len(b) < end; i++ {
			b = appendFour(b, digit(i))
		}
		b = b[:end]
	}
	return append(b, '"')
}

func appendFour(b []byte, d int) []byte {
	return append(b, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
}
