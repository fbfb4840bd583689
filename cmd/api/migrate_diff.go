package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
	"cambium/ent/migrate"
)

// diffOptions are the arguments of migrate diff.
type diffOptions struct {
	migrateOptions
	name           string
	check          bool
	renames, drops []string
}

func (p *program) migrateDiffCommand() *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff NAME",
		Short: "Write the migrations from the files to the schema",
		Long: `Write the migrations that lead from the files to the schema that this program was built with, their reverse, and
atlas.sum. NAME says what they do, such as add_invoices. The files are replayed in a throw-away database beside the one of
DATABASE_URL, or on the private PostgreSQL, and so is what was planned: up, down and up again.

What is dropped has to be named, unless a terminal is there to ask on; what looks like a rename is asked about, too.`,
		Example: `  api migrate diff add_invoices
  api migrate diff rename_phone --rename customers.phone:mobile
  api migrate diff drop_fax --drop customers.fax
  api migrate diff --check`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.name = args[0]
			}
			return p.diff(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; fail if a migration is missing")
	cmd.Flags().StringArrayVar(&o.renames, "rename", nil, "what is called otherwise now: table.old:new, or old:new for a table")
	cmd.Flags().StringArrayVar(&o.drops, "drop", nil, "what may be dropped with its data: a table, or table.column")
	o.add(cmd)
	o.addDir(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) diff(ctx context.Context, o diffOptions) error {
	if o.name == "" && !o.check {
		return usagef("say what the migration does, such as: api migrate diff add_invoices")
	}
	dir, err := o.local()
	if err != nil {
		return err
	}
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		if o.check {
			return p.checkDiff(ctx, s, dir, o.json)
		}
		options := migration.DiffOptions{Renames: o.renames, Drops: o.drops}
		if isTerminal(p.stdin) && isTerminal(p.stdout) {
			options.Ask = p.askRename
		}
		draft, err := migration.Diff(ctx, s.DB, dir, migrate.Target(), o.name, options)
		if errors.Is(err, migration.ErrNoChanges) {
			return p.show(o.json, migration.Draft{}, func() error { return p.say("%v", err) })
		}
		if err != nil {
			return err
		}
		return p.show(o.json, draft, func() error {
			if err := p.say("%s", draft.Plan); err != nil {
				return err
			}
			return p.sayWritten(draft.Files)
		})
	})
}

func (p *program) sayWritten(files []migration.Written) error {
	for _, f := range files {
		if err := p.say("wrote %s", f.Path); err != nil {
			return err
		}
		if f.Down != "" {
			if err := p.say("wrote %s", f.Down); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *program) checkDiff(ctx context.Context, s *store, dir *migration.Dir, asJSON bool) error {
	plan, err := migration.Changes(ctx, s.DB, dir, migrate.Target())
	if err != nil {
		return err
	}
	shown := p.show(asJSON, plan, func() error {
		if plan.Empty() {
			return p.say("the migrations lead to the schema")
		}
		return p.say("%s", plan)
	})
	if shown != nil || plan.Empty() {
		return shown
	}
	return errors.New("a migration is missing: write it with: api migrate diff NAME")
}

// askRename asks what became of something that is gone. An empty answer asks again.
func (p *program) askRename(ctx context.Context, gone migration.Gone) (string, error) {
	var question strings.Builder
	fmt.Fprintf(&question, "%s is gone from the schema. What became of it?\n", gone.Name())
	for i, c := range gone.Candidates {
		fmt.Fprintf(&question, "  %d  it is called %s now\n", i+1, c)
	}
	question.WriteString("  d  drop it, and its data\n> ")
	reader := bufio.NewReader(p.stdin)
	for {
		if _, err := fmt.Fprint(p.stdout, question.String()); err != nil {
			return "", err
		}
		line := make(chan string, 1)
		failed := make(chan error, 1)
		go func() {
			text, err := reader.ReadString('\n')
			if err != nil {
				failed <- usagef("nothing was written, for nobody answered: %v", err)
				return
			}
			line <- strings.TrimSpace(text)
		}()
		select {
		case text := <-line:
			if text == "d" {
				return "", nil
			}
			if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(gone.Candidates) {
				return gone.Candidates[n-1], nil
			}
		case err := <-failed:
			return "", err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
