package main

import (
	"context"

	"github.com/spf13/cobra"

	"cambium/engine/pull"
)

// pullOptions are the flags of pull.
type pullOptions struct {
	dir, dataDir string
	json         bool
}

// pulled is the outcome as JSON.
type pulled struct {
	Files []string `json:"files"`
	Notes []string `json:"notes"`
}

func (p *program) pullCommand() *cobra.Command {
	var o pullOptions
	cmd := &cobra.Command{
		Use:   "pull DIRECTORY",
		Short: "Write an ent schema for a database that is already there",
		Long: `Read the database and write an ent schema for it into a directory that is empty or not there: a Go file for each entity,
and SQL files for what ent has no words for. What ent says in another way, and what could not be read, is listed. A comparison
of the database with the schema then finds nothing.`,
		Example: "  DATABASE_URL=postgres://... api pull /tmp/schema",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = args[0]
			return p.pull(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print the result as JSON")
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) pull(ctx context.Context, o pullOptions) error {
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		model, err := pull.Read(ctx, s.DB)
		if err != nil {
			return err
		}
		paths, err := model.Write(o.dir)
		if err != nil {
			return err
		}
		return p.show(o.json, pulled{paths, model.Notes}, func() error {
			for _, n := range model.Notes {
				if err := p.say("note: %s", n); err != nil {
					return err
				}
			}
			return p.say("wrote %d files to %s", len(paths), o.dir)
		})
	})
}
