package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"cambium/engine/database"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the command line or the configuration is wrong
)

// errInterrupted is the cause with which the context ends at the first signal.
var errInterrupted = errors.New("interrupted")

// program is what all commands share: the world outside.
type program struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run runs one command and returns its exit code. An error is told once, here.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{getenv, stdin, stdout, stderr}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if errors.Is(context.Cause(ctx), errInterrupted) && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	_, _ = fmt.Fprintf(stderr, "api: %v\n", err) // there is nowhere to say that it cannot be said
	if isUsage(err) {
		return exitUsage
	}
	return exitFailed
}

func isUsage(err error) bool {
	var usage *usageError
	var config *database.ConfigError
	return errors.As(err, &usage) || errors.As(err, &config)
}

// usageError is a command that was called wrongly or configured wrongly.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// root is the command of which all others are part.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "api",
		Short:         "The order desk: its GraphQL API and the tools for its database",
		Version:       version(),
		Args:          noCommand,
		SilenceUsage:  true, // an error is one line
		SilenceErrors: true, // told by run
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v: see: %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(
		p.devCommand(), p.serveCommand(), p.studioCommand(),
		p.migrateCommand(), p.pushCommand(), p.pullCommand(), p.seedCommand(), p.loadCommand(),
		p.tokenCommand(), p.configCommand(), p.versionCommand(),
	)
	return root
}

// noCommand refuses what is no command, for those that only have commands under them.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	const typos = 2 // letters that may be wrong
	cmd.SuggestionsMinimumDistance = typos
	hint := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = ": did you mean " + strings.Join(near, " or ") + "?"
	}
	return usagef("there is no command %q%s: see: %s --help", args[0], hint, cmd.CommandPath())
}

// arguments makes an error of cobra's about the number of arguments a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%v: see: %s --help", err, cmd.CommandPath())
		}
		return nil
	}
}
