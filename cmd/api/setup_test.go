package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/internal/pgtest"
)

// binary is the program, built once. TestMain sets it before any test runs.
var binary string

// patience bounds every wait of these tests: many times what two busy cores take.
const patience = 90 * time.Second

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cambium-api-")
	if err == nil {
		defer os.RemoveAll(dir)    //nolint:errcheck // a temporary directory
		err = os.Chmod(dir, 0o755) // an ordinary user runs it too
	}
	if err == nil {
		binary = filepath.Join(dir, "api")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build the program:", err)
		return 1
	}
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// output collects what a process writes, for a test that looks on.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// process is the real program.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{}
}

// options are how a program is started.
type options struct {
	env        []string
	dir        string
	credential *syscall.Credential
}

// start starts the program. Its environment is only what is given. It is killed at the test's end, if it still runs.
func start(t *testing.T, o options, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(binary, args...), ended: make(chan struct{})}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "POSTGRES_BIN=" + os.Getenv("POSTGRES_BIN")}, o.env...)
	p.cmd.Dir = o.dir
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if o.credential != nil {
		p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: o.credential}
	}
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the exit code says it
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // fails where it has ended
		<-p.ended
		if t.Failed() {
			t.Logf("api %s\nstdout: %s\nstderr: %s", strings.Join(args, " "), &p.stdout, &p.stderr)
		}
	})
	return p
}

// wait returns the exit code.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatal("the program does not end")
		return -1
	}
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(s))
}

// until waits for a text in what the program writes.
func (p *process) until(t *testing.T, stream *output, text string) {
	t.Helper()
	require.Eventually(t, func() bool {
		select {
		case <-p.ended:
			return true
		default:
			return strings.Contains(stream.String(), text)
		}
	}, patience, 5*time.Millisecond, "the program never wrote %q", text)
	require.Contains(t, stream.String(), text)
}

// url is where the program answers, once it does.
func (p *process) url(t *testing.T) string {
	t.Helper()
	p.until(t, &p.stderr, `"msg":"listening"`)
	for scanner := bufio.NewScanner(strings.NewReader(p.stderr.String())); scanner.Scan(); {
		var line struct{ Msg, Address string }
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == "listening" {
			return "http://" + line.Address
		}
	}
	t.Fatal("no address")
	return ""
}

// result is what a program that has ended leaves.
type result struct {
	code           int
	stdout, stderr string
}

// api runs the program to its end.
func api(t *testing.T, o options, args ...string) result {
	t.Helper()
	p := start(t, o, args...)
	code := p.wait(t)
	return result{code, p.stdout.String(), p.stderr.String()}
}

// with is an environment with a database.
func with(url string, more ...string) options {
	return options{env: append([]string{"DATABASE_URL=" + url}, more...)}
}

// migrated is the URL of a database of the test's own, with all migrations.
func migrated(t *testing.T) string {
	t.Helper()
	return pgtest.Clone(t, "api: migrated", func(ctx context.Context, url string) error {
		db, err := open(ctx, url)
		if err != nil {
			return err
		}
		_, err = migration.Apply(ctx, db, migrations(), migration.Options{})
		return errors.Join(err, db.Close())
	})
}

func open(ctx context.Context, url string) (*database.DB, error) {
	return database.Open(ctx, database.NewConfig(url), newLogger(io.Discard, 0))
}

// execute runs a statement in a database.
func execute(t *testing.T, url, statement string) {
	t.Helper()
	db, err := open(t.Context(), url)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), statement)
	require.NoError(t, errors.Join(err, db.Close()))
}

// client keeps no connection open.
var client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// query runs an operation and decodes its data; errors fail the test.
func query(t *testing.T, url, operation string, variables map[string]any, data any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	require.NoError(t, err)
	response, err := client.Post(url+graphQLPath, "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	require.Empty(t, string(answer.Errors))
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, json.Unmarshal(answer.Data, data))
}

// dataDir is a directory that the user of PostgreSQL can enter. At the test's end no PostgreSQL may run in it.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cambium-dev-") //nolint:usetesting // t.TempDir is closed to other users
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() {
		require.Eventually(t, func() bool {
			_, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
			return errors.Is(err, os.ErrNotExist)
		}, patience, 10*time.Millisecond, "a PostgreSQL was left behind in %s", dir)
		require.NoError(t, os.RemoveAll(dir))
	})
	return dir
}
