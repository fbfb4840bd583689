package database_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	c, err := database.ConfigFromEnv(environment(map[string]string{"DATABASE_URL": "postgres://u@h/d"}))
	require.NoError(t, err)
	require.EqualValues(t, 10, c.MaxConns)
	require.EqualValues(t, 0, c.MinConns)
	require.Equal(t, 20*time.Second, c.IdleTimeout)
	require.Equal(t, 10*time.Second, c.ConnectTimeout)
	require.Equal(t, 30*time.Minute, c.MaxLifetime)
	require.Equal(t, 2*time.Second, c.AcquireTimeout)
	require.Equal(t, 30*time.Second, c.StatementTimeout)
	require.Equal(t, 5*time.Second, c.LockTimeout)
	require.Equal(t, time.Minute, c.IdleInTransactionTimeout)
	require.Equal(t, 30*time.Second, c.StartupTimeout)
	require.Equal(t, 5*time.Second, c.OutageTimeout)
	require.Equal(t, "cambium", c.ApplicationName)
	require.Equal(t, database.PoolerAuto, c.Pooler)
}

func TestConfigSettingsNameTheirSource(t *testing.T) {
	t.Parallel()
	c, err := database.ConfigFromEnv(environment(map[string]string{
		"DATABASE_URL":               "postgres://u:secret@h/d",
		"DATABASE_MAX_CONNS":         "3",
		"DATABASE_STATEMENT_TIMEOUT": "0",
		"DATABASE_POOLER":            "transaction",
	}))
	require.NoError(t, err)
	settings := map[string]database.Setting{}
	for _, s := range c.Settings() {
		settings[s.Name] = s
	}
	require.Len(t, settings, 14)
	require.Equal(t, database.Setting{Name: "DATABASE_URL", Value: "postgres://u:***@h:5432/d", Source: "environment"}, settings["DATABASE_URL"])
	require.Equal(t, database.Setting{Name: "DATABASE_MAX_CONNS", Value: "3", Source: "environment"}, settings["DATABASE_MAX_CONNS"])
	require.Equal(t, database.Setting{Name: "DATABASE_STATEMENT_TIMEOUT", Value: "0s", Source: "environment"}, settings["DATABASE_STATEMENT_TIMEOUT"])
	require.Equal(t, database.Setting{Name: "DATABASE_POOLER", Value: "transaction", Source: "environment"}, settings["DATABASE_POOLER"])
	require.Equal(t, database.Setting{Name: "DATABASE_LOCK_TIMEOUT", Value: "5s", Source: "default"}, settings["DATABASE_LOCK_TIMEOUT"])
}

func TestConfigWithoutURL(t *testing.T) {
	t.Parallel()
	_, err := database.ConfigFromEnv(environment(nil))
	require.ErrorIs(t, err, database.ErrNoURL)
	require.EqualError(t, err, "DATABASE_URL environment variable is required")
}

func TestConfigReportsEveryFaultTogether(t *testing.T) {
	t.Parallel()
	_, err := database.ConfigFromEnv(environment(map[string]string{
		"DATABASE_MAX_CONNS":                   "s3cret",
		"DATABASE_MIN_CONNS":                   "-1",
		"DATABASE_IDLE_TIMEOUT":                "-5s",
		"DATABASE_CONNECT_TIMEOUT":             "0",
		"DATABASE_MAX_LIFETIME":                "s3cret",
		"DATABASE_ACQUIRE_TIMEOUT":             "0s",
		"DATABASE_STATEMENT_TIMEOUT":           "10us",
		"DATABASE_LOCK_TIMEOUT":                "1000h",
		"DATABASE_IDLE_IN_TRANSACTION_TIMEOUT": "60",
		"DATABASE_POOLER":                      "s3cret",
		"DATABASE_STARTUP_TIMEOUT":             "soon",
	}))
	var faults *database.ConfigError
	require.ErrorAs(t, err, &faults)
	require.ErrorIs(t, err, database.ErrNoURL)
	require.ElementsMatch(t, []string{
		"DATABASE_URL environment variable is required",
		"DATABASE_MAX_CONNS must be a whole number",
		"DATABASE_MIN_CONNS must be at least 0",
		"DATABASE_IDLE_TIMEOUT must be 0 or at least 1ms",
		"DATABASE_CONNECT_TIMEOUT must be at least 1ms",
		"DATABASE_MAX_LIFETIME must be a duration such as 500ms, 20s or 30m",
		"DATABASE_ACQUIRE_TIMEOUT must be at least 1ms",
		"DATABASE_STATEMENT_TIMEOUT must be 0 or at least 1ms",
		"DATABASE_LOCK_TIMEOUT must be at most 596h31m23.647s",
		"DATABASE_IDLE_IN_TRANSACTION_TIMEOUT must be a duration such as 500ms, 20s or 30m",
		"DATABASE_POOLER must be auto, none or transaction",
		"DATABASE_STARTUP_TIMEOUT must be a duration such as 500ms, 20s or 30m",
	}, texts(faults.Faults))
	require.NotContains(t, err.Error(), "s3cret")
}

