package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"syscall"

	"github.com/spf13/cobra"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/engine/server"
)

func (p *program) serveCommand() *cobra.Command {
	var addr string
	var migrate, durable bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API in production",
		Long: `Serve the API in production, from the database of DATABASE_URL, which must have all migrations of this release.

SIGTERM or an interrupt turns /readyz red, lets the requests in flight end, and ends with 0; a second one ends at once.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), addr, migrate, durable) },
	}
	cmd.Flags().StringVar(&addr, "addr", "", "where to listen, host:port (default: ADDR, else "+defaultAddr+")")
	cmd.Flags().BoolVar(&migrate, "migrate", false, "apply pending migrations first")
	cmd.Flags().BoolVar(&durable, "require-durable", false, "refuse to start where a crash or a failover of the database could lose acknowledged writes (default: REQUIRE_DURABLE)")
	return cmd
}

func (p *program) serve(ctx context.Context, addr string, migrate, durable bool) (err error) {
	settings, err := p.settingsFor(addr)
	_, databaseErr := database.ConfigFromEnv(p.getenv)
	replicaConfig, replicaErr := p.replicaConfig(settings)
	if err := errors.Join(err, databaseErr, replicaErr); err != nil {
		return err
	}
	if !settings.token.Configured() && !settings.noAuth {
		return errNoAuth
	}
	auth, err := newAuthentication(settings, nil)
	if err != nil {
		return err
	}
	logger := newLogger(p.stderr, settings.logLevel)
	seen, err := settings.observe(ctx, p.getenv, logger)
	if err != nil {
		return err
	}
	defer seen.close(ctx)
	db, err := openDB(ctx, p.getenv, seen, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	durability, err := db.Durability(ctx)
	if err == nil && (durable || settings.requireDurable) {
		err = durability.Check()
	}
	if err == nil {
		err = prepare(ctx, db, migrate, logger)
	}
	if err != nil {
		return err
	}
	logger.InfoContext(ctx, "database", "address", db.Address(), "durability", durability)
	key := settings.cursorKey
	if key == nil {
		logger.WarnContext(ctx, "CURSOR_KEY is not set: cursors end with this process, and other replicas refuse them")
		key = randomKey()
	}
	listener, err := listen(ctx, settings.addr)
	if err != nil {
		return err
	}
	if settings.noAuth {
		logger.WarnContext(ctx, "AUTH=none: nobody can sign in, and everyone sees what anyone may see")
	}
	replicas, err := openReplicas(ctx, db, replicaConfig, logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, replicas.close()) }()
	return settings.serve(ctx, listener, service{db: db, replicas: replicas, cursorKey: key, auth: auth, seen: seen}, logger, func(string) {})
}

// prepare sees to it that the database has the migrations that the program needs.
func prepare(ctx context.Context, db *database.DB, migrate bool, logger *slog.Logger) error {
	if !migrate {
		return migration.Verify(ctx, db, migrations())
	}
	report, err := migration.Apply(ctx, db, migrations(), applyOptions())
	for _, run := range report.Applied {
		logger.InfoContext(ctx, "migration applied", "file", run.Name, "took", run.Took)
	}
	return err
}

// settingsFor reads the settings, with the address of a flag in place of the variable's.
func (p *program) settingsFor(addr string) (settings, error) {
	s, err := readSettings(p.getenv)
	if err != nil || addr == "" {
		return s, err
	}
	if err := parseAddr(&s, addr); err != nil {
		return s, usagef("--addr %v", err)
	}
	return s, nil
}

// listen opens the address, and says what to do where it cannot be opened.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := server.Listen(ctx, addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, usageOfPort(addr)
	}
	return listener, err
}

func usageOfPort(addr string) error {
	host, _, _ := net.SplitHostPort(addr)
	return errors.New("another program listens on " + addr + ": stop it, or choose another port, such as --addr " + net.JoinHostPort(host, "0") + " for any that is free")
}

func checks(db *database.DB) []server.Check {
	return []server.Check{
		{Name: "database", Run: db.Ping},
		{Name: "migrations", Run: func(ctx context.Context) error { return migration.Verify(ctx, db, migrations()) }},
	}
}
