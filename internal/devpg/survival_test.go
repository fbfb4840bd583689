package devpg

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestKilledProgramStartsAgainAtOnce(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	const rounds = 10
	for round := range rounds {
		p := startProgram(t, dir, nil)
		require.NoError(t, p.exec(t, "CREATE TABLE IF NOT EXISTS rounds (n int)"))
		require.NoError(t, p.exec(t, fmt.Sprintf("INSERT INTO rounds VALUES (%d)", round)))
		p.kill()
	}
	s := start(t, config(dir))
	require.NoError(t, s.Exec(t.Context(), DefaultDatabase,
		fmt.Sprintf("DO $$ BEGIN ASSERT (SELECT count(DISTINCT n) = %d FROM rounds); END $$", rounds)))
}

func TestServerEndsWithAKilledProgram(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	p := startProgram(t, dir, nil)
	pid, err := readPID(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	require.NoError(t, err)
	require.True(t, alive(pid))
	p.kill()
	eventually(t, "the server ends by itself", func() bool { return !alive(pid) })
	require.NoFileExists(t, filepath.Join(dir, "postgres", "data", "postmaster.pid"), "a clean end")
}

// The watchdog may be killed with the program; the next start then ends the server.
func TestOrphanedServerIsEnded(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	s, err := Start(t.Context(), config(dir))
	require.NoError(t, err)
	pid, err := s.PID()
	require.NoError(t, err)
	require.NoError(t, s.Keep()) // as if nobody were left who watched
	s.process.abandon(t)
	require.NoError(t, s.lock.release())
	require.True(t, alive(pid))
	start(t, config(dir))
	require.False(t, alive(pid))
}

// abandon lets go of a server as the kernel does for a killed program.
func (p *process) abandon(t *testing.T) {
	t.Helper()
	require.NoError(t, p.commands.Close())
	require.NoError(t, p.ended.Close())
	t.Cleanup(func() { _ = p.cmd.Wait() })
}

func TestSecondStartIsInUse(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	p := startProgram(t, dir, nil)
	_, err := Start(t.Context(), config(dir))
	require.ErrorIs(t, err, ErrInUse)
	var holder *InUseError
	require.ErrorAs(t, err, &holder)
	require.Equal(t, p.cmd.Process.Pid, holder.PID)
	require.Equal(t, p.words[2], holder.URL)
	require.ErrorContains(t, err, strconv.Itoa(holder.PID))
	require.ErrorContains(t, err, "cambium:xxxxx@127.0.0.1")
	// The first is none the worse for it, and the directory is free when it has ended.
	require.NoError(t, p.exec(t, "SELECT"))
	require.NoError(t, p.stdin.Close())
	require.NoError(t, p.cmd.Wait())
	start(t, config(dir))
}

func TestStalePIDFile(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]func(t *testing.T, who account) string{
		"of nobody": func(*testing.T, account) string { return "4194304" },
		"torn":      func(*testing.T, account) string { return "" },
		"of another program": func(t *testing.T, who account) string {
			t.Helper()
			cmd := who.command("/bin/sleep", "300")
			require.NoError(t, cmd.Start())
			t.Cleanup(func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			})
			return strconv.Itoa(cmd.Process.Pid)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config(openDir(t))
			s := start(t, cfg)
			path := filepath.Join(s.home.data(), "postmaster.pid")
			stale, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, s.Stop(t.Context()))
			_, rest, _ := strings.Cut(string(stale), "\n")
			require.NoError(t, os.WriteFile(path, []byte(line(t, s.home.who)+"\n"+rest), 0o600))
			if s.home.who.drop {
				require.NoError(t, os.Chown(path, int(s.home.who.uid), int(s.home.who.gid)))
			}
			start(t, cfg)
		})
	}
}

func TestHalfInitialisedClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	half := filepath.Join(dir, "postgres", staging+"killed")
	require.NoError(t, os.MkdirAll(filepath.Join(half, "base"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600))
	s := start(t, config(dir))
	require.True(t, s.Fresh())
	require.NoDirExists(t, half)
}

func TestForeignDataIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	precious := filepath.Join(dir, "postgres", "data", "precious")
	require.NoError(t, os.MkdirAll(filepath.Dir(precious), 0o700))
	require.NoError(t, os.WriteFile(precious, nil, 0o600))
	if os.Geteuid() == 0 {
		who, err := chooseAccount()
		require.NoError(t, err)
		require.NoError(t, os.Chown(filepath.Dir(precious), int(who.uid), int(who.gid)))
	}
	_, err := Start(t.Context(), config(dir))
	require.ErrorContains(t, err, "not a PostgreSQL cluster")
	require.FileExists(t, precious)
}

func TestOtherMajorVersion(t *testing.T) {
	t.Parallel()
	cfg := config(openDir(t))
	s := start(t, cfg)
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(s.home.data(), "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := Start(t.Context(), cfg)
	require.ErrorIs(t, err, ErrVersion)
	var version *VersionError
	require.ErrorAs(t, err, &version)
	require.Equal(t, "9", version.Cluster)
	require.Equal(t, s.Version(), version.Binaries)
	require.ErrorContains(t, err, "install PostgreSQL 9 ")
	require.ErrorContains(t, err, "delete "+s.Dir())
}

func TestCtrlCReachesTheProgramOnly(t *testing.T) {
	t.Parallel()
	p := startProgram(t, openDir(t), nil)
	require.NoError(t, syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT))
	require.NoError(t, p.exec(t, "SELECT pg_sleep(0.1)"))
	require.NoError(t, p.stdin.Close())
	require.NoError(t, p.cmd.Wait(), "the program stopped its server itself")
}

// The trap: a child between fork and exec holds every open file of its parent, locks included.
func TestLockOfAnEndedProgramIsWaitedFor(t *testing.T) {
	t.Parallel()
	who, err := chooseAccount()
	require.NoError(t, err)
	h := home{dir: openDir(t), who: who}
	held, err := h.lock(t.Context())
	require.NoError(t, err)
	require.NoError(t, held.file.Truncate(0)) // its program has gone, or says nothing yet
	released := make(chan error, 1)
	time.AfterFunc(10*pollEvery, func() { released <- held.release() })
	second, err := h.lock(t.Context())
	require.NoError(t, err)
	require.NoError(t, <-released)
	_, err = h.lock(t.Context())
	require.ErrorIs(t, err, ErrInUse, "its program lives")
	require.NoError(t, second.release())
}
