package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
)

// applyFlags are the flags of migrate apply.
type applyFlags struct {
	migrateOptions
	to, baseline string
	dryRun       bool
}

// applied is the outcome as JSON: what was applied, and, beside it, what then failed.
type applied struct {
	migration.Report
	Error *failure `json:"error,omitempty"`
}

// failure is an error as JSON. What a statement failed with is taken apart.
type failure struct {
	Message   string `json:"message"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Statement int    `json:"statement,omitempty"`
	Total     int    `json:"total,omitempty"`
	Applied   int    `json:"applied,omitempty"`
	SQL       string `json:"sql,omitempty"`
	SQLState  string `json:"sqlState,omitempty"`
}

func newFailure(err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{Message: err.Error()}
	if s, ok := errors.AsType[*migration.StatementError](err); ok {
		f.File, f.Line, f.Statement, f.Total, f.Applied, f.SQL, f.SQLState = s.File, s.Line, s.Statement, s.Total, s.Applied, s.SQL, s.SQLState
	}
	return f
}

func (p *program) migrateApplyCommand() *cobra.Command {
	var o applyFlags
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Apply the pending migrations",
		Long: `Apply the pending migrations that this program was built with. Any number of programs may do so at once: each file is
applied once. However one is killed, the next one ends where it would have ended.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.apply(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.to, "to", "", "version of the last migration to apply (default: the newest)")
	cmd.Flags().StringVar(&o.baseline, "baseline", "", "version that a database without a history is at; nothing up to it is run")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "change nothing; print what would be run")
	o.add(cmd)
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) apply(ctx context.Context, o applyFlags) error {
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		options := applyOptions()
		options.To, options.Baseline, options.DryRun = o.to, o.baseline, o.dryRun
		if !o.json {
			options.Progress = p.showStep(o.dryRun)
		}
		report, err := migration.Apply(ctx, s.DB, migrations(), options)
		shown := p.show(o.json, applied{report, newFailure(err)}, func() error { return p.printReport(report, o.dryRun, err == nil) })
		return errors.Join(shown, err)
	})
}

// showStep tells what an application does: the statements of a dry run, and, on a terminal, which one runs.
func (p *program) showStep(dryRun bool) func(migration.Event) {
	return func(e migration.Event) {
		switch {
		case dryRun && e.Step == migration.StepFile:
			_ = p.say("-- %s", e.File.Name)
		case dryRun && e.Step == migration.StepBegin:
			_ = p.say("%s", e.SQL)
		case dryRun || !isTerminal(p.stderr):
		case e.Step == migration.StepBegin:
			p.notef("%s: statement %d of %d", e.File.Name, e.Statement, e.Total)
		case e.Step == migration.StepWait:
			p.notef("%s: statement %d of %d waits for a lock, and is tried again", e.File.Name, e.Statement, e.Total)
		}
	}
}

// printReport prints what was applied, also where the next file then failed.
func (p *program) printReport(report migration.Report, dryRun, whole bool) error {
	for _, run := range report.Applied {
		done := "applied"
		if dryRun {
			done = "would apply"
		}
		if err := p.say("%s %s (%d statements, %v)", done, run.Name, run.Statements, run.Took.Round(time.Millisecond)); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	return p.say("the database is at version %s", cmp.Or(report.Current, "none"))
}
