package apitest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Patience bounds every wait: many times what two busy cores take.
const Patience = 90 * time.Second

// pause is how long to wait between two looks.
const pause = 5 * time.Millisecond

// Output collects what a process writes, for a test that looks on.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String is all that was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Options are how a program is started.
type Options struct {
	Env        []string // beside PATH and POSTGRES_BIN, which are all that it gets of the test's own
	Dir        string
	Credential *syscall.Credential
}

// Process is the program, running or ended.
type Process struct {
	Stdout, Stderr Output

	cmd   *exec.Cmd
	ended chan struct{}
}

// Start starts the program. It is killed at the test's end, if it still runs.
func Start(t testing.TB, program string, o Options, args ...string) *Process {
	t.Helper()
	p := &Process{cmd: exec.Command(program, args...), ended: make(chan struct{})}                                   //nolint:noctx // ended by the clean-up
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "POSTGRES_BIN=" + os.Getenv("POSTGRES_BIN")}, o.Env...) //nolint:forbidigo // go test hands nothing in
	p.cmd.Dir = o.Dir
	p.cmd.Stdout, p.cmd.Stderr = &p.Stdout, &p.Stderr
	if o.Credential != nil {
		p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: o.Credential}
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the exit code says it
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // fails where it has ended
		<-p.ended
		if t.Failed() {
			t.Logf("api %s\nstdout: %s\nstderr: %s", strings.Join(args, " "), &p.Stdout, &p.Stderr)
		}
	})
	return p
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Signal sends a signal.
func (p *Process) Signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatalf("signal the program: %v", err)
	}
}

// Wait waits for the end and returns the exit code.
func (p *Process) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(Patience):
		t.Fatal("the program does not end")
		return -1
	}
}

// Until waits for a text in what the program writes.
func (p *Process) Until(t testing.TB, stream *Output, text string) {
	t.Helper()
	ended := false
	await(t, "the program never wrote "+text, func() bool {
		select {
		case <-p.ended:
			ended = true
		default:
		}
		return ended || strings.Contains(stream.String(), text)
	})
	if !strings.Contains(stream.String(), text) {
		t.Fatalf("the program ended and never wrote %q", text)
	}
}

// URL is where the program answers, once it does.
func (p *Process) URL(t testing.TB) string {
	t.Helper()
	p.Until(t, &p.Stderr, `"msg":"listening"`)
	for scanner := bufio.NewScanner(strings.NewReader(p.Stderr.String())); scanner.Scan(); {
		var line struct{ Msg, Address string }
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == "listening" {
			return "http://" + line.Address
		}
	}
	t.Fatal("no address")
	return ""
}

// DataDir is a directory for a private PostgreSQL, which its user can enter. At the test's end none may run in it.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cambium-dev-") //nolint:usetesting // t.TempDir is closed to other users
	if err == nil {
		err = os.Chmod(dir, 0o755) //nolint:gosec // to be entered
	}
	if err != nil {
		t.Fatalf("make a data directory: %v", err)
	}
	t.Cleanup(func() {
		await(t, "a PostgreSQL was left behind in "+dir, func() bool {
			_, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
			return errors.Is(err, os.ErrNotExist)
		})
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the data directory: %v", err)
		}
	})
	return dir
}

// await looks until it is so.
func await(t testing.TB, otherwise string, so func() bool) {
	t.Helper()
	look := time.NewTicker(pause)
	defer look.Stop()
	end := time.After(Patience)
	for !so() {
		select {
		case <-look.C:
		case <-end:
			t.Fatal(otherwise)
		}
	}
}
