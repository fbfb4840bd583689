package read

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// sqlType is the type that arguments for a column of the kind are cast to.
func (k Kind) sqlType() string {
	if k.list() {
		return k.elem().sqlType() + "[]"
	}
	switch k {
	case BigInt:
		return "bigint"
	case Boolean:
		return "boolean"
	case Bytes:
		return "bytea"
	case Date:
		return "date"
	case Decimal:
		return "numeric"
	case Float:
		return "double precision"
	case Int:
		return "integer"
	case JSON:
		return "jsonb"
	case Real:
		return "real"
	case Time:
		return "timestamptz"
	case UUID:
		return "uuid"
	default:
		return "text"
	}
}

// PostgreSQL's numeric takes so many digits before and after the point (its manual, section 8.1.2).
const (
	maxWholeDigits    = 131072
	maxFractionDigits = 16383
)

var (
	// at most six digits of a second: PostgreSQL would round the rest
	timeForm    = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$`)
	integerForm = regexp.MustCompile(`^(-?[1-9][0-9]*|0)$`) // one form for each
	uuidForm    = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// parse turns an input value into an argument for a column of the kind. Its error says what the value must be.
func (k Kind) parse(v any) (any, error) {
	if k.list() {
		list, ok := v.([]any)
		if !ok {
			list = []any{v} // input coercion of a single value (GraphQL, section 3.11)
		}
		return k.elem().parseList(list)
	}
	switch k {
	case BigInt:
		text, ok := v.(string)
		if ok {
			v = json.Number(text)
		}
		if n, known := integerOf(v); known && (!ok || integerForm.MatchString(text)) {
			return n, nil
		}
		return nil, errors.New("must be an integer of 64 bits")
	case Int:
		if n, ok := integerOf(v); ok && n >= math.MinInt32 && n <= math.MaxInt32 {
			return n, nil
		}
		return nil, errors.New("must be an integer of 32 bits")
	case Boolean:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, errors.New("must be true or false")
	case Float:
		return parseFloat(v)
	case Real:
		f, err := parseFloat(v)
		if err == nil && math.IsInf(float64(float32(f.(float64))), 0) {
			err = errors.New("must be a number of 32 bits")
		}
		return f, err
	case Decimal:
		return parseDecimal(v)
	case JSON:
		text, err := json.Marshal(v)
		if err != nil || hasNUL(v) {
			return nil, errors.New("must be a JSON value without NUL")
		}
		return string(text), nil
	}
	text, ok := v.(string)
	if !ok {
		return nil, errors.New("must be a string")
	}
	switch k {
	case Bytes, Date, Time, UUID:
		return k.parseText(text)
	}
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return nil, errors.New("must be valid text without NUL")
	}
	return v, nil
}

// parseText reads what has a form of its own as text.
func (k Kind) parseText(text string) (any, error) {
	switch k {
	case Bytes:
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || strings.ContainsAny(text, "\r\n") { // which the package skips
			return nil, errors.New("must be base64")
		}
		return b, nil
	case Date:
		if t, err := time.Parse(time.DateOnly, text); err != nil || t.Year() < 1 {
			return nil, errors.New("must be a date as YYYY-MM-DD, from the year 1 on")
		}
		return text, nil
	case Time:
		t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
		if t = t.UTC(); err != nil || !timeForm.MatchString(text) || t.Year() < 1 || t.Year() > 9999 {
			return nil, errors.New("must be a time as YYYY-MM-DDThh:mm:ssZ (RFC 3339) of the years 1 to 9999, " +
				"with at most six digits of a second")
		}
		return t, nil
	default: // UUID
		if !uuidForm.MatchString(text) {
			return nil, errors.New("must be a UUID of 36 characters")
		}
		return strings.ToLower(text), nil
	}
}

// hasNUL tells whether a text of a JSON value has a NUL, which jsonb cannot hold.
func hasNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "\x00")
	case []any:
		return slices.ContainsFunc(v, hasNUL)
	case map[string]any:
		for name, member := range v {
			if strings.Contains(name, "\x00") || hasNUL(member) {
				return true
			}
		}
	}
	return false
}

func parseFloat(v any) (any, error) {
	var f float64
	var err error
	switch n := v.(type) {
	case float64:
		f = n
	case json.Number:
		f, err = n.Float64()
	default:
		i, ok := integerOf(v)
		if !ok {
			err = errNonFinite
		}
		f = float64(i)
	}
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("must be a finite number")
	}
	return f, nil
}

func parseDecimal(v any) (any, error) {
	text, ok := v.(string)
	if !ok {
		text = fmt.Sprint(v)
	}
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !digits(whole, maxWholeDigits) || point && !digits(fraction, maxFractionDigits) {
		return nil, errors.New(`must be a decimal number such as "12.50"`)
	}
	if ok {
		return v, nil
	}
	return text, nil
}

// digits tells whether a text is at least one digit and at most so many.
func digits(text string, most int) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != "" && len(text) <= most
}

// parseList turns a list of input values into one argument: an array in PostgreSQL's text form, which is the same for
// every type (its manual, section 8.15.6).
func (k Kind) parseList(list []any) (any, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range list {
		argument, err := k.parse(v)
		if err != nil {
			return nil, fmt.Errorf("element %d %w", i, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(arrayElement(argument))
	}
	b.WriteByte('}')
	return b.String(), nil
}

var arrayEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func arrayElement(argument any) string {
	var text string
	switch a := argument.(type) {
	case string:
		text = a
	case []byte:
		text = fmt.Sprintf(`\x%x`, a)
	case time.Time:
		text = a.Format(time.RFC3339Nano)
	case float64:
		text = strconv.FormatFloat(a, 'g', -1, 64)
	default:
		text = fmt.Sprint(a)
	}
	return `"` + arrayEscapes.Replace(text) + `"`
}

// argument turns the binary value of a column, as a cursor holds it, into an argument that is compared with the column.
// Values that cannot be written are among them: a list can still be paged by them.
func (k Kind) argument(v []byte) (any, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	switch k {
	case BigInt, Int:
		return integer(v)
	case Boolean:
		return len(v) == 1 && v[0] != 0, nil
	case Float, Real:
		f, _, err := float(v)
		return f, err
	case Decimal:
		if special := specialNumeric(v); special != "" {
			return special, nil
		}
		text, err := appendNumeric(nil, v)
		return string(text), err
	case Date, Time:
		return moment(v)
	case UUID:
		text, err := k.append(nil, v)
		if err != nil {
			return nil, err
		}
		return k.parseText(string(text[1 : len(text)-1]))
	case Enum, String:
		return string(v), nil
	}
	return nil, fmt.Errorf("read: kind %d orders no list", k)
}

// moment returns the argument for a date or a time: days or microseconds, of which the greatest and the least are the
// infinities.
func moment(v []byte) (any, error) {
	n, err := integer(v)
	if err != nil {
		return nil, err
	}
	bits := 8 * len(v)
	switch n {
	case math.MaxInt64 >> (64 - bits):
		return "infinity", nil
	case math.MinInt64 >> (64 - bits):
		return "-infinity", nil
	}
	if bits == 32 {
		return time.Unix(n*secondsADay+epochSeconds, 0).UTC(), nil
	}
	return time.Unix(n/microsPerSec+epochSeconds, n%microsPerSec*1000).UTC(), nil
}
