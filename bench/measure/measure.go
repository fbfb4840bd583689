// Package measure runs the servers side by side and takes down what each operation costs them: CPU time of the
// application and of PostgreSQL first, then allocations, bytes, statements and round trips.
package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"cambium/bench/child"
	"cambium/bench/operation"
	"cambium/bench/wire"
	"cambium/trade/sample"
)

// Config says what is measured and how.
type Config struct {
	// Servers are the names of those to measure; the floor is always there.
	Servers []string
	// Operations are those to measure.
	Operations []operation.Operation
	// Rounds is how often each operation is measured on each server; medians are taken. At least 1.
	Rounds int
	// Window is how long one measurement takes at least.
	Window time.Duration
	// Connections is how many requests are in flight.
	Connections int
	Size        sample.Size
	Seed        uint64
	// Commands start the servers, by name: a program and its arguments. The program calls [child.Serve].
	Commands map[string][]string
	// Profiles is a directory for CPU profiles of the servers; none where it is empty.
	Profiles string
	Getenv   func(string) string
	// Log gets a line for each step, and what the servers say.
	Log io.Writer
}

// Sample is one measurement of one operation on one server, for each request.
type Sample struct {
	App, Database   time.Duration
	Allocs, Alloced float64
}

// Total is the CPU time of both.
func (s Sample) Total() time.Duration { return s.App + s.Database }

// Result is what an operation costs on a server.
type Result struct {
	Sample // medians

	Bytes      int // of the answers, on average
	Statements float64
	RoundTrips float64
	Received   float64 // bytes from PostgreSQL
}

// Report is the outcome.
type Report struct {
	Config     Config
	PostgreSQL string
	Rows       operation.Rows
	// Results are by operation and server.
	Results map[string]map[string]*Result
}

// run is the state of a measurement.
type run struct {
	Config

	store   *store
	servers []*server
	report  *Report
}

// Run measures. Before anything is measured the answers of each server are held to the floor's.
func Run(ctx context.Context, config Config) (_ *Report, err error) {
	config.Log = &locked{w: config.Log}
	r := &run{Config: config}
	r.logf("load the %s data, seed %d", config.Size, config.Seed)
	if r.store, err = openStore(ctx, config.Size, config.Seed, config.Getenv); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.store.close(ctx)) }()
	r.report = &Report{Config: config, PostgreSQL: r.store.version(), Results: make(map[string]map[string]*Result)}
	for _, o := range config.Operations {
		r.report.Results[o.Name] = make(map[string]*Result)
		for _, name := range config.Servers {
			if answers(name, o) {
				r.report.Results[o.Name][name] = new(Result)
			}
		}
	}
	if err := r.count(ctx); err != nil {
		return nil, err
	}
	r.report.Rows = r.store.rows
	return r.report, r.time(ctx)
}

// answers tells whether a server can be asked for an operation.
func answers(server string, o operation.Operation) bool { return server != Stock || o.Stock != "" }

// locked is a writer for more than one: the log is the servers' standard error too.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (r *run) logf(format string, args ...any) { _, _ = fmt.Fprintf(r.Log, format+"\n", args...) }

// start starts the servers, through the proxies where there are any.
func (r *run) start(ctx context.Context, proxies map[string]*wire.Proxy, profiles string) (stop func() error, err error) {
	r.servers = nil
	stop = func() (err error) {
		for _, s := range r.servers {
			s.client.CloseIdleConnections()
			err = errors.Join(err, s.Stop())
		}
		return err
	}
	for _, name := range r.Servers {
		address := ""
		if p := proxies[name]; p != nil {
			address = p.Address()
		}
		environment, err := r.store.environment(application(name), address)
		if err != nil {
			return nil, errors.Join(err, stop())
		}
		if profiles != "" {
			environment = append(environment, child.Profile+"="+profiles+"/"+name+".prof")
		}
		command := r.Commands[name]
		c, err := child.Start(ctx, r.Log, environment, command[0], command[1:]...)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), stop())
		}
		r.servers = append(r.servers, newServer(name, c, r.Connections))
	}
	return stop, nil
}

// application is the name under which a server's backends are found.
func application(server string) string { return "bench_" + server }

// floor is the first of the servers.
func (r *run) floor() *server { return r.servers[0] }

