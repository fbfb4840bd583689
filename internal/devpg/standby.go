package devpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// copyTimeout bounds the copy of a running server's cluster, which for the small ones here takes a second.
const copyTimeout = 5 * time.Minute

// copyCluster fills the home's data directory with a physical copy of the server to follow, all or nothing.
func (h home) copyCluster(ctx context.Context, cfg Config, set binaries) error {
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	target, err := os.MkdirTemp(h.dir, staging)
	if err == nil {
		err = h.makeDir(target)
	}
	if err != nil {
		return fmt.Errorf("make a directory for a standby: %w", err)
	}
	// -R leaves the address that is followed, and the file that makes a standby of the cluster.
	args := []string{"--pgdata=" + target, "--dbname=" + cfg.Follow, "--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"}
	if cfg.Volatile {
		args = append(args, "--no-sync")
	}
	output, err := h.who.commandContext(ctx, set.path("pg_basebackup"), args...).CombinedOutput()
	if err != nil {
		err = errors.Join(err, context.Cause(ctx), os.RemoveAll(target))
		return fmt.Errorf("copy the server to follow with %s: %w\n%s", set.path("pg_basebackup"), err, strings.TrimSpace(string(output)))
	}
	if err := os.Rename(target, h.data()); err != nil {
		return fmt.Errorf("put the standby in place: %w", err)
	}
	return nil
}
