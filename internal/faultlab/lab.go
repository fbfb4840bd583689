// Package faultlab breaks real databases for tests: PostgreSQL primaries and standbys that can be killed, stopped,
// promoted, paused and cut off, and a PgBouncer before them.
//
// Every node is a process of its own on loopback, with PostgreSQL's durable settings, behind a proxy (toxiproxy) that
// stands for the network. What a test starts ends with the test, or with its process, whatever kills that. Statements of
// the package's own go through internal/devpg's session: the tests of engine/database import this package.
package faultlab

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cambium/internal/devpg"
)

// patience bounds each operation on a node: many times what two busy cores take.
const patience = 2 * time.Minute

// pause is how long to wait between two looks.
const pause = 5 * time.Millisecond

// Directory is a place that the user of PostgreSQL and of PgBouncer can enter, removed at the test's end. It is in memory
// where there is room: what is killed here are processes, whose files the kernel keeps, and a recovery syncs a thousand of
// them.
func Directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(devpg.TempDir(os.Getenv), "cambium-faults-") //nolint:usetesting // t.TempDir is closed to other users
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatalf("faultlab: make a directory: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("faultlab: %v", err)
		}
	})
	return dir
}

// settings are those of every node. What keeps a write that was acknowledged is as PostgreSQL has it; fsync is on.
func settings() map[string]string {
	return map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
		"shared_buffers": "32MB", "max_connections": "100",
		"wal_level": "replica", "hot_standby": "on", "max_wal_senders": "10",
		// A standby that was away for a while can still catch up.
		"wal_keep_size": "256MB", "max_wal_size": "256MB", "min_wal_size": "32MB",
		// A standby notices at once that its primary is back.
		"wal_retrieve_retry_interval": "100ms",
	}
}

// config is devpg's for a node in a directory. Volatile makes the cluster of small segments, without syncing it, from a
// cache; the settings then take the rest of it back.
func config(dir string, more map[string]string) devpg.Config {
	all := settings()
	maps.Copy(all, more)
	cache, err := os.UserCacheDir()
	if err == nil {
		cache = filepath.Join(cache, "cambium", "pgtest")
	}
	return devpg.Config{
		Dir: dir, Volatile: true, Cache: cache, Settings: all,
		Getenv: os.Getenv, Logger: slog.New(slog.DiscardHandler),
	}
}

// bounded is a context for one operation, also in a clean-up.
func bounded(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	t.Cleanup(cancel)
	return ctx
}

// await looks until it is so.
func await(t testing.TB, otherwise string, so func() bool) {
	t.Helper()
	look := time.NewTicker(pause)
	defer look.Stop()
	end := time.After(patience)
	for !so() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("faultlab: %s", otherwise)
		}
	}
}
