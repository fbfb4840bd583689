package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

// downOptions are the flags of migrate down.
type downOptions struct {
	migrateOptions
	to   string
	lose []string
	yes  bool
}

func (p *program) migrateDownCommand() *cobra.Command {
	var o downOptions
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Take back applied migrations, the newest first",
		Long: `Take back the newest applied migration, or all after the version of --to. The plan is shown first. What it would lose is
counted, and has to be named with --lose, else nothing is done.`,
		Example: "  api migrate down\n  api migrate down --to 20260102030405 --lose invoices --yes",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.down(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.to, "to", "", "version to go back to; 0 takes back all (default: one back)")
	cmd.Flags().StringArrayVar(&o.lose, "lose", nil, "data that may be lost: a table, or table.column")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "carry the plan out without asking")
	o.add(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) down(ctx context.Context, o downOptions) error {
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		shown := false
		show := func(plan migration.DownPlan) error {
			if shown {
				return nil
			}
			shown = true
			return p.show(o.json, plan, func() error { return p.printDown(s.Address(), plan) })
		}
		plan, err := migration.Down(ctx, s.DB, migrations(), migration.DownOptions{
			To: o.to, Lose: o.lose,
			Confirm: func(ctx context.Context, plan migration.DownPlan) (bool, error) {
				if err := show(plan); err != nil || o.yes {
					return o.yes, err
				}
				return p.confirm(ctx)
			},
		})
		if len(plan.Files) > 0 || err == nil {
			if showErr := show(plan); showErr != nil {
				return showErr
			}
		}
		if err != nil || o.json {
			return err
		}
		return p.say("took back %d migrations", len(plan.Files))
	})
}

func (p *program) printDown(address string, plan migration.DownPlan) error {
	var text strings.Builder
	fmt.Fprintf(&text, "-- plan for %s", address)
	for _, f := range plan.Files {
		fmt.Fprintf(&text, "\n-- take back %s", f.Name)
		for _, l := range f.Loses {
			fmt.Fprintf(&text, "\n-- DATA LOSS: %s: %d rows", l.Name, l.Rows)
		}
		for _, st := range f.Statements {
			fmt.Fprintf(&text, "\n%s;", st)
		}
	}
	return p.say("%s", &text)
}
