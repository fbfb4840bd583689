package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	osexec "os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// run runs a statement in the database of a URL.
func run(t *testing.T, address, statement string) error {
	t.Helper()
	s, err := server()
	require.NoError(t, err)
	return s.Exec(t.Context(), nameIn(t, address), statement)
}

func nameIn(t testing.TB, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	return strings.TrimPrefix(parsed.Path, "/")
}

// assert checks an SQL condition.
func assert(t *testing.T, address, condition string) {
	t.Helper()
	require.NoError(t, run(t, address, "DO $$ BEGIN ASSERT ("+condition+"); END $$"), condition)
}

func exists(t *testing.T, name string) bool {
	t.Helper()
	s, err := server()
	require.NoError(t, err)
	return s.Exec(context.Background(), name, "SELECT") == nil
}

func TestDatabasesAreSeparate(t *testing.T) { //nolint:tparallel // the group ends before the look at what is left
	t.Parallel()
	var names sync.Map
	t.Run("all", func(t *testing.T) {
		for i := range 12 {
			t.Run(fmt.Sprint("Überlanger Name, der nicht ganz in den einer Datenbank passt ", i), func(t *testing.T) {
				t.Parallel()
				address := NewDatabase(t)
				_, taken := names.LoadOrStore(nameIn(t, address), true)
				require.False(t, taken)
				assert(t, address, "SELECT count(*) = 0 FROM pg_tables WHERE schemaname = 'public'")
				assert(t, address, "SELECT current_setting('fsync') = 'off'")
				require.NoError(t, run(t, address, "CREATE TABLE mine ()"))
			})
		}
	})
	names.Range(func(name, _ any) bool {
		require.False(t, exists(t, name.(string)), "%s was not dropped", name)
		return true
	})
}

func TestDatabaseIsDroppedUnderAnOpenSession(t *testing.T) { //nolint:tparallel // as above
	t.Parallel()
	var name string
	held := make(chan error, 1)
	t.Run("leaves a session", func(t *testing.T) {
		address := NewDatabase(t)
		name = nameIn(t, address)
		s, err := server()
		require.NoError(t, err)
		go func() { held <- s.Exec(context.Background(), name, "SELECT pg_sleep(600)") }()
		require.Eventually(t, func() bool {
			return run(t, address, "DO $$ BEGIN ASSERT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()); END $$") == nil
		}, 20*time.Second, 5*time.Millisecond)
	})
	require.Error(t, <-held)
	require.False(t, exists(t, name))
}

func TestCloneIsPreparedOnce(t *testing.T) {
	t.Parallel()
	var prepared atomic.Int32
	key := rand.Text() // of this run: with -count the process stays
	for i := range 12 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			address := Clone(t, key, func(ctx context.Context, address string) error {
				prepared.Add(1)
				s, err := server()
				if err != nil {
					return err
				}
				return s.Exec(ctx, nameIn(t, address), "CREATE TABLE rows AS SELECT generate_series(1, 1000) AS n")
			})
			require.EqualValues(t, 1, prepared.Load())
			assert(t, address, "SELECT count(*) = 1000 FROM rows")
			require.NoError(t, run(t, address, "DELETE FROM rows")) // no other clone sees it
		})
	}
}

func TestKeysAreSeparate(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"one", "other"} {
		address := Clone(t, table+rand.Text(), func(ctx context.Context, address string) error {
			return run(t, address, "CREATE TABLE "+table+" ()")
		})
		assert(t, address, "SELECT array_agg(tablename) = ARRAY['"+table+"'::name] FROM pg_tables WHERE schemaname = 'public'")
	}
}

// recorder is a test that is expected to fail.
type recorder struct {
	testing.TB
	fatal string
}

func (r *recorder) Helper() {}
func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	panic(r)
}

func TestFailedPreparationFailsEveryTest(t *testing.T) {
	t.Parallel()
	calls, key := 0, rand.Text()
	for range 2 {
		r := &recorder{TB: t}
		require.PanicsWithValue(t, r, func() {
			Clone(r, key, func(context.Context, string) error {
				calls++
				return errors.New("the migration is wrong")
			})
		})
		require.Contains(t, r.fatal, "the migration is wrong")
		require.Contains(t, r.fatal, key)
	}
	require.Equal(t, 1, calls)
}

