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
	"strconv"
	"strings"
	"time"
)

// superuser owns the cluster and everything in it.
const superuser = "cambium"

// initTimeout bounds initdb, which takes a second or two, and many on a machine under load.
const initTimeout = 2 * time.Minute

// staging is how the names of clusters begin that initdb has not finished: only a finished one is renamed to data.
const staging = "data.init-"

// clusterMajor returns the major version that made the cluster, 0 where there is none yet.
func (h home) clusterMajor() (int, error) {
	text, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	if err == nil {
		major, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("read the version of the cluster in %s: %w", h.data(), err)
		}
		return major, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read the version of the cluster: %w", err)
	}
	switch err := os.Remove(h.data()); {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return 0, nil
	default:
		return 0, fmt.Errorf("%s holds something that is not a PostgreSQL cluster: move it away", h.data())
	}
}

// makeCluster fills the home's data directory, all or nothing.
func (h home) makeCluster(ctx context.Context, cfg Config, set binaries) error {
	if cfg.Cache == "" {
		return h.initialize(ctx, cfg, set)
	}
	pristine := filepath.Join(cfg.Cache, cacheKey(cfg, set))
	if h.adopt(pristine) == nil {
		return nil
	}
	// There is none yet, or somebody is clearing the cache. One program makes it, the others wait for theirs.
	if err := os.MkdirAll(cfg.Cache, 0o700); err != nil {
		return fmt.Errorf("make the cache of clusters: %w", err)
	}
	release, err := lockFile(ctx, pristine+".lock")
	if err != nil {
		return fmt.Errorf("wait for another program to make a cluster: %w", err)
	}
	defer release()
	if h.adopt(pristine) == nil {
		return nil
	}
	if err := h.initialize(ctx, cfg, set); err != nil {
		return err
	}
	return h.keepPristine(cfg.Cache, pristine)
}

// initialize runs initdb next to the data directory and renames the result.
func (h home) initialize(ctx context.Context, cfg Config, set binaries) error {
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	// C.UTF-8 sorts alike on every machine. Where it is missing, C does too, though it knows no letters beyond ASCII;
	// it never is the reason of a failure, so its error is the one to show.
	err := h.initdb(ctx, cfg, set, "C.UTF-8")
	if err != nil && ctx.Err() == nil {
		err = h.initdb(ctx, cfg, set, "C")
	}
	return err
}

func (h home) initdb(ctx context.Context, cfg Config, set binaries, locale string) error {
	target, err := os.MkdirTemp(h.dir, staging)
	if err == nil {
		err = h.makeDir(target)
	}
	if err != nil {
		return fmt.Errorf("make a directory for a new cluster: %w", err)
	}
	args := append(initArguments(cfg), "--locale="+locale, "--pgdata="+target)
	output, err := h.who.commandContext(ctx, set.path("initdb"), args...).CombinedOutput()
	if err != nil {
		err = errors.Join(err, context.Cause(ctx), os.RemoveAll(target))
		return fmt.Errorf("make a new cluster with %s: %w\n%s", set.path("initdb"), err, output)
	}
	if err := os.Rename(target, h.data()); err != nil {
		return fmt.Errorf("put the new cluster in place: %w", err)
	}
	return nil
}

// initArguments give a cluster that its owner reaches through the unix socket, whose directory only he can enter, and
// all others by a password, loopback included: every local user reaches that.
func initArguments(cfg Config) []string {
	args := []string{
		"--username=" + superuser, "--encoding=UTF8",
		"--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions",
	}
	if cfg.Volatile {
		// Small segments: a pristine cluster is copied for each run, and 16 MB of it would be empty log.
		args = append(args, "--no-sync", "--wal-segsize=1")
	}
	return args
}

func cacheKey(cfg Config, set binaries) string {
	sum := sha256.Sum256([]byte(set.dir + "\n" + set.banner + strings.Join(initArguments(cfg), "\n")))
	return fmt.Sprintf("postgres-%d-%s", set.major, hex.EncodeToString(sum[:8]))
}

// adopt copies a pristine cluster into the home.
func (h home) adopt(pristine string) error {
	if _, err := os.Stat(pristine); err != nil {
		return err
	}
	target, err := os.MkdirTemp(h.dir, staging)
	if err != nil {
		return err
	}
	if err := h.makeDir(target); err != nil {
		return err
	}
	give := func(path string) error {
		if !h.who.drop {
			return nil
		}
		return os.Lchown(path, int(h.who.uid), int(h.who.gid))
	}
	if err := copyTree(pristine, target, give); err != nil {
		return errors.Join(err, os.RemoveAll(target))
	}
	return os.Rename(target, h.data())
}

// keepPristine copies the new cluster into the cache.
func (h home) keepPristine(cache, pristine string) error {
	target, err := os.MkdirTemp(cache, staging)
	if err != nil {
		return fmt.Errorf("make the cache of clusters: %w", err)
	}
	if err := copyTree(h.data(), target, func(string) error { return nil }); err != nil {
		return errors.Join(fmt.Errorf("keep a pristine cluster: %w", err), os.RemoveAll(target))
	}
	err = os.Rename(target, pristine)
	if err == nil {
		return nil
	}
	// One is there that could not be copied: it is damaged.
	aside := target + ".damaged"
	if err := errors.Join(os.Rename(pristine, aside), os.Rename(target, pristine), os.RemoveAll(aside)); err != nil {
		return fmt.Errorf("replace a damaged cluster in the cache: %w", err)
	}
	return nil
}

// copyTree copies the directories and plain files under source into target, which is there already, and hands each to
// give. A fresh cluster has nothing else in it.
func copyTree(source, target string, give func(string) error) error {
	return filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(source, path)
		if err != nil || relative == "." {
			return err
		}
		to := filepath.Join(target, relative)
		switch {
		case entry.IsDir():
			err = os.Mkdir(to, 0o700)
		case entry.Type().IsRegular():
			err = copyFile(path, to)
		default:
			err = fmt.Errorf("%s is neither a file nor a directory", path)
		}
		if err != nil {
			return err
		}
		return give(to)
	})
}

// copyFile goes through memory: io.Copy's copy_file_range takes four times as long for a cluster's thousand small files
// (Linux 6.18, ext4), and the largest has a megabyte.
func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600) //nolint:gosec // both trees are the program's own
}

// removeStaging clears what an initdb that was killed left behind.
func (h home) removeStaging() error {
	left, err := filepath.Glob(h.file(staging + "*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		// The killed program's initdb may still be writing; its directory is in nobody's way and goes next time.
		_ = os.RemoveAll(path)
	}
	return nil
}
