package devpg

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStandbyFollowsUntilItIsPromoted(t *testing.T) {
	t.Parallel()
	cfg := config(openDir(t))
	cfg.Settings = map[string]string{"wal_level": "replica", "max_wal_senders": "4"}
	primary := start(t, cfg)
	require.NoError(t, primary.Exec(t.Context(), DefaultDatabase, "CREATE TABLE kept ()"))

	following := config(openDir(t))
	following.Follow = primary.URL()
	standby := start(t, following)
	require.NoError(t, standby.Exec(t.Context(), DefaultDatabase, "SELECT FROM kept"))
	require.Equal(t, readOnly, codeOf(t, standby.Exec(t.Context(), DefaultDatabase, "CREATE TABLE other ()")))

	address := standby.URL()
	require.NoError(t, standby.Abort(t.Context()))
	standby = start(t, following)
	require.Equal(t, address, standby.URL())
	require.NoError(t, standby.Exec(t.Context(), DefaultDatabase, "SELECT pg_promote()"))
	require.NoError(t, standby.Exec(t.Context(), DefaultDatabase, "CREATE TABLE other ()"))
	require.NoError(t, standby.Stop(t.Context()))
	standby = start(t, following)
	require.NoError(t, standby.Exec(t.Context(), DefaultDatabase, "DROP TABLE other"))
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var refusal *SQLError
	require.ErrorAs(t, err, &refusal)
	return refusal.Code
}
