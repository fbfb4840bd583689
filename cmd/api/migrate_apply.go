package main

import (
	"cmp"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

func (p *program) migrateApplyCommand() *cobra.Command {
	var dataDir string
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Apply the pending migrations",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return p.withStore(ctx, dataDir, func(s *store) error {
				report, err := migration.Apply(ctx, s.DB, migrations(), applyOptions())
				return errors.Join(p.printReport(report, err == nil), err)
			})
		},
	}
	addDataDir(cmd, &dataDir)
	return cmd
}

// printReport prints what was applied, also where the next file then failed.
func (p *program) printReport(report migration.Report, whole bool) error {
	for _, run := range report.Applied {
		if err := p.say("applied %s (%d statements, %v)", run.Name, run.Statements, run.Took.Round(time.Millisecond)); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	return p.say("the database is at version %s", cmp.Or(report.Current, "none"))
}
