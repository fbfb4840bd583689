package write

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
)

// What a column of numeric(5,2) holds: a decimal with its digits, a float rounded as PostgreSQL rounds it.
func TestFitsNumeric(t *testing.T) {
	t.Parallel()
	fits := fitting("numeric(5,2)")
	const fraction = "must have at most 2 digits after the point"
	for _, c := range []struct {
		value any
		fault string
	}{
		{decimal.RequireFromString("999.99"), ""},
		{decimal.RequireFromString("-0.10000"), ""},
		{decimal.RequireFromString("1e2"), ""},
		{decimal.RequireFromString("0.001"), fraction},
		{decimal.RequireFromString("1000"), errUnfit.Error()},
		{decimal.RequireFromString("1e3"), errUnfit.Error()},
		{999.994, ""},
		{999.995, errUnfit.Error()},
		{-0.12345, ""},
		{1e21, errUnfit.Error()},
		{float32(0.15), ""},
		{float32(1e10), errUnfit.Error()},
		{999, ""},
		{1000, errUnfit.Error()},
	} {
		fault := ""
		if err := fits(c.value); err != nil {
			fault = err.Error()
		}
		assert.Equal(t, c.fault, fault, c.value)
	}
	assert.Nil(t, fitting("numeric"), "a column that holds every number")
}
