package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"cambium/bench/measure"
	"cambium/bench/operation"
	"cambium/trade/sample"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run runs the benchmark, or one of its servers where the program was started for that.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 2 && args[0] == serveArgument {
		if err := serve(ctx, args[1], getenv, stdin, stdout, stderr); err != nil {
			_, _ = fmt.Fprintf(stderr, "bench: %s: %v\n", args[1], err)
			return exitFailed
		}
		return exitDone
	}
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "bench: %v\n", err)
		return exitUsage
	}
	if err := bench(ctx, o, getenv, stdout, stderr); err != nil {
		_, _ = fmt.Fprintf(stderr, "bench: %v\n", err)
		return exitFailed
	}
	return exitDone
}

// options are the flags.
type options struct {
	config  measure.Config
	command string
	write   string
}

// defaultSeed is that of `api seed`.
const defaultSeed = 1

func parse(args []string, stderr io.Writer) (options, error) {
	o := options{command: strings.Join(append([]string{"go run ./bench"}, args...), " ")}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	c := &o.config
	var queries, servers, size string
	flags.IntVar(&c.Rounds, "rounds", 9, "how often each operation is measured on each server")
	flags.DurationVar(&c.Window, "window", 250*time.Millisecond, "how long one measurement takes")
	flags.IntVar(&c.Connections, "connections", 4, "requests in flight, at most 10")
	flags.StringVar(&queries, "queries", "", "operations, such as Q1,Q6 (default all)")
	flags.StringVar(&servers, "servers", "cambium,stock", "what is measured beside the floor; stock is generated first, which takes minutes")
	flags.StringVar(&size, "size", sample.Micro.String(), "sample data: small, micro or large")
	flags.Uint64Var(&c.Seed, "seed", defaultSeed, "seed of the sample data")
	flags.StringVar(&c.Profiles, "profiles", "", "directory for a CPU profile of each server")
	flags.StringVar(&o.write, "write", "", "file for the report, as Markdown; docs/benchmarks.md is made with it")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("there is no argument %q", flags.Arg(0))
	}
	const mostConnections = 10 // of the servers' pools
	if c.Rounds < 1 || c.Connections < 1 || c.Connections > mostConnections || c.Window <= 0 {
		return o, errors.New("-rounds must be at least 1, -connections 1 to 10, and -window more than 0")
	}
	var err error
	if c.Size, err = sample.ParseSize(size); err != nil {
		return o, err
	}
	if c.Operations, err = choose(queries); err != nil {
		return o, err
	}
	c.Servers = []string{measure.Floor}
	for _, name := range strings.FieldsFunc(servers, func(r rune) bool { return r == ',' }) {
		switch {
		case name != measure.Cambium && name != measure.Stock:
			return o, fmt.Errorf("there is no server %q: they are cambium and stock", name)
		case !slices.Contains(c.Servers, name):
			c.Servers = append(c.Servers, name)
		}
	}
	return o, nil
}

func choose(queries string) (chosen []operation.Operation, err error) {
	all := operation.All()
	if queries == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(queries, ",") {
		i := slices.IndexFunc(all, func(o operation.Operation) bool { return strings.EqualFold(o.Name, name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no operation %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func bench(ctx context.Context, o options, getenv func(string) string, stdout, stderr io.Writer) (err error) {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	o.config.Getenv, o.config.Log = getenv, stderr
	o.config.Commands = make(map[string][]string)
	for _, name := range o.config.Servers {
		o.config.Commands[name] = []string{program, serveArgument, name}
	}
	if slices.Contains(o.config.Servers, measure.Stock) {
		stock, err := buildStock(ctx, stderr)
		if err != nil {
			return err
		}
		o.config.Commands[measure.Stock] = []string{stock}
	}
	report, err := measure.Run(ctx, o.config)
	if err != nil {
		return err
	}
	if err := report.Write(stdout, o.command, machine()); err != nil || o.write == "" {
		return err
	}
	return writeReport(o, report)
}

func writeReport(o options, report *measure.Report) (err error) {
	file, err := os.Create(o.write)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.WriteString(file, preface); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return report.Write(file, o.command, machine())
}

const preface = `# Benchmarks

What a request that reads costs, beside the least that it can cost and beside the stack that Cambium replaces
([benchmarks-writes.md](benchmarks-writes.md) is about writing):

- **floor**: net/http handlers written by hand for each operation over pgx, one path of the URL for each: flat statements,
  arrays of ids, LATERAL limits, binary rows, bytes appended to a reused buffer;
- **cambium**: this project, wired as ` + "`api serve`" + ` wires it, with the log at warnings, as the floor has none;
- **stock**: ent + entgql + gqlgen over pgx, generated from the same tables (` + "`bench/stock`" + `).

Each runs in a process of its own, on one PostgreSQL. Before anything is measured every answer of Cambium is compared with
the floor's, as JSON. The application's CPU is the kernel's count for its process, PostgreSQL's the count for the
processes that serve it; what the client takes is in neither. All run with GOGC=400, as api does. PostgreSQL runs with its defaults, but random_page_cost at
1.1, no autovacuum and jit off.

`

// buildStock generates the stock control's code where it is missing, and builds it.
func buildStock(ctx context.Context, log io.Writer) (program string, err error) {
	dir := filepath.Join("bench", "stock")
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return "", fmt.Errorf("find the stock control: run the benchmark in the directory of go.mod: %w", err)
	}
	command := func(args ...string) error {
		c := exec.CommandContext(ctx, "go", args...)
		c.Dir, c.Stdout, c.Stderr = dir, log, log
		if err := c.Run(); err != nil {
			return fmt.Errorf("build the stock control: go %s: %w", strings.Join(args, " "), err)
		}
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "graph", "generated.go")); err != nil {
		_, _ = fmt.Fprintln(log, "generate the stock control (a minute, once)")
		if err := command("generate", "."); err != nil {
			return "", err
		}
	}
	if program, err = filepath.Abs(filepath.Join("bin", "bench-stock")); err != nil {
		return "", fmt.Errorf("build the stock control: %w", err)
	}
	return program, command("build", "-o", program, "serve.go", "resolver.go")
}

// machine describes the processor.
func machine() string {
	name := "unknown processor"
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			name = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s", name, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
}
