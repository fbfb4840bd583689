package replica

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

func env(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestConfigFromEnv(t *testing.T) {
	t.Parallel()
	c, err := ConfigFromEnv(env(nil))
	require.NoError(t, err)
	require.Empty(t, c.URLs)
	require.Equal(t, 10*time.Second, c.MaxLag)
	require.Equal(t, []database.Setting{
		{Name: "DATABASE_REPLICA_URLS", Value: "(none)", Source: "default"},
		{Name: "DATABASE_REPLICA_MAX_LAG", Value: "10s", Source: "default"},
	}, c.Settings())

	c, err = ConfigFromEnv(env(map[string]string{
		"DATABASE_REPLICA_URLS":    "postgres://u:secret,1@a/d?sslmode=disable, postgresql://u:secret@c:5433/d\n postgres://u:secret@e/d,",
		"DATABASE_REPLICA_MAX_LAG": "10s",
	}))
	require.NoError(t, err)
	require.Equal(t, []string{"postgres://u:secret,1@a/d?sslmode=disable", "postgresql://u:secret@c:5433/d", "postgres://u:secret@e/d"}, c.URLs)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", c, c, c), "secret")
	require.Equal(t, "environment", c.Settings()[1].Source)
}

func TestConfigNamesAllFaultsWithoutValues(t *testing.T) {
	t.Parallel()
	for urls, faults := range map[string][]string{
		"postgres://u:secret@h:port/d": {"number 1 is no connection string"},
		"postgres://u:secret@a,b/d":    {"number 1 has several hosts"},
		"host=a password=secret":       {"number 1", "number 2"},
		"postgres://a/d secret":        {"number 2"},
	} {
		_, err := ConfigFromEnv(env(map[string]string{"DATABASE_REPLICA_URLS": urls, "DATABASE_REPLICA_MAX_LAG": "999ms"}))
		var config *database.ConfigError
		require.ErrorAs(t, err, &config)
		for _, fault := range append(faults, "DATABASE_REPLICA_MAX_LAG must be at least 1s") {
			require.ErrorContains(t, err, fault)
		}
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := ConfigFromEnv(env(map[string]string{"DATABASE_REPLICA_MAX_LAG": "soon"}))
	require.EqualError(t, err, "DATABASE_REPLICA_MAX_LAG must be a duration such as 500ms, 20s or 30m")
}