// cursors fills in those of the third operation. They are the same after a restart: the servers' keys are fixed.
func (r *run) cursors(ctx context.Context) (err error) {
	for _, s := range r.servers {
		switch s.name {
		case Cambium:
			r.store.rows.CambiumCursor, err = s.cursors(ctx, r.store.rows)
		case Stock:
			r.store.rows.StockCursor, err = s.cursors(ctx, r.store.rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// count holds the answers to the floor's and counts what goes to PostgreSQL, on servers that reach it through proxies.
func (r *run) count(ctx context.Context) (err error) {
	address, err := r.store.address()
	if err != nil {
		return err
	}
	proxies := make(map[string]*wire.Proxy)
	defer func() {
		for _, p := range proxies {
			err = errors.Join(err, p.Close())
		}
	}()
	for _, name := range r.Servers {
		if proxies[name], err = wire.Listen(ctx, address); err != nil {
			return err
		}
	}
	stop, err := r.start(ctx, proxies, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := r.cursors(ctx); err != nil {
		return err
	}
	for _, o := range r.Operations {
		r.logf("check and count %s", o.Name)
		for _, s := range r.servers {
			if !answers(s.name, o) {
				continue
			}
			if err := s.equal(ctx, r.floor(), o, r.store.rows); err != nil {
				return err
			}
			if err := r.countOne(ctx, s, o, proxies[s.name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) countOne(ctx context.Context, s *server, o operation.Operation, p *wire.Proxy) error {
	requests, err := s.requests(o, r.store.rows)
	if err != nil {
		return err
	}
	// Twice: the first time statements may still have to be prepared.
	var before wire.Counts
	bytes := 0
	for range 2 {
		before, bytes = p.Counts(), 0
		for _, request := range requests {
			body, err := s.send(ctx, request)
			if err != nil {
				return err
			}
			bytes += len(body)
		}
	}
	passed, n := p.Counts().Sub(before), float64(len(requests))
	result := r.report.Results[o.Name][s.name]
	result.Bytes = bytes / len(requests)
	result.Statements = float64(passed.Statements) / n
	result.RoundTrips = float64(passed.RoundTrips) / n
	result.Received = float64(passed.Received) / n
	return nil
}

// time runs the rounds. In each, every operation runs on every server, one right after the other, so that what slows
// the machine down slows all of them.
func (r *run) time(ctx context.Context) (err error) {
	if r.Profiles != "" {
		if err := os.MkdirAll(r.Profiles, 0o750); err != nil {
			return fmt.Errorf("make the directory of the profiles: %w", err)
		}
	}
	stop, err := r.start(ctx, nil, r.Profiles)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	samples := make(map[string]map[string][]Sample)
	for _, o := range r.Operations {
		samples[o.Name] = make(map[string][]Sample)
	}
	for round := range r.Rounds {
		r.logf("round %d of %d", round+1, r.Rounds)
		for _, o := range r.Operations {
			for i := range r.servers {
				s := r.servers[(i+round)%len(r.servers)]
				if !answers(s.name, o) {
					continue
				}
				sample, err := r.timeOne(ctx, s, o)
				if err != nil {
					return err
				}
				samples[o.Name][s.name] = append(samples[o.Name][s.name], sample)
			}
		}
	}
	for operation, servers := range samples {
		for name, list := range servers {
			r.report.Results[operation][name].Sample = medians(list)
		}
	}
	return nil
}

// warmUp is how many requests go before a window on each connection: more than the five runs after which PostgreSQL may
// choose a generic plan.
const warmUp = 8

func (r *run) timeOne(ctx context.Context, s *server, o operation.Operation) (Sample, error) {
	requests, err := s.requests(o, r.store.rows)
	if err != nil {
		return Sample{}, err
	}
	least := int64(warmUp * r.Connections)
	if _, err := s.repeat(ctx, requests, r.Connections, func(sent int64) bool { return sent >= least }); err != nil {
		return Sample{}, err
	}
	pg := backends{r.store.DB, application(s.name)}
	databaseBefore, err := pg.cpu(ctx)
	if err != nil {
		return Sample{}, err
	}
	before, err := s.Used()
	if err != nil {
		return Sample{}, err
	}
	end := time.Now().Add(r.Window)
	n, err := s.repeat(ctx, requests, r.Connections, func(int64) bool { return time.Now().After(end) })
	if err != nil {
		return Sample{}, err
	}
	after, err := s.Used()
	if err != nil {
		return Sample{}, err
	}
	databaseAfter, err := pg.cpu(ctx)
	if err != nil {
		return Sample{}, err
	}
	used := after.Sub(before)
	if since(databaseBefore, databaseAfter) == 0 {
		return Sample{}, fmt.Errorf("no backend of %s was found", s.name)
	}
	return Sample{
		App: used.CPU / time.Duration(n), Database: since(databaseBefore, databaseAfter) / time.Duration(n),
		Allocs: float64(used.Allocs) / float64(n), Alloced: float64(used.Alloced) / float64(n),
	}, nil
}

func medians(list []Sample) Sample {
	return Sample{
		App:      median(list, func(s Sample) time.Duration { return s.App }),
		Database: median(list, func(s Sample) time.Duration { return s.Database }),
		Allocs:   median(list, func(s Sample) float64 { return s.Allocs }),
		Alloced:  median(list, func(s Sample) float64 { return s.Alloced }),
	}
}

func median[N time.Duration | float64](list []Sample, of func(Sample) N) N {
	values := make([]N, len(list))
	for i, s := range list {
		values[i] = of(s)
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
