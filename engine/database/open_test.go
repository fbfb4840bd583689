package database_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/pgtest"
)

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// edited is the URL of a test's database with one part changed.
func edited(t testing.TB, edit func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(pgtest.NewDatabase(t))
	require.NoError(t, err)
	edit(u)
	return u.String()
}

// failure is what Open says of a database that cannot be opened.
func failure(t testing.TB, rawURL string) (*database.OpenError, string) {
	t.Helper()
	var log syncBuffer
	config := database.NewConfig(rawURL)
	config.StartupTimeout = 500 * time.Millisecond
	_, err := database.Open(t.Context(), config, slog.New(slog.NewTextHandler(&log, nil)))
	var failed *database.OpenError
	require.ErrorAs(t, err, &failed)
	require.NotContains(t, err.Error(), "\n")
	require.NotContains(t, err.Error()+log.String(), "s3cret")
	return failed, log.String()
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return listener
}

// freeAddress is one at which nothing listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener := listen(t)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func TestOpenWithAWrongPassword(t *testing.T) {
	t.Parallel()
	failed, log := failure(t, edited(t, func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "s3cret") }))
	require.Equal(t, database.AccessDenied, failed.Reason)
	require.Contains(t, failed.Error(), "correct the user and password in DATABASE_URL")
	require.Contains(t, failed.Error(), "SQLSTATE 28P01")
	require.Empty(t, log, "waiting would not help")
}

func TestOpenWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	failed, log := failure(t, edited(t, func(u *url.URL) { u.Path = "/nowhere" }))
	require.Equal(t, database.NoDatabase, failed.Reason)
	require.Regexp(t, `^database "nowhere" does not exist on \S+: create it \(createdb .* nowhere\) or correct DATABASE_URL$`, failed.Error())
	require.Empty(t, log)
}

func TestOpenOfAServerThatIsDown(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	failed, log := failure(t, "postgres://app:s3cret@"+address+"/shop")
	require.Equal(t, database.Unreachable, failed.Reason)
	require.EqualError(t, failed, "database shop@"+address+" does not answer (connection refused): start it, or correct DATABASE_URL")
	require.True(t, database.IsUnavailable(failed))
	require.Greater(t, strings.Count(log, "database is not up yet"), 1, "a line for each try")
}

func TestOpenRefusedByTheServer(t *testing.T) {
	t.Parallel()
	failed, _ := failure(t, edited(t, func(u *url.URL) { u.RawQuery += "&no_such_setting=1" }))
	require.Equal(t, database.Refused, failed.Reason)
	require.Contains(t, failed.Error(), "SQLSTATE 42704")
	failed, _ = failure(t, edited(t, func(u *url.URL) { u.RawQuery = "sslmode=require" }))
	require.Equal(t, database.Refused, failed.Reason)
	require.Contains(t, failed.Error(), "sslmode")
}

func TestOpenEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := database.Open(ctx, database.NewConfig("postgres://app@"+freeAddress(t)+"/shop"), quiet())
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// startingServer stands before a real server and answers the first clients as one that is still starting.
func startingServer(t testing.TB, behind string, refusals int) string {
	t.Helper()
	config, err := pgx.ParseConfig(behind)
	require.NoError(t, err)
	listener := listen(t)
	var clients sync.WaitGroup
	clients.Go(func() {
		for n := 0; ; n++ {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			if n < refusals {
				refuse(client)
				continue
			}
			clients.Go(func() { relay(t.Context(), client, config) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		clients.Wait()
	})
	return listener.Addr().String()
}

func refuse(client net.Conn) {
	defer func() { _ = client.Close() }()
	backend := pgproto3.NewBackend(client, client)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.ErrorResponse{
		Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: "57P03", Message: "the database system is starting up",
	})
	_ = backend.Flush()
}

func relay(ctx context.Context, client net.Conn, config *pgx.ConnConfig) {
	defer func() { _ = client.Close() }()
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	server, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
	_ = client.Close()
	up.Wait()
}

func TestOpenWaitsForAServerThatStarts(t *testing.T) {
	t.Parallel()
	behind := pgtest.NewDatabase(t)
	u, err := url.Parse(behind)
	require.NoError(t, err)
	u.Host, u.RawQuery = startingServer(t, behind, 2), "sslmode=disable"

	var log syncBuffer
	db, err := database.Open(t.Context(), database.NewConfig(u.String()), slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	require.NoError(t, db.Ping(t.Context()))
	require.NoError(t, db.Close())
	require.Equal(t, 2, strings.Count(log.String(), "database is not up yet"))
	require.Contains(t, log.String(), "57P03")
}

func TestPoolExhausted(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1; c.AcquireTimeout = 30 * time.Millisecond })
	outside := t.Context()
	require.NoError(t, db.WithTx(outside, func(context.Context) error {
		for name, use := range map[string]func(context.Context) error{
			"Query": func(ctx context.Context) error { _, err := text(ctx, db, "SELECT 'x'"); return err },
			"Exec":  func(ctx context.Context) error { _, err := db.Exec(ctx, "SELECT 1"); return err },
			"CopyIn": func(ctx context.Context) error {
				_, err := db.CopyIn(ctx, "COPY t FROM STDIN", strings.NewReader(""))
				return err
			},
			"Ping":      db.Ping,
			"WithTx":    func(ctx context.Context) error { return db.WithTx(ctx, func(context.Context) error { return nil }) },
			"Driver":    func(ctx context.Context) error { return db.Driver().Exec(ctx, "SELECT 1", []any{}, nil) },
			"Driver.Tx": func(ctx context.Context) error { _, err := db.Driver().Tx(ctx); return err },
			"SQL":       func(ctx context.Context) error { return db.SQL().PingContext(ctx) },
		} {
			err := use(outside)
			require.ErrorIs(t, err, database.ErrPoolExhausted, name)
			require.False(t, database.IsUnavailable(err), name)

			soon, cancel := context.WithTimeout(outside, time.Millisecond)
			err = use(soon)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
		}
		return nil
	}))
	s := db.Stats()
	require.EqualValues(t, 1, s.Max)
	require.EqualValues(t, 1, s.Total)
	require.GreaterOrEqual(t, s.Exhausted, int64(8))
	require.Zero(t, s.Waiting)
}

func TestClose(t *testing.T) {
	t.Parallel()
	db := setup(t)
	require.NoError(t, db.Close())
	require.NoError(t, db.Close())
	_, err := db.Exec(t.Context(), "SELECT 1")
	require.ErrorIs(t, err, database.ErrClosed)
	require.ErrorIs(t, db.WithTx(t.Context(), func(context.Context) error { return nil }), database.ErrClosed)
	require.Error(t, db.Driver().Exec(t.Context(), "SELECT 1", []any{}, nil))
}

func TestServerRestartIsUnavailability(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	other := open(t, db.Config().URL)
	err := db.WithTx(t.Context(), func(ctx context.Context) error {
		pid, err := text(ctx, db, "SELECT pg_backend_pid()::text")
		require.NoError(t, err)
		exec(t, other, "SELECT pg_terminate_backend($1::text::int, 5000)", pid)
		_, err1 := db.Exec(ctx, "SELECT 1")
		err2 := db.Driver().Exec(ctx, "SELECT 1", []any{}, nil)
		require.True(t, database.IsUnavailable(err1), "%v", err1)
		require.True(t, database.IsUnavailable(err2), "%v", err2)
		return errors.Join(err1, err2)
	})
	require.True(t, database.IsUnavailable(err))
	require.NotErrorIs(t, err, database.ErrCommitUnknown)
	require.NoError(t, db.Ping(t.Context()))
}
