package read

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/engine/database"
	"cambium/internal/pgtest"
)

func connect(t *testing.T) *database.DB {
	t.Helper()
	url := pgtest.NewDatabase(t)
	config, err := database.ConfigFromEnv(func(name string) string {
		if name == "DATABASE_URL" {
			return url
		}
		return ""
	})
	require.NoError(t, err)
	db, err := database.Open(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// answer writes what PostgreSQL answers to an expression.
func answer(t require.TestingT, db *database.DB, kind Kind, expression string) (string, error) {
	var text string
	var fault error
	err := db.Query(tContext(t), "SELECT "+expression, nil, func(values [][]byte) error {
		var b []byte
		b, fault = kind.append(nil, values[0])
		text = string(b)
		return nil
	})
	require.NoError(t, err)
	return text, fault
}

func TestKinds(t *testing.T) {
	t.Parallel()
	db := connect(t)
	for _, c := range []struct {
		kind       Kind
		expression string
		json       string
	}{
		{BigInt, "9223372036854775807::bigint", `"9223372036854775807"`},
		{BigInt, "(-9223372036854775808)::bigint", `"-9223372036854775808"`},
		{BigInt, "(-7)::integer", `"-7"`},
		{Int, "(-32768)::smallint", `-32768`},
		{Int, "2147483647", `2147483647`},
		{Boolean, "true", `true`},
		{Boolean, "false", `false`},
		{Bytes, `'\x00ff10'::bytea`, `"AP8Q"`},
		{Bytes, `''::bytea`, `""`},
		{Date, "'1948-12-08'::date", `"1948-12-08"`},
		{Date, "'0001-01-01'::date", `"0001-01-01"`},
		{Date, "'9999-12-31'::date", `"9999-12-31"`},
		{Time, "'1996-07-04 00:00:00+00'::timestamptz", `"1996-07-04T00:00:00Z"`},
		{Time, "'1999-12-31 23:59:59.999999+00'::timestamptz", `"1999-12-31T23:59:59.999999Z"`},
		{Time, "'1969-12-31 23:59:59.5+02'::timestamptz", `"1969-12-31T21:59:59.5Z"`},
		{Time, "'9999-12-31 23:59:59.999999+00'::timestamptz", `"9999-12-31T23:59:59.999999Z"`},
		{Float, "0.1::double precision", `0.1`},
		{Float, "0.1::real", `0.1`},
		{Float, "1e300::double precision", `1e+300`},
		{Float, "'-0'::double precision", `-0`},
		{JSON, `'{"a": [1, null]}'::jsonb`, `{"a": [1, null]}`},
		{JSON, `'{"a":1}'::json`, `{"a":1}`},
		{String, `E'a"b\\c\n\r\t\x01é😀\u2028'`, "\"a\\\"b\\\\c\\n\\r\\t\\u0001é😀\u2028\""},
		{String, `''::text`, `""`},
		{UUID, "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", `"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"`},
	} {
		got, err := answer(t, db, c.kind, c.expression)
		require.NoError(t, err, c.expression)
		require.Equal(t, c.json, got, c.expression)
		require.True(t, json.Valid([]byte(got)), c.expression)
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	db := connect(t)
	for expression, kind := range map[string]Kind{
		"'infinity'::timestamptz":             Time,
		"'-infinity'::timestamptz":            Time,
		"'10000-01-01 00:00+00'::timestamptz": Time,
		"'4713-01-01 BC'::date":               Date,
		"'infinity'::date":                    Date,
		"'NaN'::numeric":                      Decimal,
		"'Infinity'::numeric":                 Decimal,
		"'NaN'::double precision":             Float,
		"'-Infinity'::real":                   Float,
	} {
		_, err := answer(t, db, kind, expression)
		require.Error(t, err, expression)
	}
}

// PostgreSQL's own text is the reference for every numeric.
func TestNumericIsWhatPostgreSQLShows(t *testing.T) {
	t.Parallel()
	db := connect(t)
	check := func(t require.TestingT, number string) {
		var want string
		err := db.Query(tContext(t), fmt.Sprintf("SELECT (%s)::numeric::text", number), nil, func(values [][]byte) error {
			want = `"` + string(values[0]) + `"`
			return nil
		})
		require.NoError(t, err)
		got, err := answer(t, db, Decimal, fmt.Sprintf("(%s)::numeric", number))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, number := range []string{"0", "0.00", "-0.1", "10000", "9999.9999", "1e-20", "1e20", "0.00010000", "12345678901234567890.123456789"} {
		check(t, "'"+number+"'")
	}
	rapid.Check(t, func(r *rapid.T) {
		number := rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]{1,30})?(e-?[0-9])?`).Draw(r, "number")
		check(r, "'"+number+"'")
	})
}
