package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

// migrationsDir is where the files lie, seen from the project's root.
const migrationsDir = "ent/migrate/migrations"

func (p *program) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Write, check and apply migrations",
		Long: `Write, check and apply migrations. They share the directory, atlas.sum and the revision table with the Atlas CLI: what
one applied, the other knows.`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		p.migrateDiffCommand(), p.migrateNewCommand(), p.migrateHashCommand(), p.migrateValidateCommand(), p.migrateRebaseCommand(),
		p.migrateLintCommand(),
		p.migrateApplyCommand(), p.migrateStatusCommand(), p.migrateDownCommand(), p.migrateCheckCommand(),
	)
	return cmd
}

// migrateOptions are the flags that several of the commands share.
type migrateOptions struct {
	dir, dataDir string
	json         bool
}

func (o *migrateOptions) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.json, "json", false, "print the result as JSON")
}

func (o *migrateOptions) addDir(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.dir, "dir", migrationsDir, "where the migrations lie")
	_ = cmd.MarkFlagDirname("dir") // only for completion
}

// local is the directory of the source, for commands that write or read it.
func (o *migrateOptions) local() (*migration.Dir, error) {
	if _, err := os.Stat(o.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("there is no directory %s here: run this in the project's root, or name it with --dir", o.dir)
	}
	return migration.LocalDir(o.dir), nil
}

// show prints a result as JSON, or as text.
func (p *program) show(asJSON bool, result any, text func() error) error {
	if !asJSON {
		return text()
	}
	encoder := json.NewEncoder(p.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(result)
}
