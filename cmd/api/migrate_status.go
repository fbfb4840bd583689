package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

func (p *program) migrateStatusCommand() *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show which migrations the database has",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return p.withStore(ctx, o.dataDir, func(s *store) error {
				status, err := migration.ReadStatus(ctx, s.DB, migrations())
				if err != nil {
					return err
				}
				return p.show(o.json, status, func() error { return p.printStatus(s.Address(), status) })
			})
		},
	}
	o.add(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) printStatus(address string, s migration.Status) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	row := func(state string, f migration.File, note string) {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", state, f.Name, note) // Flush reports
	}
	_, _ = fmt.Fprintf(w, "database %s\n", address)
	for _, a := range s.Applied {
		row("applied", a.File, a.At.UTC().Format(time.RFC3339)+"  "+a.Operator)
	}
	for _, f := range s.Pending {
		note := ""
		if s.Partial != nil && s.Partial.Version == f.Version {
			note = fmt.Sprintf("half applied: %d of %d statements", s.Partial.Applied, s.Partial.Total)
		}
		row("pending", f, note)
	}
	for _, odd := range []struct {
		state string
		files []migration.File
	}{
		{"edited", s.Edited}, {"missing", s.Missing}, {"out of order", s.OutOfOrder}, {"of a newer program", s.Ahead},
	} {
		for _, f := range odd.files {
			row(odd.state, f, "")
		}
	}
	_, _ = fmt.Fprintf(w, "%d applied, %d pending\n", len(s.Applied), len(s.Pending))
	return w.Flush()
}
