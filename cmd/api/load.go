package main

import (
	"context"

	"github.com/spf13/cobra"

	"cambium/internal/load"
)

func (p *program) loadCommand() *cobra.Command {
	var dataDir string
	var replace bool
	cmd := &cobra.Command{
		Use:   "load DIR",
		Short: "Load a directory of CSV files",
		Long: `Load a directory of CSV files, each named by its table and with the names of its columns in the first line: all of
them, or, where a cell is wrong, none.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := load.Directory(args[0])
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return p.withStore(ctx, dataDir, func(s *store) error { return p.load(ctx, s, source, replace) })
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "empty the tables first")
	addDataDir(cmd, &dataDir)
	return cmd
}

// load loads a source into a database that is ready for it.
func (p *program) load(ctx context.Context, s *store, source load.Source, replace bool) error {
	if err := s.bring(ctx); err != nil {
		return err
	}
	progress := load.NewRenderer(p.stderr)
	report, err := load.Load(ctx, s.DB, source, load.Options{Replace: replace, Progress: progress.Show})
	progress.Close()
	if err != nil {
		return err
	}
	return p.say("loaded %d rows into %d tables of %s", report.Rows(), len(report.Tables), s.Address())
}
