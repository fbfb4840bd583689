package faultlab_test

import (
	"context"
	"log/slog"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/internal/faultlab"
	"cambium/internal/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, faultlab.Pipes()) }

// open opens a database without a wait for one that is not up.
func open(t *testing.T, url string) (*database.DB, error) {
	t.Helper()
	config := database.NewConfig(url)
	config.StartupTimeout, config.ConnectTimeout = 0, time.Second
	return database.Open(t.Context(), config, slog.New(slog.DiscardHandler))
}

// value is the one text that a query gives on a connection of its own.
func value(t *testing.T, url, query string) (text string, err error) {
	t.Helper()
	db, err := open(t, url)
	if err != nil {
		return "", err
	}
	defer func() { require.NoError(t, db.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	err = db.Query(ctx, query, nil, func(values [][]byte) error {
		text = string(values[0])
		return nil
	})
	return text, err
}

func TestEveryEndKeepsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	n.Exec("CREATE TABLE kept (n int)")
	for i, end := range []func(){n.Kill, n.Abort, n.Stop} {
		n.Exec("INSERT INTO kept VALUES (1)")
		before := n.URL()
		end()
		_, err := value(t, n.URL(), "SELECT 'x'")
		require.True(t, database.IsUnavailable(err), "%v", err)
		n.Start()
		require.Equal(t, before, n.URL())
		got, err := value(t, n.URL(), "SELECT count(*)::text FROM kept")
		require.NoError(t, err)
		require.Equal(t, string(rune('1'+i)), got)
	}
	require.Equal(t, "on", n.Ask("SELECT current_setting('fsync')"))
	require.False(t, n.KillBackend(), "nobody is connected")
}

func TestFailover(t *testing.T) {
	t.Parallel()
	a := faultlab.Primary(t, "a", nil)
	a.Exec("CREATE TABLE kept (n int)")
	b := a.Standby(t, "b", nil)
	a.Synchronous(b)
	a.Exec("INSERT INTO kept VALUES (1)")
	b.CatchUp(a)
	b.PauseReplay()
	a.Exec("INSERT INTO kept VALUES (2)")
	require.Equal(t, "1", b.Ask("SELECT count(*) FROM kept"))
	b.ResumeReplay()
	b.CatchUp(a)
	require.Equal(t, "2", b.Ask("SELECT count(*) FROM kept"))

	a.Kill()
	b.Promote()
	b.Exec("INSERT INTO kept VALUES (3)")
	a.Follow(b)
	require.Equal(t, "true", a.Ask("SELECT pg_is_in_recovery()"))
	b.Synchronous(a)
	b.Exec("INSERT INTO kept VALUES (4)")
	a.Restart()
	a.CatchUp(b)
	require.Equal(t, "4", a.Ask("SELECT count(*) FROM kept"))
	b.Abort()
	a.Promote() // and back
	a.Exec("INSERT INTO kept VALUES (5)")
	require.Empty(t, a.Ask("SELECT nullif(current_setting('synchronous_standby_names'), '')"))
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	const query = "SELECT 'x'"
	fault := func(happen func(), is func(error) bool) {
		t.Helper()
		happen()
		_, err := value(t, n.URL(), query)
		require.True(t, is(err), "%v", err)
		n.Network.Heal()
		got, err := value(t, n.URL(), query)
		require.NoError(t, err)
		require.Equal(t, "x", got)
	}
	for range 2 {
		fault(n.Network.Partition, database.IsUnavailable)
		fault(n.Network.Swallow, database.IsUnavailable)
		fault(n.Network.Reset, database.IsUnavailable)
		fault(n.Network.Cut, database.IsUnavailable)
		fault(func() { n.Network.Delay(2 * time.Second) }, func(err error) bool { return err != nil })
	}
}

func TestReadOnlyAndTerminate(t *testing.T) {
	t.Parallel()
	n := faultlab.Primary(t, "a", nil)
	db, err := open(t, n.URL())
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	n.ReadOnly(true)
	_, err = db.Exec(t.Context(), "CREATE TABLE x ()")
	require.ErrorContains(t, err, "25006")
	n.ReadOnly(false)
	_, err = db.Exec(t.Context(), "CREATE TABLE x ()")
	require.NoError(t, err)
	require.True(t, n.KillBackend())
}

func TestPgBouncer(t *testing.T) {
	t.Parallel()
	got, err := value(t, faultlab.StartPgBouncer(t, pgtest.NewDatabase(t), faultlab.PgBouncer{Mode: "session",
		More: []string{"ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout"}}), "SELECT 'x'")
	require.NoError(t, err)
	require.Equal(t, "x", got)
}

// Nothing answers any more when its test has ended, running or not.
func TestNodesEndWithTheirTest(t *testing.T) { //nolint:tparallel // the end of the one inside is waited for
	t.Parallel()
	var addresses []string
	t.Run("inside", func(t *testing.T) {
		n := faultlab.Primary(t, "a", nil)
		addresses = append(addresses, n.Network.Address(), hostOf(t, n.Direct()))
		ended := faultlab.Primary(t, "b", nil)
		ended.Kill()
		addresses = append(addresses, ended.Network.Address())
		addresses = append(addresses, hostOf(t, faultlab.StartPgBouncer(t, n.URL(), faultlab.PgBouncer{Mode: "session"})))
	})
	for _, address := range addresses {
		_, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		require.Error(t, err)
	}
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Host
}
