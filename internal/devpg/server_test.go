package devpg

import (
	"context"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStartMakesARunningServer(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	cfg := config(dir)
	cfg.Volatile = false
	s := start(t, cfg)
	require.True(t, s.Fresh())
	require.Equal(t, filepath.Join(dir, "postgres"), s.Dir())
	require.Regexp(t, `^1[4-8]\.`, s.Version())
	require.True(t, strings.HasPrefix(s.Version(), strconv.Itoa(s.Major())))
	bin, source := s.Binaries()
	require.DirExists(t, bin)
	require.NotEmpty(t, source)
	for _, truth := range []string{
		"current_database() = 'cambium'",
		"pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database WHERE datname = current_database()",
		"current_setting('timezone') = 'UTC'",
		"current_setting('listen_addresses') = '127.0.0.1'",
		"current_setting('fsync') = 'on' AND current_setting('synchronous_commit') = 'on'",
	} {
		require.NoError(t, s.Exec(t.Context(), DefaultDatabase, "DO $$ BEGIN ASSERT (SELECT "+truth+"); END $$"), truth)
	}
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, s.Stop(t.Context()), "a second Stop does nothing")
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", address(t, s))
	require.Error(t, err)
}

func TestRestartKeepsDataAndAddress(t *testing.T) {
	t.Parallel()
	cfg := config(openDir(t))
	cfg.Volatile = false
	first := start(t, cfg)
	require.NoError(t, first.Exec(t.Context(), DefaultDatabase, "CREATE TABLE kept ()"))
	require.NoError(t, first.Kill(t.Context()))
	second := start(t, cfg)
	require.False(t, second.Fresh())
	require.Equal(t, first.URL(), second.URL())
	require.NoError(t, second.Exec(t.Context(), DefaultDatabase, "SELECT FROM kept"))
	require.FileExists(t, filepath.Join(second.Dir(), "server.log.1"))

	// Neither a lost URL nor a dropped database is a reason to fail.
	require.NoError(t, second.Exec(t.Context(), "postgres", "DROP DATABASE cambium"))
	require.NoError(t, second.Stop(t.Context()))
	require.NoError(t, os.Remove(filepath.Join(second.Dir(), "url")))
	third := start(t, cfg)
	require.NoError(t, third.Exec(t.Context(), DefaultDatabase, "SELECT"))
	require.NotEqual(t, first.password, third.password)
}

