package migration_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
)

// pgbouncer runs a real PgBouncer before the server of a database URL, and returns the URL through it.
func pgbouncer(t *testing.T, at, mode string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	require.FileExists(t, program, "run make setup")
	u, err := url.Parse(at)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	dir, err := os.MkdirTemp("", "pgbouncer") //nolint:usetesting // the parents of t.TempDir are root's alone
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	password, _ := u.User.Password()
	config := fmt.Sprintf("[databases]\n* = host=%s port=%s user=%s password=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\n"+
		"auth_type = any\npool_mode = %s\nunix_socket_dir =\nignore_startup_parameters = extra_float_digits, statement_timeout, lock_timeout, idle_in_transaction_session_timeout\n",
		u.Hostname(), u.Port(), u.User.Username(), password, port, mode)
	file := filepath.Join(dir, "pgbouncer.ini")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))

	cmd := exec.CommandContext(t.Context(), program, "-q", file)
	if os.Getuid() == 0 { // it refuses to run as root
		nobody, err := user.Lookup("nobody")
		require.NoError(t, err)
		uid, err := strconv.Atoi(nobody.Uid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, -1))
		require.NoError(t, os.Chown(file, uid, -1))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: 65534}}
	}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, eventually, tick)
	u.Host = "127.0.0.1:" + port
	u.User = url.User(u.User.Username())
	return u.String()
}

// Nothing in the configuration tells of the pooler: it is found.
func TestTrapPgBouncerInTransactionModeIsRefused(t *testing.T) {
	t.Parallel()
	db, at := setup(t)
	path := tree(t, three())
	for _, conns := range []int32{1, 4} {
		cfg := database.NewConfig(pgbouncer(t, at, "transaction"))
		cfg.MaxConns = conns
		pooled := openConfig(t, cfg)
		_, err := apply(t, pooled, path)
		require.ErrorIs(t, err, migration.ErrPooler)
		_, err = migration.Down(t.Context(), pooled, migration.LocalDir(path), migration.DownOptions{})
		require.ErrorIs(t, err, migration.ErrPooler)
		require.Equal(t, []string{"public."}, relations(t, db))
	}
}

func TestPgBouncerInSessionModeIsFine(t *testing.T) {
	t.Parallel()
	_, at := setup(t)
	path := tree(t, three())
	ctx, cancel := context.WithTimeout(t.Context(), eventually)
	defer cancel()
	db, err := database.Open(ctx, database.NewConfig(pgbouncer(t, at, "session")), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	rep, err := migration.Apply(ctx, db, migration.LocalDir(path), migration.Options{})
	require.NoError(t, err)
	require.Len(t, rep.Applied, 3)
	require.NoError(t, db.Close())
}