func TestConfigBoundsHoldTogether(t *testing.T) {
	t.Parallel()
	_, err := database.ConfigFromEnv(environment(map[string]string{
		"DATABASE_URL": "postgres://u@h/d", "DATABASE_MAX_CONNS": "2", "DATABASE_MIN_CONNS": "3",
	}))
	require.EqualError(t, err, "DATABASE_MIN_CONNS must be at most DATABASE_MAX_CONNS")
}

func TestOpenRefusesAZeroConfig(t *testing.T) {
	t.Parallel()
	_, err := database.Open(t.Context(), database.Config{URL: "postgres://u@h/d"}, quiet())
	var faults *database.ConfigError
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults.Faults, 4)
}

func texts(errs []error) []string {
	var list []string
	for _, err := range errs {
		list = append(list, err.Error())
	}
	return list
}

// everyForm is every way in which a configuration is likely to be printed.
func everyForm(t *testing.T, c database.Config) string {
	t.Helper()
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "config", c)
	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	return fmt.Sprintf("%v %+v %#v %s %v", c, c, c, log.String(), c.Settings()) + string(asJSON) + fmt.Sprint(&c)
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, want string }{
		"plain":            {"postgres://app:s3cret@db.example:6432/shop", "postgres://app:***@db.example:6432/shop"},
		"no password":      {"postgres://app@db/shop?sslmode=require", "postgres://app@db:5432/shop?sslmode=require"},
		"encoded":          {"postgres://app:s3cret%40%3A%2Fs3cret@db/shop", "postgres://app:***@db:5432/shop"},
		"colon":            {"postgres://app:s3cret:s3cret@db/shop", "postgres://app:***@db:5432/shop"},
		"hash":             {"postgres://app:s3cret#s3cret@db/shop", "postgres://app:***@db:5432/shop"},
		"question mark":    {"postgres://app:s3cret?s3cret=s3cret@db/shop", "postgres://app:***@db:5432/shop"},
		"query":            {"postgres://db/shop?user=app&password=s3cret", "postgres://app:***@db:5432/shop"},
		"encoded key":      {"postgres://app@db/shop?pass%77ord=s3cret", "postgres://app:***@db:5432/shop"},
		"sslpassword":      {"postgres://app@db/shop?sslpassword=s3cret&sslmode=disable", "postgres://app@db:5432/shop?sslmode=disable"},
		"unknown query":    {"postgres://app@db/shop?token=s3cret", "postgres://app@db:5432/shop"},
		"several hosts":    {"postgres://app:s3cret@a:1,b:2/shop?sslmode=disable", "postgres://app:***@a:1,b:2/shop?sslmode=disable"},
		"keywords":         {"host=db user=app password=s3cret dbname=shop", "postgres://app:***@db:5432/shop"},
		"quoted keyword":   {`host=db user=app password='s3cret \' s3cret' dbname=shop`, "postgres://app:***@db:5432/shop"},
		"spaced keyword":   {"host = db user = app password = s3cret dbname = shop", "postgres://app:***@db:5432/shop"},
		"keyword ssl":      {"host=db user=app sslpassword=s3cret dbname=shop", "postgres://app@db:5432/shop"},
		"socket directory": {"postgres:///shop?host=/tmp/pg&user=app&password=s3cret", "postgres://app:***@/tmp/pg:5432/shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := database.NewConfig(c.url)
			require.Equal(t, c.want, config.Settings()[0].Value)
			require.NotContains(t, everyForm(t, config), "s3cret")
		})
	}
}

// What cannot be read cannot be redacted: it is refused, and not shown.
func TestRedactionOfMalformedURLs(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"at":                "postgres://app:s3cret@s3cret@db/shop",
		"slash":             "postgres://app:s3cret/s3cret@db/shop",
		"slash like a port": "postgres://app:5/s3cret@db/shop",
		"slash and query":   "postgres://app:5/s3cret?s3cret=1@db/shop",
		"escape":            "postgres://app:s3cret%zz@db/shop",
		"port":              "postgres://app:s3cret@db:s3cret/shop",
		"sslmode":           "postgres://app:s3cret@db/shop?sslmode=s3cret",
		"bracket":           "postgres://app:s3cret@[db/shop",
		"scheme":            "mysql://app:s3cret@db/shop",
		"no scheme":         "app:s3cret@db/shop",
		"keywords":          "host=db password='s3cret",
		"space":             "host=db password=s3cret s3cret",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := database.ConfigFromEnv(environment(map[string]string{"DATABASE_URL": url}))
			var faults *database.ConfigError
			require.ErrorAs(t, err, &faults)
			require.Len(t, faults.Faults, 1)
			require.Regexp(t, `^DATABASE_URL is malformed: [^\n]+$`, err.Error())
			for ; err != nil; err = errors.Unwrap(err) {
				require.NotContains(t, err.Error(), "s3cret")
			}
			require.NotContains(t, everyForm(t, database.NewConfig(url)), "s3cret")
		})
	}
}
