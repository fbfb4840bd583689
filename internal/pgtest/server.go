package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cambium/internal/devpg"
)

// startTimeout bounds the start of the process's server, the making of its first cluster included.
const startTimeout = 3 * time.Minute

// server is the one of this test process. It is package state because what it stands for is too: tests of one package
// share a process and nothing else that could hold it. It is never stopped by hand: it ends with the process.
var server = sync.OnceValues(start)

func start() (*devpg.Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = ""
	} else {
		cache = filepath.Join(cache, "cambium", "pgtest")
	}
	s, err := devpg.Start(ctx, devpg.Config{
		Database: "postgres",
		Volatile: true,
		Cache:    cache,
		Settings: settings(),
		Getenv:   os.Getenv,
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, nil)), // a download, and nothing else
	})
	if err != nil {
		return nil, fmt.Errorf("start a PostgreSQL for tests: %w", err)
	}
	return s, nil
}

// settings suit many small databases that live for a moment.
func settings() map[string]string {
	return map[string]string{
		"max_connections": "200",
		// No replica will ever read this log.
		"wal_level": "minimal", "max_wal_senders": "0",
		// Plans and timings that no background worker changes; and it would keep templates busy. A test that needs
		// statistics says ANALYZE.
		"autovacuum": "off",
		// The log may lie in memory.
		"max_wal_size": "128MB", "min_wal_size": "32MB",
	}
}
