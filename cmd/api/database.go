package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/ent/migrate"
	"cambium/internal/devpg"
)

// store is the database of one command.
type store struct {
	*database.DB

	private bool // the development's own PostgreSQL
	server  *devpg.Server
}

const (
	databaseURL    = "DATABASE_URL"
	defaultDataDir = ".dev"
	// stopTimeout bounds the end of the private PostgreSQL, which takes as long as a checkpoint.
	stopTimeout = 30 * time.Second
	// shareTimeout bounds the wait for a private PostgreSQL that another command is starting, or stopping.
	shareTimeout = 30 * time.Second
)

// addDataDir gives a command the flag for where the private PostgreSQL lives.
func addDataDir(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "data-dir", defaultDataDir, "where the private PostgreSQL lives that is used while DATABASE_URL is unset")
	_ = cmd.MarkFlagDirname("data-dir") // only for completion
}

// open opens DATABASE_URL or, where it is unset, the private PostgreSQL of the directory. share says that one which
// another command runs will do. The observer is told of its statements, unless it is nil. The caller closes the store.
func (p *program) open(ctx context.Context, dataDir string, share bool, observer database.Observer, logger *slog.Logger) (_ *store, err error) {
	if p.getenv(databaseURL) != "" {
		db, err := openDB(ctx, p.getenv, observer, logger)
		return &store{DB: db}, err
	}
	s := &store{private: true}
	url, err := s.start(ctx, p, dataDir, share, logger)
	if err != nil {
		return nil, err
	}
	s.DB, err = openDB(ctx, func(name string) string {
		if name == databaseURL {
			return url
		}
		return p.getenv(name)
	}, observer, logger)
	if err != nil {
		return nil, errors.Join(err, s.stop(ctx))
	}
	return s, nil
}

// openDB opens the database of the environment. The observer is told of its statements, unless it is nil.
func openDB(ctx context.Context, getenv func(string) string, observer database.Observer, logger *slog.Logger) (*database.DB, error) {
	config, err := database.ConfigFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	config.Observer = observer
	return database.Open(ctx, config, logger)
}

// start runs the private PostgreSQL, or finds the one that runs, and returns its URL.
func (s *store) start(ctx context.Context, p *program, dataDir string, share bool, logger *slog.Logger) (url string, err error) {
	const pause = 100 * time.Millisecond
	deadline := time.NewTimer(shareTimeout)
	defer deadline.Stop()
	for {
		s.server, err = devpg.Start(ctx, devpg.Config{Dir: dataDir, Getenv: p.getenv, Logger: logger})
		if err == nil {
			return s.server.URL(), nil
		}
		var inUse *devpg.InUseError
		if !errors.As(err, &inUse) || !share {
			return "", err
		}
		if inUse.URL != "" {
			return inUse.URL, nil
		}
		select { // it is on its way up or down
		case <-time.After(pause):
		case <-deadline.C:
			return "", err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// close closes the pool, and then ends the PostgreSQL that was started for it.
func (s *store) close(ctx context.Context) error {
	return errors.Join(s.DB.Close(), s.stop(ctx))
}

func (s *store) stop(ctx context.Context) error {
	if s.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	return s.server.Stop(ctx)
}

// withStore runs one command's work on its database: that of DATABASE_URL, or the private one, shared with whoever
// runs it.
func (p *program) withStore(ctx context.Context, dataDir string, work func(*store) error) (err error) {
	settings, err := readSettings(p.getenv)
	if err != nil {
		return err
	}
	s, err := p.open(ctx, dataDir, true, nil, newLogger(p.stderr, max(settings.logLevel, slog.LevelWarn)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	return work(s)
}

// migrations are those that the program was built with.
func migrations() *migration.Dir { return migration.NewDir(migrate.Migrations()) }

// bring applies the pending migrations to a private database, and demands of any other that there are none.
func (s *store) bring(ctx context.Context) error {
	if !s.private {
		return migration.Verify(ctx, s.DB, migrations())
	}
	_, err := migration.Apply(ctx, s.DB, migrations(), applyOptions())
	return err
}

func applyOptions() migration.Options { return migration.Options{Operator: "cambium " + version()} }

// say prints a line of a command's result.
func (p *program) say(format string, args ...any) error {
	_, err := fmt.Fprintf(p.stdout, format+"\n", args...)
	return err
}

// notef prints a line about what goes on, beside the result.
func (p *program) notef(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stderr, format+"\n", args...) // there is nowhere to say that it cannot be said
}
