package faultlab

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// PgBouncer is how one is run.
type PgBouncer struct {
	// Mode is its pool_mode: session, transaction or statement.
	Mode string
	// PoolSize is how many connections to the server it opens at most; 0 is 20.
	PoolSize int
	// More are further lines of its [pgbouncer] section.
	More []string
}

// bouncing keeps a PgBouncer for as long as the test holds its standard input: it ends with the process of the test,
// whatever kills that.
const bouncing = `"$@" & bouncer=$!; read -r _; kill -9 $bouncer; wait $bouncer`

// StartPgBouncer runs a real PgBouncer before a database, for the rest of the test, and returns the address of the database
// through it. It asks for no password.
func StartPgBouncer(t testing.TB, database string, b PgBouncer) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("faultlab: %v: run make setup", err)
	}
	server, err := url.Parse(database)
	if err != nil {
		t.Fatalf("faultlab: %v", err)
	}
	address := freeAddress(t)
	file := filepath.Join(Directory(t), "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(b.config(server, address)), 0o600); err != nil {
		t.Fatalf("faultlab: configure PgBouncer: %v", err)
	}
	log := filepath.Join(filepath.Dir(file), "log")
	cmd := exec.Command("/bin/sh", "-c", bouncing, "pgbouncer", program, file) //nolint:noctx // ended by the clean-up
	output, err := os.Create(log)
	if err != nil {
		t.Fatalf("faultlab: %v", err)
	}
	defer func() { _ = output.Close() }() // PgBouncer has its own
	cmd.Stdout, cmd.Stderr = output, output
	if os.Geteuid() == 0 { // it refuses to run as root
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: unprivileged(t, file)}
	}
	hold, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("faultlab: start PgBouncer: %v", err)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		_ = cmd.Wait() // killed
		if t.Failed() {
			text, _ := os.ReadFile(log)
			t.Logf("PgBouncer: %s", text)
		}
	})
	await(t, "PgBouncer does not answer", func() bool {
		conn, err := net.Dial("tcp", address) //nolint:noctx // loopback
		return err == nil && conn.Close() == nil
	})
	server.Host, server.User = address, url.User(server.User.Username())
	return server.String()
}

func (b PgBouncer) config(server *url.URL, address string) string {
	const poolSize = 20
	password, _ := server.User.Password()
	host, port, _ := net.SplitHostPort(address)
	if b.PoolSize == 0 {
		b.PoolSize = poolSize
	}
	return fmt.Sprintf("[databases]\n* = host=%s port=%s user=%s password=%s\n[pgbouncer]\nlisten_addr = %s\nlisten_port = %s\n"+
		"auth_type = any\npool_mode = %s\ndefault_pool_size = %d\nmax_client_conn = 1000\nunix_socket_dir =\n%s\n",
		server.Hostname(), server.Port(), server.User.Username(), password, host, port, b.Mode, b.PoolSize, strings.Join(b.More, "\n"))
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback
	if err != nil {
		t.Fatalf("faultlab: find a free port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// unprivileged is a user without rights, who then owns the file.
func unprivileged(t testing.TB, file string) *syscall.Credential {
	t.Helper()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatalf("faultlab: %v", err)
	}
	uid, _ := strconv.ParseUint(nobody.Uid, 10, 32) // numbers, on every machine that has PgBouncer
	gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
	if err := os.Chown(file, int(uid), int(gid)); err != nil {
		t.Fatalf("faultlab: %v", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
