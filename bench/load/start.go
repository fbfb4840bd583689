package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// start prints what starting the program takes, and what it holds at rest and under load.
func start(ctx context.Context, d *desk, o options, out io.Writer) (err error) {
	const starts = 9
	var times []time.Duration
	for range starts {
		a, err := d.serve(ctx, d.postgres.URL())
		if err != nil {
			return err
		}
		times = append(times, a.ready)
		if err := a.stop(); err != nil {
			return err
		}
	}
	slices.Sort(times)
	file, err := os.Stat(d.program)
	if err != nil {
		return fmt.Errorf("look at the program: %w", err)
	}
	a, err := d.serve(ctx, d.postgres.URL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	const settle = 2 * time.Second
	select {
	case <-time.After(settle):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	rest, err := a.figures(ctx)
	if err != nil {
		return err
	}
	const clients = 8
	done := capacity(ctx, clients, o.period, mixed(a.client))
	load, err := a.figures(ctx)
	if err != nil {
		return err
	}
	const mb = 1 << 20
	_, _ = fmt.Fprintf(out, "| start-up to ready, of %d | %s median, %s worst |\n", starts, milliseconds(times[starts/2]), milliseconds(times[starts-1]))
	_, _ = fmt.Fprintln(out, "|---|---|")
	_, _ = fmt.Fprintf(out, "| memory at rest | %.0f MB resident, %.0f MB heap |\n", rest["process_resident_memory_bytes"]/mb, rest["go_memstats_heap_alloc_bytes"]/mb)
	_, _ = fmt.Fprintf(out, "| memory after %v of mixed load, %.0f operations in a second | %.0f MB resident, %.0f MB heap |\n",
		o.period, done, load["process_resident_memory_bytes"]/mb, load["go_memstats_heap_alloc_bytes"]/mb)
	_, _ = fmt.Fprintf(out, "| size of the program | %.1f MB |\n", float64(file.Size())/mb)
	return nil
}
