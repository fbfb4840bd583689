package migration

import (
	"testing"
	"time"

	"ariga.io/atlas/sql/postgres"
	"github.com/stretchr/testify/require"
)

func TestNextVersion(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 1, 2, 4, 4, 5, 0, time.FixedZone("", 3600))
	for last, want := range map[string]string{
		"":               "20250102030405",
		"20240101000000": "20250102030405",
		"20250102030405": "20250102030406",
		"20251231235959": "20260101000000",
	} {
		got, err := nextVersion(now, last)
		require.NoError(t, err)
		require.Equal(t, want, got, last)
	}
	_, err := nextVersion(now, "9")
	require.ErrorContains(t, err, "rename that file")
}

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"postgres://u:p%40@h:1/db?sslmode=disable":             "postgres://u:p%40@h:1/x?sslmode=disable",
		"postgres://h/db?dbname=other&host=%2Frun&database=an": "postgres://h/x?host=%2Frun",
		"host=/run user=u dbname=db":                           "host=/run user=u dbname=db dbname=x",
	} {
		got, err := withDatabase(in, "x")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := withDatabase("postgres://u:secret@h:port/db", "x")
	require.ErrorContains(t, err, "malformed")
	require.NotContains(t, err.Error(), "secret")
}

func TestWidens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"smallint", "integer", true},
		{"integer", "bigint", true},
		{"bigint", "integer", false},
		{"bigint", "numeric", true},
		{"bigint", "numeric(5,2)", false},
		{"bigint", "text", true},
		{"numeric(5,2)", "numeric", true},
		{"numeric", "numeric(5,2)", false},
		{"real", "double precision", true},
		{"double precision", "real", false},
		{"double precision", "numeric", false},
		{"character varying(10)", "character varying(20)", true},
		{"character varying(20)", "character varying(10)", false},
		{"character varying(20)", "text", true},
		{"character varying", "text", true},
		{"text", "character varying", true},
		{"text", "character varying(20)", false},
		{"character(3)", "text", true},
		{"text", "integer", false},
		{"timestamp with time zone", "date", false},
		{"date", "timestamp with time zone", false},
		{"boolean", "integer", false},
	} {
		from, err := postgres.ParseType(c.from)
		require.NoError(t, err)
		to, err := postgres.ParseType(c.to)
		require.NoError(t, err)
		require.Equal(t, c.want, widens(from, to), "%s to %s", c.from, c.to)
	}
}
