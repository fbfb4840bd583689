package devpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// helperDir tells a copy of the test binary to be a program that runs a server, there, until its standard input ends.
const helperDir = "DEVPG_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir, ok := os.LookupEnv(helperDir); ok {
		os.Exit(helper(dir))
	}
	goleak.VerifyTestMain(m)
}

func helper(dir string) int {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // as a program that stops in its own time
	ctx := context.Background()
	s, err := Start(ctx, Config{Dir: dir, Getenv: os.Getenv, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		return 1
	}
	fmt.Println("ready", socketPath(s.sockets, s.port), s.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(ctx); err != nil {
		return 1
	}
	return 0
}

// program is a helper that runs.
type program struct {
	cmd   *exec.Cmd
	stdin io.Closer
	// words is the first line that it printed.
	words []string
}

// startProgram runs a helper as a user (nil: this one) in a process group of its own, and waits for its first line.
func startProgram(t *testing.T, dir string, as *user.User) *program {
	t.Helper()
	binary, err := os.Executable()
	require.NoError(t, err)
	if as != nil {
		// The test binary's own directory is closed to others. cp, as a child that is just being forked would hold a
		// file written here open: "text file busy".
		copied := filepath.Join(openDir(t), "helper")
		require.NoError(t, exec.CommandContext(t.Context(), "cp", binary, copied).Run())
		require.NoError(t, os.Chmod(copied, 0o755))
		binary = copied
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary) // it ends when the test says so
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		who, err := dropTo(as)
		require.NoError(t, err)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &program{cmd: cmd, stdin: stdin}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	p.words = strings.Fields(line)
	return p
}

// kill is kill -9.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// exec runs a statement on the program's server.
func (p *program) exec(t *testing.T, statement string) error {
	t.Helper()
	require.Equal(t, "ready", p.words[0], "%v", p.words)
	s, err := openSession(t.Context(), p.words[1], superuser, DefaultDatabase)
	require.NoError(t, err)
	return errors.Join(s.exec(t.Context(), statement), s.close())
}

// openDir makes a directory that every user can enter; t.TempDir's are closed to all but their maker.
func openDir(t *testing.T) string {
	t.Helper()
	base := "/tmp"
	if roomy(memory) {
		base = memory
	}
	dir, err := os.MkdirTemp(base, "devpg-test-") //nolint:usetesting // see above
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// config has durability off and a cache that later runs find full.
func config(dir string) Config {
	cache := ""
	if base, err := os.UserCacheDir(); err == nil {
		cache = filepath.Join(base, "cambium", "pgtest")
	}
	return Config{Dir: dir, Volatile: true, Cache: cache, Getenv: os.Getenv, Logger: slog.New(slog.DiscardHandler)}
}

// start runs a server for the test and stops it at its end.
func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// eventually polls; everything here that takes long has hung.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 20*time.Second, 10*time.Millisecond, what)
}

// writeProgram writes a script to run. Nothing forks meanwhile: a child that has not run its own program yet would hold
// the file open, and running it fail with "text file busy" (https://go.dev/issue/22315).
func writeProgram(t *testing.T, path, script string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
}

func alive(pid int) bool {
	state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return syscall.Kill(pid, 0) == nil && !os.IsNotExist(err)
	}
	return !strings.Contains(string(state), ") Z ")
}
