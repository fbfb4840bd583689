package write

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

var errUnfit = errors.New("is out of its range")

// fitting returns the check of values that are stored in a column whose SQL type holds less than the field's Go type, so that
// all faults of an input are told at once, each with its field: PostgreSQL stops at the first (SQLSTATE 22003 or 22001), and
// does not say where. Nil where the type holds whatever the Go type does.
func fitting(sqlType string) func(any) error {
	name, modifier, _ := strings.Cut(sqlType, "(")
	switch name {
	case "numeric", "decimal":
		var precision, scale int
		if n, _ := fmt.Sscanf(modifier, "%d,%d)", &precision, &scale); n == 0 || scale < 0 || scale > precision {
			return nil
		}
		return func(v any) error {
			if d, ok := v.(exact); ok && !fitsScale(d, scale) {
				return fmt.Errorf("must have at most %d digits after the point", scale)
			}
			return fitsNumeric(digitsOf(v), precision-scale, scale)
		}
	case "varchar", "character varying", "character", "char":
		var length int
		if n, _ := fmt.Sscanf(modifier, "%d)", &length); n == 0 {
			return nil
		}
		return func(v any) error {
			if utf8.RuneCountInString(strings.TrimRight(fmt.Sprint(v), " ")) > length { // spaces are cut
				return fmt.Errorf("must have at most %d characters", length)
			}
			return nil
		}
	}
	return nil
}

// fitsScale tells whether a decimal has no more digits after the point than the column, but for zeros: PostgreSQL would round it,
// and say nothing. What is not exact to begin with, a float, may be rounded.
func fitsScale(d exact, scale int) bool {
	if int(d.Exponent()) >= -scale {
		return true
	}
	_, fraction, _ := strings.Cut(d.StringFixed(-d.Exponent()), ".")
	return strings.Trim(fraction[scale:], "0") == ""
}

// digitsOf is a number with all its digits before the point.
func digitsOf(v any) string {
	switch f := v.(type) {
	case float64:
		return strconv.FormatFloat(f, 'f', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(f), 'f', -1, 32)
	}
	return fmt.Sprint(v)
}

// fitsNumeric tells whether a decimal, rounded to the scale, has no more digits before the point.
func fitsNumeric(text string, digits, scale int) error {
	whole, fraction, _ := strings.Cut(strings.TrimLeft(text, "-0"), ".")
	if len(whole) != digits {
		if len(whole) > digits {
			return errUnfit
		}
		return nil
	}
	if len(fraction) > scale && fraction[scale] >= '5' && strings.Trim(whole+fraction[:scale], "9") == "" {
		return errUnfit // it is rounded up to one more
	}
	return nil
}

// both is one check of two, either of which may be nil.
func both(first, second func(any) error) func(any) error {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return func(v any) error {
		if err := first(v); err != nil {
			return err
		}
		return second(v)
	}
}
