package devpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// home is the directory of one private server:
//
//	lock          held by the program that runs the server: its pid, then the URL
//	url           the last URL, so that the next start can keep port and password; 0600
//	server.log    of this run; server.log.1 of the one before
//	data/         the cluster; the account's
//	run/          the unix socket; the account's, 0700
type home struct {
	dir       string
	who       account
	temporary bool
	// share is set where root keeps a home that is another user's: what root makes in it is handed to that user.
	share bool
}

func (h home) file(name string) string { return filepath.Join(h.dir, name) }
func (h home) data() string            { return h.file("data") }

// settle makes the home and chooses the account that the server runs as.
func settle(ctx context.Context, cfg Config) (home, error) {
	if cfg.Dir == "" {
		return settleTemporary(ctx, cfg)
	}
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil { //nolint:gosec // the server's user must enter it, and nothing secret lies in it
		return home{}, fmt.Errorf("make the directory of the private PostgreSQL (choose another where it cannot be made): %w", err)
	}
	h := home{dir: filepath.Join(cfg.Dir, "postgres")}
	var err error
	if h.who, err = chooseAccount(h.data(), h.dir, cfg.Dir); err != nil {
		return home{}, err
	}
	h.who.environment = loaderPaths(cfg.Getenv)
	if !h.who.reaches(ctx, cfg.Dir) {
		if err := context.Cause(ctx); err != nil {
			return home{}, fmt.Errorf("look at the directory of the private PostgreSQL: %w", err)
		}
		if h.dir, err = relocate(cfg.Dir); err != nil {
			return home{}, err
		}
		cfg.Logger.WarnContext(ctx, "PostgreSQL does not run as root, and the user it runs as cannot enter the data directory: the cluster is kept elsewhere",
			"user", h.who.name, "wanted", cfg.Dir, "kept", h.dir)
	}
	if h.who.drop {
		uid, err := ownerOf(h.dir)
		if errors.Is(err, fs.ErrNotExist) {
			uid, err = ownerOf(filepath.Dir(h.dir))
		}
		h.share = err == nil && uid == int(h.who.uid)
	}
	if err := h.make(); err != nil {
		return home{}, err
	}
	return h, h.checkOwners()
}

// make makes the home's own directory, which for root's others may pass through, but not list.
func (h home) make() error {
	mode := fs.FileMode(0o700)
	if h.who.drop && !h.share {
		mode = 0o711
	}
	err := os.Mkdir(h.dir, mode)
	if errors.Is(err, fs.ErrExist) {
		if uid, err := ownerOf(h.dir); err == nil && uid == os.Geteuid() {
			return os.Chmod(h.dir, mode)
		}
		return nil // checkOwners judges it
	}
	if err == nil {
		err = os.Chmod(h.dir, mode)
	}
	if err == nil && h.share {
		err = os.Lchown(h.dir, int(h.who.uid), int(h.who.gid))
	}
	if err != nil {
		return fmt.Errorf("make the directory of the private PostgreSQL (choose another where it cannot be made): %w", err)
	}
	return nil
}

// checkOwners refuses what another user made: its files could neither be read nor trusted.
func (h home) checkOwners() error {
	for _, path := range []string{h.dir, h.data()} {
		uid, err := ownerOf(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("look at the private PostgreSQL: %w", err)
		case uid == int(h.who.uid), uid == os.Geteuid() && path == h.dir:
		default:
			return fmt.Errorf("use the private PostgreSQL: %w", &OwnerError{Dir: h.dir, Owner: nameOf(uid), User: nameOf(os.Geteuid())})
		}
	}
	return nil
}