func TestPanickingPreparationFailsTheNextTestToo(t *testing.T) {
	t.Parallel()
	key := rand.Text()
	require.Panics(t, func() {
		Clone(t, key, func(context.Context, string) error { panic("oh") })
	})
	r := &recorder{TB: t}
	require.PanicsWithValue(t, r, func() {
		Clone(r, key, func(context.Context, string) error { return nil })
	})
	require.Contains(t, r.fatal, "did not return")
}

// TestFailing fails in the process that TestFailureNamesTheDatabase starts, and only there.
func TestFailing(t *testing.T) {
	t.Parallel()
	if os.Getenv("PGTEST_TEST_FAIL") == "" {
		return
	}
	NewDatabase(t)
	t.Error("as asked")
}

func failing(t *testing.T, environment ...string) string {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFailing$", "-test.v")
	cmd.Env = append(os.Environ(), append(environment, "PGTEST_TEST_FAIL=1")...)
	output, err := cmd.CombinedOutput()
	require.Error(t, err, "%s", output)
	return string(output)
}

func TestFailureNamesTheDatabase(t *testing.T) {
	t.Parallel()
	require.Contains(t, failing(t, "PGTEST_KEEP="), "the database was test_failing_1; set PGTEST_KEEP=1 to keep it")
}

func TestFailedDatabaseIsKept(t *testing.T) {
	t.Parallel()
	output := failing(t, "PGTEST_KEEP=1")
	match := regexp.MustCompile(`psql '(.*)'\s+.*kill -INT (\d+)`).FindStringSubmatch(output)
	require.NotNil(t, match, output)
	require.Equal(t, "test_failing_1", nameIn(t, match[1]))
	pid, err := strconv.Atoi(match[2])
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGINT), "the server has outlived its process")
	require.Eventually(t, func() bool { return gone(pid) }, 20*time.Second, 10*time.Millisecond)
}

// The trap: servers and their directories pile up when test processes are killed.
func TestServerEndsWithAKilledProcess(t *testing.T) {
	t.Parallel()
	cmd := osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperVariable+"=1")
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	words := strings.Fields(line)
	require.Equal(t, "ready", words[0], line)
	pid, err := strconv.Atoi(words[1])
	require.NoError(t, err)
	require.False(t, gone(pid))
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool {
		_, err := os.Stat(words[2])
		return gone(pid) && os.IsNotExist(err)
	}, 20*time.Second, 10*time.Millisecond)
}

func gone(pid int) bool {
	state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
	}
	return bytes.Contains(state, []byte(") Z "))
}

func TestMissingServerFails(t *testing.T) {
	t.Parallel()
	cmd := osexec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDatabasesAreSeparate$")
	cmd.Env = append(os.Environ(), "POSTGRES_BIN=/nowhere")
	output, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(output), "POSTGRES_BIN")
	require.NotContains(t, string(output), "SKIP")
}

// A database made and dropped again.
func BenchmarkNewDatabase(b *testing.B) { benchmark(b, "template0") }

func BenchmarkClone(b *testing.B) {
	address := Clone(b, rand.Text(), func(ctx context.Context, address string) error {
		s, err := server()
		if err != nil {
			return err
		}
		return s.Exec(ctx, nameIn(b, address), `DO $$ BEGIN FOR i IN 1..60 LOOP
			EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, a text UNIQUE, b numeric)', i);
			EXECUTE format('INSERT INTO t%s SELECT n, n, n FROM generate_series(1, 100) n', i);
		END LOOP; END $$`)
	})
	benchmark(b, nameIn(b, address))
}

func benchmark(b *testing.B, from string) {
	b.Helper()
	s, err := server()
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		name := databaseName(b.Name(), made.Add(1))
		require.NoError(b, exec(b.Context(), s, createStatement(s, name, from)))
		require.NoError(b, exec(b.Context(), s, "DROP DATABASE "+name+" WITH (FORCE)"))
	}
}
