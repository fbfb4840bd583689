// Package decimal tells gqlgen how an exact decimal is written: as a string.
package decimal

import (
	"fmt"
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/shopspring/decimal"
)

// MarshalDecimal implements gqlgen's scalar.
func MarshalDecimal(d decimal.Decimal) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(d.String())) // into gqlgen's buffer
	})
}

// UnmarshalDecimal implements gqlgen's scalar.
func UnmarshalDecimal(v any) (decimal.Decimal, error) {
	text, ok := v.(string)
	if !ok {
		return decimal.Decimal{}, fmt.Errorf("must be a string")
	}
	return decimal.NewFromString(text)
}
