package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// The resolver is the test's own: a machine without a network has none that could say "no such host".
func TestOpenWithAnUnknownHost(t *testing.T) {
	t.Parallel()
	config := NewConfig("postgres://app:s3cret@nope.invalid/shop")
	poolConfig, err := config.pool()
	require.NoError(t, err)
	poolConfig.ConnConfig.LookupFunc = func(_ context.Context, host string) ([]string, error) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	start := time.Now()
	_, err = open(t.Context(), config, poolConfig, slog.New(slog.DiscardHandler))
	var failed *OpenError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, UnknownHost, failed.Reason)
	require.EqualError(t, err, `database host "nope.invalid" is unknown: correct the host in DATABASE_URL`)
	require.Less(t, time.Since(start), config.StartupTimeout)
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	dial := func(errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", errno)}
	}
	server := func(code string) error { return &pgconn.PgError{Code: code} }
	nxdomain := &net.DNSError{IsNotFound: true}
	for _, c := range []struct {
		err       error
		reason    Reason
		permanent bool
	}{
		{server("28P01"), AccessDenied, true},
		{server("28000"), AccessDenied, true},
		{server("42501"), AccessDenied, true},
		{server("3D000"), NoDatabase, true},
		{server("08P01"), Refused, true},
		{server("57P03"), Unreachable, false},
		{server("53300"), Unreachable, false},
		{nxdomain, UnknownHost, true},
		{&net.DNSError{IsTemporary: true}, UnknownHost, false},
		{errors.Join(nxdomain, dial(syscall.ECONNREFUSED)), Unreachable, false},
		{dial(syscall.ECONNREFUSED), Unreachable, false},
		{dial(syscall.ENOENT), Unreachable, false},
		{context.DeadlineExceeded, Unreachable, false},
		{io.ErrUnexpectedEOF, Unreachable, false},
		{errors.New("server refused TLS connection"), Refused, true},
	} {
		reason, permanent := diagnose(fmt.Errorf("connect: %w", c.err))
		require.Equal(t, c.reason, reason, "%v", c.err)
		require.Equal(t, c.permanent, permanent, "%v", c.err)
	}
}

func TestMayChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sql  string
		rows int64
		want bool
	}{
		{"SELECT 1", unknownRows, false},
		{"\n  (select 1) union select 2", 2, false},
		{"UPDATE t SET a = 1", 0, false},
		{"UPDATE t SET a = 1", 1, true},
		{"insert into t values (1) returning id", unknownRows, true},
		{"WITH x AS (DELETE FROM t) SELECT 1", 1, true},
		{"CREATE TABLE t ()", 0, true},
		{"COPY t FROM STDIN", 0, true},
	} {
		require.Equal(t, c.want, mayChange(c.sql, c.rows), c.sql)
	}
}

// All tries together must not keep a request waiting for longer than the reason given for maxBackoff.
func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	for name, random := range map[string]func(int64) int64{
		"least": func(int64) int64 { return 0 },
		"most":  func(n int64) int64 { return n - 1 },
	} {
		db := &DB{random: random}
		var total time.Duration
		for try := 1; try < maxTxTries; try++ {
			pause := db.backoff(try)
			require.Positive(t, pause, name)
			require.LessOrEqual(t, pause, maxBackoff, name)
			total += pause
		}
		require.Less(t, total, 2*time.Second, name)
		require.LessOrEqual(t, db.backoff(1000), maxBackoff, name) // an outage may last
		require.Positive(t, db.backoff(1000), name)
	}
}
