package read

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLists(t *testing.T) {
	t.Parallel()
	db := connect(t)
	for _, c := range []struct {
		kind       Kind
		expression string
		json       string
	}{
		{List | String, `'{}'::text[]`, `[]`},
		{List | String, `'{a,"b,\"c",NULL1,""}'::text[]`, `["a","b,\"c","NULL1",""]`},
		{List | Int, `'{1,-2}'::integer[]`, `[1,-2]`},
		{List | Int, `'[5:6]={1,2}'::integer[]`, `[1,2]`},
		{List | BigInt, `'{9223372036854775807}'::bigint[]`, `["9223372036854775807"]`},
		{List | Decimal, `'{0.10}'::numeric[]`, `["0.10"]`},
		{List | Real, `'{0.1}'::real[]`, `[0.1]`},
		{List | Date, `'{2024-02-29}'::date[]`, `["2024-02-29"]`},
		{List | UUID, `'{00000000-0000-4000-8000-000000000000}'::uuid[]`, `["00000000-0000-4000-8000-000000000000"]`},
	} {
		got, err := answer(t, db, c.kind, c.expression)
		require.NoError(t, err, c.expression)
		require.Equal(t, c.json, got)
	}
	for expression, want := range map[string]error{
		`'{{1,2},{3,4}}'::integer[]`: errDimensions,
		`'{1,NULL}'::integer[]`:      errElement,
	} {
		_, err := answer(t, db, List|Int, expression)
		require.ErrorIs(t, err, want, expression)
	}
	_, err := (List | Int).append(nil, []byte{0, 0, 0, 1})
	require.ErrorIs(t, err, errShape)
}

// A list is an argument in PostgreSQL's text form, whatever its elements are.
func TestListArguments(t *testing.T) {
	t.Parallel()
	got, err := (List | String).parse([]any{`a"b\`, "", "NULL", "c,d"})
	require.NoError(t, err)
	require.Equal(t, `{"a\"b\\","","NULL","c,d"}`, got)
	got, err = (List | Int).parse(int64(7))
	require.NoError(t, err)
	require.Equal(t, `{"7"}`, got)
	_, err = (List | Int).parse([]any{"x"})
	require.ErrorContains(t, err, "element 0 must be an integer of 32 bits")
	require.Equal(t, "text[]", (List | String).sqlType())
}

// A float of 32 bits is compared as one: as a float of 64 bits 0.1 is another number.
func TestRealArguments(t *testing.T) {
	t.Parallel()
	require.Equal(t, "real", Real.sqlType())
	_, err := Real.parse(3.5e38)
	require.ErrorContains(t, err, "32 bits")
	got, err := Real.parse(0.1)
	require.NoError(t, err)
	require.InDelta(t, 0.1, got, 0)
}

// A value has one form: what is nearly an integer or nearly base64 is refused.
func TestFormsAreStrict(t *testing.T) {
	t.Parallel()
	for kind, texts := range map[Kind][]string{
		BigInt: {"+1", "01", "-0", " 1", "1 ", "1e3", "1.0", "", "9223372036854775808", "0x1", "1_000"},
		Bytes:  {"AA", "AA==\n", "A\nA==", "AA==\r\n", "AB==", "AA=", "A A==", "__8="},
	} {
		for _, text := range texts {
			_, err := kind.parse(text)
			assert.Error(t, err, "%d %q", kind, text)
		}
	}
	got, err := BigInt.parse("-9223372036854775808")
	require.NoError(t, err)
	assert.Equal(t, int64(math.MinInt64), got)
	got, err = Bytes.parse("AP8=")
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 255}, got)
}
