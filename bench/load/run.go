package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `load [flags] goodput|soak|start
  goodput  answers and refusals at 1, 2 and 5 times the capacity, with admission control and without
  soak     mixed load for a long time: memory, goroutines and connections
  start    start-up to ready, memory at rest and under load, size of the program
`

// options are the flags.
type options struct {
	program string        // the program that is measured, built
	period  time.Duration // of one measurement
	rate    float64       // of the soak, in a second
	seed    uint64
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.program, "program", "bin/api", "the program that is measured")
	flags.DurationVar(&o.period, "for", 0, "how long one measurement takes (default 15s, of soak 1h)")
	flags.Float64Var(&o.rate, "rate", 20, "operations in a second of soak")
	flags.Uint64Var(&o.seed, "seed", 1, "of the arrivals and of what is asked")
	flags.Usage = func() { _, _ = fmt.Fprint(stderr, usage); flags.PrintDefaults() }
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitDone
		}
		return exitUsage
	}
	measurements := map[string]struct {
		period  time.Duration
		measure func(context.Context, *desk, options, io.Writer) error
	}{"goodput": {15 * time.Second, goodput}, "soak": {time.Hour, soak}, "start": {15 * time.Second, start}}
	m, known := measurements[flags.Arg(0)]
	if !known || flags.NArg() != 1 {
		flags.Usage()
		return exitUsage
	}
	if o.period == 0 {
		o.period = m.period
	}
	err := func() (err error) {
		d, err := openDesk(ctx, o.program, getenv, stderr)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.close(ctx)) }()
		_, _ = fmt.Fprintf(stdout, "load -for %v -seed %d %s: %s\n\n", o.period, o.seed, flags.Arg(0), machine())
		return m.measure(ctx, d, o, stdout)
	}()
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "load: %v\n", err)
		return exitFailed
	}
	return exitDone
}
