// Command testrun runs `go test`, prints what failed in full, and closes with one line of counts.
//
//	testrun [-json FILE] [-strict] -- [go test's arguments]
//
// It ends with status 0 when `go test` does (and, with -strict, when nothing was skipped), else with 1; with 2 when it
// was called wrongly.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, ".", os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case errors.Is(err, errFailed):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "testrun:", err)
		os.Exit(1)
	}
}

var (
	errUsage  = errors.New("wrong usage")
	errFailed = errors.New("tests failed") // the report says which
)

// interruptGrace is how long tests that were interrupted may clean up: a private PostgreSQL ends within it.
const interruptGrace = 20 * time.Second

// run tests the packages of the module in dir.
func run(ctx context.Context, dir string, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("testrun", flag.ContinueOnError)
	flags.SetOutput(stderr)
	copyTo := flags.String("json", "", "keep the output of go test -json in this `file`")
	strict := flags.Bool("strict", false, "a skipped test is a failure")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	kept := io.Discard
	if *copyTo != "" {
		file, createErr := os.Create(*copyTo)
		if createErr != nil {
			return fmt.Errorf("keep the output: %w", createErr)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		kept = file
	}
	report := newReport(stdout)
	if err := goTest(ctx, dir, flags.Args(), report, kept, stderr); err != nil {
		report.broken(err)
	}
	report.close()
	if report.failed > 0 || *strict && report.skipped > 0 {
		return errFailed
	}
	return nil
}

// goTest feeds the report with the events of one `go test -json`, and kept with their text.
func goTest(ctx context.Context, dir string, args []string, report *report, kept, stderr io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = interruptGrace
	cmd.Dir = dir
	cmd.Stderr = stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	// A line holds one line of a test's output, which may be long.
	reader := bufio.NewReader(io.TeeReader(events, kept))
	var line []byte
	for {
		line, err = reader.ReadBytes('\n')
		if len(line) > 0 {
			report.add(line)
		}
		if err != nil {
			break
		}
	}
	if err := errors.Join(notEOF(err), cmd.Wait()); err != nil {
		return fmt.Errorf("go test: %w", err)
	}
	return nil
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
