package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"
)

// bottleneck is what the program has too little of.
type bottleneck struct {
	name    string
	delay   time.Duration // of the database's answers; 0 for none
	env     []string
	clients int // that use all of it
	body    []byte
}

// thePool is a pool of four connections with statements that take their time, but no processor's.
func thePool(statement time.Duration) bottleneck {
	return bottleneck{
		fmt.Sprintf("the pool: 4 connections, statements of %v", statement), statement, []string{"DATABASE_MAX_CONNS=4"}, 6,
		operation(`query Held($n: Int!) { shippers(first: $n) { nodes { id } } }`, map[string]any{"n": 1}),
	}
}

// theProcessors are what the client, the program and PostgreSQL share.
func theProcessors() bottleneck {
	return bottleneck{
		"the processors: 10 connections, operations of 600 rows", 0, nil, 12,
		operation(`query Heavy { customers(first: 20) { nodes { id companyName orders(first: 10) { nodes { id lines(first: 5) { nodes { quantity product { name } } } } } } } }`, nil),
	}
}

// withoutAdmission is the control: everybody is let in and waits for a connection.
const withoutAdmission = "ADMISSION_LIMIT=1000000"

// listens is how long a client of the measurement listens: later answers are no use to anyone.
const listens = 500 * time.Millisecond

func goodput(ctx context.Context, d *desk, o options, out io.Writer) error {
	const statement = 20 * time.Millisecond
	for _, b := range []bottleneck{thePool(statement), theProcessors()} {
		if err := b.measure(ctx, d, o, out); err != nil {
			return err
		}
	}
	return nil
}

func (b bottleneck) measure(ctx context.Context, d *desk, o options, out io.Writer) (err error) {
	most, err := b.capacity(ctx, d, o.period)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%s. Capacity %.0f in a second (closed loop, %d clients).\n\n", b.name, most, b.clients)
	_, _ = fmt.Fprintln(out, "| | offered | goodput, within 0.5 s | of capacity | accepted p50 | p99 | refused | refusal p50 | p99 | failed |")
	_, _ = fmt.Fprintln(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, control := range []bool{false, true} {
		for _, times := range []float64{1, 2, 5} {
			r, err := b.offer(ctx, d, arrivals{most * times, o.period, o.seed}, control)
			if err != nil {
				return err
			}
			name := "admission"
			if control {
				name = "without"
			}
			good := r.within(listens)
			_, _ = fmt.Fprintf(out, "| %s, %gx | %.0f/s | %.0f/s | %.0f %% | %s | %s | %.0f/s | %s | %s | %d |\n", name, times, most*times, good, 100*good/most,
				milliseconds(quantile(r.answered, 0.5)), milliseconds(quantile(r.answered, 0.99)), float64(len(r.refused))/r.period.Seconds(),
				milliseconds(quantile(r.refused, 0.5)), milliseconds(quantile(r.refused, 0.99)), r.failed)
			if r.failed > 0 {
				_, _ = fmt.Fprintf(out, "one that failed: %.300s\n", r.failure)
			}
		}
	}
	_, _ = fmt.Fprintln(out)
	return nil
}

// capacity measures the program with as many clients as it can serve at once.
func (b bottleneck) capacity(ctx context.Context, d *desk, period time.Duration) (most float64, err error) {
	err = b.on(ctx, d, false, func(a *api) error {
		most = capacity(ctx, b.clients, period/3, b.ask(a))
		if most == 0 {
			return errors.New("nothing was answered")
		}
		return nil
	})
	return most, err
}

// offer has requests come, whether there is room or not.
func (b bottleneck) offer(ctx context.Context, d *desk, load arrivals, control bool) (r outcomes, err error) {
	err = b.on(ctx, d, control, func(a *api) error {
		r = load.run(ctx, b.ask(a))
		return ctx.Err()
	})
	return r, err
}

func (b bottleneck) ask(a *api) func(context.Context, uint64) (outcome, []byte) {
	return func(ctx context.Context, _ uint64) (outcome, []byte) { return a.ask(ctx, b.body) }
}

// on runs a program of its own for a measurement, warmed up.
func (b bottleneck) on(ctx context.Context, d *desk, control bool, measure func(*api) error) (err error) {
	database := d.postgres.URL()
	if b.delay > 0 {
		u, err := url.Parse(database)
		if err != nil {
			return fmt.Errorf("read the database's URL: %w", err)
		}
		proxy, err := listenDelayed(ctx, net.JoinHostPort(u.Hostname(), u.Port()), b.delay)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, proxy.close()) }()
		if database, err = through(database, proxy.address()); err != nil {
			return err
		}
	}
	env := b.env
	if control {
		env = append([]string{withoutAdmission}, env...)
	}
	a, err := d.serve(ctx, database, env...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	const warm = time.Second
	capacity(ctx, b.clients, warm, b.ask(a))
	return measure(a)
}
