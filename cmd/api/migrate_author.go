package main

import (
	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

func (p *program) migrateNewCommand() *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:     "new NAME",
		Short:   "Write an empty migration, to be filled in by hand",
		Example: "  api migrate new fill_totals",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := o.local()
			if err != nil {
				return err
			}
			written, err := migration.New(dir, args[0])
			if err != nil {
				return err
			}
			return p.show(o.json, written, func() error { return p.sayWritten([]migration.Written{written}) })
		},
	}
	o.add(cmd)
	o.addDir(cmd)
	return cmd
}

func (p *program) migrateHashCommand() *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "hash",
		Short: "Make atlas.sum vouch for the files as they are",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			dir, err := o.local()
			if err != nil {
				return err
			}
			if err := migration.Hash(dir); err != nil {
				return err
			}
			return p.showFiles(o, dir)
		},
	}
	o.add(cmd)
	o.addDir(cmd)
	return cmd
}

// showFiles says how many files atlas.sum vouches for, or lists them.
func (p *program) showFiles(o migrateOptions, dir *migration.Dir) error {
	files, err := dir.Files()
	if err != nil {
		return err
	}
	return p.show(o.json, files, func() error { return p.say("atlas.sum vouches for %d files", len(files)) })
}

func (p *program) migrateValidateCommand() *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check that atlas.sum vouches for the files, and that they can be applied to an empty database",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := o.local()
			if err != nil {
				return err
			}
			return p.withStore(cmd.Context(), o.dataDir, func(s *store) error {
				if err := migration.Validate(cmd.Context(), s.DB, dir); err != nil {
					return err
				}
				return p.showFiles(o, dir)
			})
		},
	}
	o.add(cmd)
	o.addDir(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) migrateRebaseCommand() *cobra.Command {
	var o migrateOptions
	var base string
	cmd := &cobra.Command{
		Use:   "rebase [VERSION...]",
		Short: "Put migrations after all others, when another branch was merged first",
		Long: `Give migrations new versions, after all others, and make atlas.sum vouch for the outcome: for the files of a branch when
another branch has added files meanwhile. atlas.sum may be in conflict. Without versions these are the files that the git
revision of --base does not have.`,
		Example: "  api migrate rebase --base origin/main\n  api migrate rebase 20260102030405",
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := o.local()
			if err != nil {
				return err
			}
			if (len(args) == 0) == (base == "") {
				return usagef("say which migrations: their versions, or --base with the git revision that does not have them")
			}
			if base != "" {
				if args, err = migration.Since(cmd.Context(), dir, base); err != nil {
					return err
				}
			}
			moved, err := migration.Rebase(dir, args)
			if err != nil {
				return err
			}
			return p.show(o.json, moved, func() error { return p.sayWritten(moved) })
		},
	}
	cmd.Flags().StringVar(&base, "base", "", "git revision of the branch that was merged first, such as origin/main")
	o.add(cmd)
	o.addDir(cmd)
	return cmd
}