// relocate gives root's clusters a place that other users can enter: one directory for each one wanted, root's own.
func relocate(wanted string) (string, error) {
	sum := sha256.Sum256([]byte(wanted))
	dir := filepath.Join("/var/tmp", "cambium-"+hex.EncodeToString(sum[:8]))
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // the server's user must pass through
		return "", fmt.Errorf("make a directory for the private PostgreSQL that its user can enter: %w", err)
	}
	// Anyone may make names in /var/tmp: a link, or somebody else's directory, is a trap.
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the private PostgreSQL: %w", err)
	}
	if !info.IsDir() || owner(info) != os.Geteuid() {
		return "", fmt.Errorf("%s is not a directory of root's: remove it, or choose a data directory that the user of PostgreSQL can enter", dir)
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // the server's user must pass through
		return "", fmt.Errorf("open %s to the user of PostgreSQL: %w", dir, err)
	}
	return dir, nil
}

func settleTemporary(ctx context.Context, cfg Config) (home, error) {
	who, err := chooseAccount()
	if err != nil {
		return home{}, err
	}
	who.environment = loaderPaths(cfg.Getenv)
	bases := tempBases()
	if cfg.Volatile {
		bases = append([]string{TempDir(cfg.Getenv)}, bases...)
	}
	dir, err := who.makeTemp(ctx, "cambium-pg-", bases)
	if err != nil {
		return home{}, err
	}
	return home{dir: dir, who: who, temporary: true, share: who.drop}, nil
}

// memory is Linux's file system in memory. A cluster is a thousand small files and a database three hundred: making
// them there takes a tenth of the time. TMPDIR, where set, is obeyed instead.
const memory = "/dev/shm"

// roomyBytes is what memory must have free to be used: containers often have 64 MB, and a cluster of tests a few
// hundred at most.
const roomyBytes = 4 << 30

// TempDir is where clusters of tests are made: in memory where there is room, unless TMPDIR says otherwise.
func TempDir(getenv func(string) string) string {
	if getenv("TMPDIR") == "" && roomy(memory) {
		return memory
	}
	return os.TempDir()
}

func roomy(path string) bool {
	var stat syscall.Statfs_t
	return syscall.Statfs(path, &stat) == nil && stat.Bavail*uint64(stat.Bsize) >= roomyBytes
}

func tempBases() []string { return []string{os.TempDir(), "/tmp", "/var/tmp"} }

// makeTemp makes a directory of the account's, in the first base where the account can enter it and, as its owner,
// remove it.
func (a account) makeTemp(ctx context.Context, prefix string, bases []string) (string, error) {
	var faults []error
	for _, base := range bases {
		dir, err := os.MkdirTemp(base, prefix)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if a.drop {
			err = os.Lchown(dir, int(a.uid), int(a.gid))
		}
		if err == nil && a.reaches(ctx, dir) {
			return dir, nil
		}
		faults = append(faults, fmt.Errorf("%s cannot enter %s", a.name, base), err, os.Remove(dir))
	}
	return "", fmt.Errorf("make a temporary directory for PostgreSQL: %w", errors.Join(faults...))
}

// open opens or makes a file of the program's in the home. It follows no link: where root keeps another user's home,
// that user must not choose what root writes to.
func (h home) open(name string, flags int) (*os.File, error) {
	file, err := os.OpenFile(h.file(name), flags|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if h.share {
		if err := file.Chown(int(h.who.uid), int(h.who.gid)); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file, nil
}

// makeDir makes a directory of the account's.
func (h home) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if h.who.drop {
		return os.Lchown(path, int(h.who.uid), int(h.who.gid))
	}
	return os.Chmod(path, 0o700) //nolint:gosec // a directory's owner must enter it
}

// longestSocket is the most bytes that the path of a unix socket may have on macOS (sun_path, less the final zero);
// Linux has 107.
const longestSocket = 103

// sockets makes the directory of the unix socket: run/, or a short temporary one where the home's path is too long.
func (h home) sockets(ctx context.Context) (dir string, temporary bool, err error) {
	dir = h.file("run")
	if len(dir)+len("/.s.PGSQL.65535") > longestSocket {
		dir, err = h.who.makeTemp(ctx, "cambium-", tempBases())
		return dir, true, err
	}
	if err := h.makeDir(dir); err != nil {
		return "", false, fmt.Errorf("make the directory of the unix socket: %w", err)
	}
	return dir, false, nil
}
