package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
	"cambium/ent/migrate"
)

// checkOptions are the flags of migrate check.
type checkOptions struct {
	migrateOptions
	devURL string
}

func (p *program) migrateCheckCommand() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Compare the database with the migrations, and those with the schema",
		Long: `Compare the database with what its applied migrations make of an empty one, and the migrations with the schema. Fails if
anything differs, or is pending. The database is only read; the throw-away databases that this takes are made on the same
server, or on that of --dev-url.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.check(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.devURL, "dev-url", "", "a development server, where throw-away databases may be made (default: the database's own)")
	o.add(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) check(ctx context.Context, o checkOptions) error {
	return p.withStore(ctx, o.dataDir, func(s *store) (err error) {
		dev := s.DB
		if o.devURL != "" {
			dev, err = openDB(ctx, func(name string) string {
				if name == databaseURL {
					return o.devURL
				}
				return p.getenv(name)
			}, nil, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, dev.Close()) }()
		}
		drift, err := migration.Check(ctx, s.DB, dev, migrations(), migrate.Target())
		if err != nil {
			return err
		}
		if err := p.show(o.json, drift, func() error { return p.printDrift(s.Address(), drift) }); err != nil || drift.None() {
			return err
		}
		return errors.New("the database, the migrations and the schema differ")
	})
}

func (p *program) printDrift(address string, d migration.Drift) error {
	if d.None() {
		return p.say("%s, the migrations and the schema agree", address)
	}
	if err := p.printStatus(address, d.Status); err != nil {
		return err
	}
	if !d.Live.Empty() {
		if err := p.say("\n-- the database was changed otherwise; this leads back to what the migrations made:\n%s", d.Live); err != nil {
			return err
		}
	}
	if !d.Files.Empty() {
		return p.say("\n-- a migration is missing; this leads to the schema:\n%s", d.Files)
	}
	return nil
}
