package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"cambium/engine/migration"
	"cambium/ent/migrate"
)

// pushOptions are the flags of push.
type pushOptions struct {
	dataDir             string
	acceptDataLoss, yes bool
}

func (p *program) pushCommand() *cobra.Command {
	var o pushOptions
	cmd := &cobra.Command{
		Use:   "push",
		Short: "Bring a development database to the schema, without files",
		Long: `Bring a development database to the schema that this program was built with, without files and without a history. The
plan is shown first.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.push(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.acceptDataLoss, "accept-data-loss", false, "let the plan drop what holds data")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "apply the plan without asking")
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) push(ctx context.Context, o pushOptions) error {
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		shown := false
		plan, err := migration.Push(ctx, s.DB, migrate.Target(), migration.PushOptions{
			AcceptDataLoss: o.acceptDataLoss,
			Confirm: func(ctx context.Context, plan migration.Plan) (bool, error) {
				shown = true
				if err := p.showPlan(s.Address(), plan); err != nil || o.yes {
					return o.yes, err
				}
				return p.confirm(ctx)
			},
		})
		switch {
		case errors.Is(err, migration.ErrDataLoss) && !shown:
			return errors.Join(p.showPlan(s.Address(), plan), err)
		case err != nil:
			return err
		case plan.Empty():
			return p.say("%s has the schema already", s.Address())
		default:
			return p.say("pushed")
		}
	})
}

func (p *program) showPlan(address string, plan migration.Plan) error {
	if plan.Versioned {
		if err := p.say("-- %s has a migration history, to which this adds nothing: a later migration with the same change will fail there", address); err != nil {
			return err
		}
	}
	return p.say("-- plan for %s\n%s", address, plan)
}

// confirm asks on a terminal. Elsewhere nobody would answer.
func (p *program) confirm(ctx context.Context) (bool, error) {
	if !isTerminal(p.stdin) || !isTerminal(p.stdout) {
		return false, usagef("nothing was changed, for there is no terminal to ask on: confirm the plan with --yes")
	}
	if _, err := io.WriteString(p.stdout, "Apply it? [y/N] "); err != nil {
		return false, err
	}
	return answer(ctx, p.stdin)
}

// answer reads a line; an interrupt is an answer too.
func answer(ctx context.Context, from io.Reader) (bool, error) {
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(from).ReadString('\n') // the end of the input is a no
		line <- text
	}()
	select {
	case text := <-line:
		text = strings.ToLower(strings.TrimSpace(text))
		return text == "y" || text == "yes", nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
