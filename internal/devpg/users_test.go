package devpg

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ordinary returns a user to be where the tests run as root, nil where they run as one anyway.
func ordinary(t *testing.T) *user.User {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	found, err := user.Lookup("nobody")
	require.NoError(t, err)
	return found
}

// give hands a directory to an ordinary user.
func give(t *testing.T, dir string, to *user.User) {
	t.Helper()
	if to == nil {
		return
	}
	who, err := dropTo(to)
	require.NoError(t, err)
	require.NoError(t, os.Chown(dir, int(who.uid), int(who.gid)))
}

func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	nobody := ordinary(t)
	dir := openDir(t)
	give(t, dir, nobody)
	p := startProgram(t, dir, nobody)
	require.NoError(t, p.exec(t, "CREATE TABLE his ()"))
	p.kill()

	// Whoever else may use his directory (root does, as him) leaves it to him.
	s := start(t, config(dir))
	require.NoError(t, s.Exec(t.Context(), DefaultDatabase, "SELECT FROM his"))
	require.NoError(t, s.Stop(t.Context()))
	p = startProgram(t, dir, nobody)
	require.NoError(t, p.exec(t, "SELECT FROM his"))
}

func TestUnwritableDirectory(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	require.NoError(t, os.Chmod(dir, 0o555))
	p := startProgram(t, filepath.Join(dir, "new"), ordinary(t))
	require.Equal(t, "error", p.words[0])
	text := strings.Join(p.words, " ")
	require.Contains(t, text, dir)
	require.Contains(t, text, "permission denied")
	require.Contains(t, text, "choose another")
}

func TestDirectoryOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		who, err := chooseAccount()
		require.NoError(t, err)
		require.ErrorIs(t, home{dir: "/usr", who: who}.checkOwners(), ErrOwner)
		return
	}
	dir := openDir(t)
	s := start(t, config(dir))
	require.NoError(t, s.Stop(t.Context()))
	p := startProgram(t, dir, ordinary(t))
	require.Equal(t, "error", p.words[0])
	require.Contains(t, strings.Join(p.words, " "), s.Dir()+" belongs to root and this program runs as nobody: run it as root")
}

// A nameless owner, as of a directory mounted into a container, is neither run as nor overwritten.
func TestDirectoryOfANamelessUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		require.Equal(t, "uid 54321", nameOf(54321))
		return
	}
	dir := openDir(t)
	require.NoError(t, os.Chown(dir, 54321, 54321))
	s := start(t, config(dir))
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, os.Chown(s.home.data(), 54321, 54321))
	_, err := Start(t.Context(), config(dir))
	require.ErrorIs(t, err, ErrOwner)
	require.ErrorContains(t, err, "uid 54321")
}

// Root's own directories are mostly closed to the user that PostgreSQL runs as.
func TestClosedDirectoryIsReplaced(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dev")
	s := start(t, config(dir))
	if os.Geteuid() != 0 {
		require.Equal(t, filepath.Join(dir, "postgres"), s.Dir())
		return
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(s.Dir())) })
	require.True(t, strings.HasPrefix(s.Dir(), "/var/tmp/cambium-"), s.Dir())
	require.NoError(t, s.Stop(t.Context()))
	again := start(t, config(dir))
	require.Equal(t, s.Dir(), again.Dir())
	require.False(t, again.Fresh())
	require.NoError(t, again.Stop(t.Context()))

	// A name in /var/tmp that somebody else took is not used.
	who, err := chooseAccount()
	require.NoError(t, err)
	trap := filepath.Join(t.TempDir(), "trap")
	place, err := relocate(trap)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(place)) })
	require.NoError(t, os.Chown(place, int(who.uid), int(who.gid)))
	_, err = relocate(trap)
	require.ErrorContains(t, err, "not a directory of root's")
	require.NoError(t, os.Remove(place))
	require.NoError(t, os.Symlink("/etc", place))
	_, err = relocate(trap)
	require.ErrorContains(t, err, "not a directory of root's")
}

// A user whose home root keeps must not choose what root writes to.
func TestFilesFollowNoLinks(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	target := filepath.Join(dir, "target")
	require.NoError(t, os.WriteFile(target, []byte("precious"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "postgres"), 0o755))
	require.NoError(t, os.Symlink(target, filepath.Join(dir, "postgres", "lock")))
	_, err := Start(t.Context(), config(dir))
	require.Error(t, err)
	content, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, "precious", string(content))
}

func TestServerRunsUnprivileged(t *testing.T) {
	t.Parallel()
	s := start(t, config(openDir(t)))
	pid, err := s.PID()
	require.NoError(t, err)
	uid, err := ownerOf("/proc/" + strconv.Itoa(pid))
	if os.IsNotExist(err) { // no /proc: macOS
		uid, err = ownerOf(s.home.data())
	}
	require.NoError(t, err)
	require.NotZero(t, uid)
	require.Equal(t, int(s.home.who.uid), uid)
}
