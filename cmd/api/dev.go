package main

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
	"cambium/internal/load"
	"cambium/trade/sample"
)

// noSample is the size that is none.
const noSample = "none"

// anyPort is where the debug listener of a developer is who has not said where.
const anyPort = "127.0.0.1:0"

// sampleSeed makes every developer's sample data the same.
const sampleSeed = 1

// devOptions are the flags of dev.
type devOptions struct{ addr, dataDir, sample string }

func (p *program) devCommand() *cobra.Command {
	var o devOptions
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run everything for development and print one URL",
		Long: `Run everything for development: a private PostgreSQL (unless DATABASE_URL is set), the migrations, sample data into an
empty database, the API with introspection and the studio, for this machine alone. Prints the URLs once it answers.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.dev(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.addr, "addr", "", "where to listen, a loopback host:port (default: ADDR, else "+defaultAddr+")")
	cmd.Flags().StringVar(&o.sample, "sample", sample.Small.String(), "sample data for an empty database: small, micro or none")
	addDataDir(cmd, &o.dataDir)
	complete(cmd, "sample", sample.Small.String(), sample.Micro.String(), noSample)
	return cmd
}

// complete offers the values of a flag to the shell.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag's name is misspelt
	}
}

func (p *program) dev(ctx context.Context, o devOptions) (err error) {
	settings, err := p.settingsFor(o.addr)
	if err != nil {
		return err
	}
	if !isLoopback(settings.addr) {
		return usagef("%s is open to others, and dev is for this machine alone: choose 127.0.0.1, ::1 or localhost, or use: api serve", settings.addr)
	}
	size, err := parseSample(o.sample)
	if err != nil {
		return err
	}
	logger := newLogger(p.stderr, settings.logLevel)
	listener, err := listen(ctx, settings.addr) // before anything slow
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // closed already, unless what follows fails
	if settings.debugAddr == "" {
		settings.debugAddr = anyPort
	}
	seen, err := settings.observe(ctx, p.getenv, logger)
	if err != nil {
		return err
	}
	defer seen.close(ctx)
	db, err := p.open(ctx, o.dataDir, false, seen, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	if _, err := migration.Apply(ctx, db.DB, migrations(), applyOptions()); err != nil {
		return err
	}
	if size != nil {
		if err := p.fill(ctx, db, *size); err != nil {
			return err
		}
	}
	key := settings.cursorKey
	if key == nil {
		if key, err = keptKey(o.dataDir, cursorKey); err != nil {
			return err
		}
	}
	if !settings.token.Configured() {
		if settings.token.Secret, err = keptKey(o.dataDir, tokenKey); err != nil {
			return err
		}
	}
	auth, err := newAuthentication(settings, developmentViewer())
	if err != nil {
		return err
	}
	settings.introspection = true
	page := newStudioPage(db, studioPath, settings.token)
	return settings.serve(ctx, listener, service{db: db.DB, cursorKey: key, auth: auth, seen: seen, page: page}, logger, func(address string) {
		_ = p.say("GraphQL: http://%s%s\nStudio:  %s\nMetrics: http://%s/metrics", address, graphQLPath, page.url(address), seen.address) // without standard output there is the log
	})
}

// parseSample is nil for none. Large is for benchmarks: seed makes it.
func parseSample(name string) (*sample.Size, error) {
	if name == noSample {
		return nil, nil //nolint:nilnil // none is a size too
	}
	size, err := sample.ParseSize(name)
	if err != nil || size == sample.Large {
		return nil, usagef("--sample must be small, micro or none")
	}
	return &size, nil
}

// fill puts sample data into an empty database, and leaves any other alone.
func (p *program) fill(ctx context.Context, db *store, size sample.Size) error {
	progress := load.NewRenderer(p.stderr)
	defer progress.Close()
	_, err := load.Load(ctx, db.DB, sample.Generate(size, sampleSeed), load.Options{Progress: progress.Show})
	if _, notEmpty := errors.AsType[*load.NotEmptyError](err); notEmpty {
		return nil
	}
	return err
}

// isLoopback reports whether only this machine can reach the address.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