// The trap: with trust over TCP every user of the machine is a superuser of the database.
func TestLoopbackWantsThePassword(t *testing.T) {
	t.Parallel()
	s := start(t, config(openDir(t)))
	// The server is its own client: CREATE SUBSCRIPTION logs in to what it is given.
	login := func(password string) error {
		return s.Exec(t.Context(), DefaultDatabase, "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port="+strconv.Itoa(s.port)+
			" user=cambium dbname=cambium password="+password+"' PUBLICATION p WITH (create_slot = false, enabled = false, connect = true, slot_name = NONE)")
	}
	require.ErrorContains(t, login("wrong"), "password authentication failed")
	require.ErrorContains(t, login(""), "no password supplied")
	require.NotContains(t, errorText(login(s.password)), "password")

	// What tells of it is closed to others.
	for _, name := range []string{"url", "lock"} {
		info, err := os.Stat(filepath.Join(s.Dir(), name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	for _, name := range []string{"run", "data"} {
		info, err := os.Stat(filepath.Join(s.Dir(), name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), name)
	}
	log, err := os.ReadFile(filepath.Join(s.Dir(), "server.log"))
	require.NoError(t, err)
	require.NotContains(t, string(log), s.password)
}

func TestTemporaryServerLeavesNothing(t *testing.T) {
	t.Parallel()
	cfg := config("")
	cfg.Cache = filepath.Join(t.TempDir(), "cache")
	for range 2 { // the second is a copy from the cache
		s := start(t, cfg)
		require.NoError(t, s.Exec(t.Context(), DefaultDatabase, "SELECT"))
		require.NoError(t, s.Stop(t.Context()))
		require.NoDirExists(t, s.Dir())
	}
	cached, err := os.ReadDir(cfg.Cache)
	require.NoError(t, err)
	require.Len(t, cached, 2, "a cluster and its lock")
}

func TestStopOfAnEndedContextStillStops(t *testing.T) {
	t.Parallel()
	s := start(t, config(openDir(t)))
	pid, err := s.PID()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, s.Stop(ctx))
	require.False(t, alive(pid))
}

func TestServerThatDiesShowsItsLog(t *testing.T) {
	t.Parallel()
	cfg := config(openDir(t))
	cfg.Settings = map[string]string{"shared_buffers": "nonsense"}
	_, err := Start(t.Context(), cfg)
	require.ErrorContains(t, err, `invalid value for parameter "shared_buffers": "nonsense"`)
	require.ErrorContains(t, err, "server.log")
	// and lets go of the directory
	cfg.Settings = nil
	start(t, cfg)
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Start(ctx, config(openDir(t)))
	require.ErrorIs(t, err, context.Canceled)
}

func TestConfigReportsAllFaults(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Config{Database: strings.Repeat("x", 64)})
	require.ErrorContains(t, err, "Getenv")
	require.ErrorContains(t, err, "Logger")
	require.ErrorContains(t, err, "63 bytes")
}

func TestSocketPathTooLong(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openDir(t), strings.Repeat("a long name, ", 9))
	s := start(t, config(dir))
	require.Equal(t, filepath.Join(dir, "postgres"), s.Dir())
	require.NotContains(t, s.sockets, dir)
	require.NoError(t, s.Stop(t.Context()))
	require.NoDirExists(t, s.sockets)
}

func TestNamesAreQuoted(t *testing.T) {
	t.Parallel()
	cfg := config(filepath.Join(openDir(t), `a "b", 'c'`))
	cfg.Database = `x"; DROP DATABASE postgres; --`
	s := start(t, cfg)
	require.NoError(t, s.Exec(t.Context(), cfg.Database, "SELECT"))
	parsed, err := url.Parse(s.URL())
	require.NoError(t, err)
	require.Equal(t, "/"+cfg.Database, parsed.Path)
}

func TestRefusalsAreTyped(t *testing.T) {
	t.Parallel()
	s := start(t, config(openDir(t)))
	var refusal *SQLError
	require.ErrorAs(t, s.Exec(t.Context(), DefaultDatabase, "SELECT 1/0"), &refusal)
	require.Equal(t, "22012", refusal.Code)
	require.ErrorAs(t, s.Exec(t.Context(), "missing", "SELECT"), &refusal)
	require.Equal(t, "3D000", refusal.Code)
	ctx, cancel := context.WithCancelCause(t.Context())
	go cancel(context.DeadlineExceeded)
	require.ErrorIs(t, s.Exec(ctx, DefaultDatabase, "SELECT pg_sleep(60)"), context.DeadlineExceeded)
}

func TestKeptServerOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	cfg := config("")
	cfg.Logger = slog.New(slog.DiscardHandler)
	s := start(t, cfg)
	pid, err := s.PID()
	require.NoError(t, err)
	require.NoError(t, s.Keep())
	require.NoError(t, s.process.commands.Close()) // as the kernel does when the program ends
	require.False(t, s.process.endsWithin(10*pollEvery))
	require.NoError(t, s.Exec(t.Context(), DefaultDatabase, "SELECT"))
	process, err := os.FindProcess(pid)
	require.NoError(t, err)
	require.NoError(t, process.Signal(os.Interrupt))
	require.True(t, s.process.endsWithin(fastStop))
	require.NoDirExists(t, s.Dir())
}

func address(t *testing.T, s *Server) string {
	t.Helper()
	parsed, err := url.Parse(s.URL())
	require.NoError(t, err)
	return parsed.Host
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
