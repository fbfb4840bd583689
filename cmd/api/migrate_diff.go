package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
	"cambium/ent/migrate"
)

// migrationsDir is where the files lie, seen from the project's root.
const migrationsDir = "ent/migrate/migrations"

// diffOptions are the arguments of migrate diff.
type diffOptions struct {
	name, dir, dataDir string
	check              bool
}

func (p *program) migrateDiffCommand() *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff NAME",
		Short: "Write the migration from the files to the schema",
		Long: `Write the migration that leads from the files to the schema that this program was built with, and atlas.sum. NAME says
what it does, such as add_invoices. The files are replayed in a throw-away database beside the one of DATABASE_URL, or
on the private PostgreSQL.`,
		Example: "  api migrate diff add_invoices\n  api migrate diff --check",
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.name = args[0]
			}
			return p.diff(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; fail if a migration is missing")
	cmd.Flags().StringVar(&o.dir, "dir", migrationsDir, "where the migrations lie")
	_ = cmd.MarkFlagDirname("dir") // only for completion
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) diff(ctx context.Context, o diffOptions) error {
	if o.name == "" && !o.check {
		return usagef("say what the migration does, such as: api migrate diff add_invoices")
	}
	if _, err := os.Stat(o.dir); errors.Is(err, fs.ErrNotExist) {
		return usagef("there is no directory %s here: run this in the project's root, or name it with --dir", o.dir)
	}
	dir := migration.LocalDir(o.dir)
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		if o.check {
			return p.checkDiff(ctx, s, dir)
		}
		draft, err := migration.Diff(ctx, s.DB, dir, migrate.Tables, o.name)
		if errors.Is(err, migration.ErrNoChanges) {
			return p.say("%v", err)
		}
		if err != nil {
			return err
		}
		return p.say("%s\nwrote %s", draft.Plan, draft.Path)
	})
}

func (p *program) checkDiff(ctx context.Context, s *store, dir *migration.Dir) error {
	plan, err := migration.Changes(ctx, s.DB, dir, migrate.Tables)
	if err != nil {
		return err
	}
	if plan.Empty() {
		return p.say("the migrations lead to the schema")
	}
	return errors.Join(p.say("%s", plan), errors.New("a migration is missing: write it with: api migrate diff NAME"))
}
