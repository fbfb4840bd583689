package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

// lintOptions are the flags of migrate lint.
type lintOptions struct {
	migrateOptions
	base   string
	latest int
}

func (p *program) migrateLintCommand() *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Look for danger in migrations: lost data, locks that block, what the previous release cannot bear",
		Long: `Look for danger in migrations, by running them statement by statement in a throw-away database. Each finding has a code,
which docs/lint.md explains, and says what to do instead. A comment before a statement, or at the head of the file with an
empty line after it, acknowledges one: -- cambium:allow CODE reason`,
		Example: "  api migrate lint --base origin/main\n  api migrate lint --latest 1",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.lint(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.base, "base", "", "git revision, such as origin/main: only files that it does not have are looked at")
	cmd.Flags().IntVar(&o.latest, "latest", 0, "look only at so many of the newest files")
	o.add(cmd)
	o.addDir(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) lint(ctx context.Context, o lintOptions) error {
	dir, err := o.local()
	if err != nil {
		return err
	}
	options := migration.LintOptions{Latest: o.latest}
	if o.base != "" {
		if options.Base, err = migration.GitBase(ctx, dir, o.base); err != nil {
			return err
		}
	}
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		findings, err := migration.Lint(ctx, s.DB, dir, options)
		if err != nil {
			return err
		}
		left := len(migration.Unallowed(findings))
		err = p.show(o.json, findings, func() error {
			for _, f := range findings {
				if err := p.say("%s", f); err != nil {
					return err
				}
			}
			return p.say("%d findings, %d of them allowed", len(findings), len(findings)-left)
		})
		if err != nil || left == 0 {
			return err
		}
		return fmt.Errorf("%d findings: mend them, or acknowledge each with: -- cambium:allow CODE reason", left)
	})
}
