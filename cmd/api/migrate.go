package main

import (
	"github.com/spf13/cobra"
)

func (p *program) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Apply, show and write migrations",
		Long: `Apply, show and write migrations. They share the directory, atlas.sum and the revision table with the Atlas CLI: what
one applied, the other knows.`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.migrateApplyCommand(), p.migrateStatusCommand(), p.migrateDiffCommand())
	return cmd
}
