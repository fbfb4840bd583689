// Package child runs a measured server as a process of its own: it says where it listens, and what it has used so far
// each time it is asked.
package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"
)

// The variables that a child reads.
const (
	// DatabaseURL names the database.
	DatabaseURL = "DATABASE_URL"
	// Profile names the file that a CPU profile of the whole life of the child goes to.
	Profile = "BENCH_CPU_PROFILE"
)

// Usage is what a process has used since its start.
type Usage struct {
	CPU     time.Duration // user and system
	Allocs  uint64        // objects on the heap
	Alloced uint64        // their bytes
}

// Sub returns what was used since an earlier look.
func (u Usage) Sub(earlier Usage) Usage {
	return Usage{u.CPU - earlier.CPU, u.Allocs - earlier.Allocs, u.Alloced - earlier.Alloced}
}

// Serve is the child's side. It lets serve answer on a loopback port until stdin ends, and meanwhile answers every line
// of stdin with one line of [Usage].
func Serve(
	ctx context.Context, getenv func(string) string, stdin io.Reader, stdout io.Writer, serve func(context.Context, net.Listener) error,
) (err error) {
	if path := getenv(Profile); path != "" {
		file, err := os.Create(path)
		if err != nil {
			return fmt.Errorf("make the profile: %w", err)
		}
		defer file.Close() //nolint:errcheck // a profile that is cut short does not open
		if err := pprof.StartCPUProfile(file); err != nil {
			return fmt.Errorf("start the profile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- serve(ctx, listener) }()
	out := json.NewEncoder(stdout)
	if err := out.Encode(listener.Addr().String()); err != nil {
		return fmt.Errorf("tell the address: %w", err)
	}
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for lines := bufio.NewScanner(stdin); lines.Scan(); {
			asked <- struct{}{}
		}
	}()
	for {
		select {
		case err := <-served:
			return err
		case _, more := <-asked:
			if !more {
				cancel()
				return <-served
			}
			usage, err := used()
			if err != nil {
				return err
			}
			if err := out.Encode(usage); err != nil {
				return fmt.Errorf("tell the usage: %w", err)
			}
		}
	}
}

func used() (Usage, error) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return Usage{}, fmt.Errorf("read the usage: %w", err)
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return Usage{CPU: cpu, Allocs: memory.Mallocs, Alloced: memory.TotalAlloc}, nil
}

// Child is the parent's side.
type Child struct {
	// Address is where the child listens, host:port.
	Address string

	command *exec.Cmd
	stdin   io.WriteCloser
	answers *json.Decoder
}

// Start runs a program that calls [Serve], with further variables as "name=value".
func Start(ctx context.Context, stderr io.Writer, environment []string, program string, args ...string) (*Child, error) {
	c := &Child{command: exec.CommandContext(ctx, program, args...)}
	c.command.Env = append(c.command.Environ(), environment...)
	c.command.Stderr = stderr
	stdin, err := c.command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	c.stdin = stdin
	stdout, err := c.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	c.answers = json.NewDecoder(stdout)
	if err := c.command.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if err := c.answers.Decode(&c.Address); err != nil {
		return nil, fmt.Errorf("start a server: it did not say where it listens: %w", errors.Join(err, c.Stop()))
	}
	return c, nil
}

// Used asks what the child has used so far.
func (c *Child) Used() (usage Usage, err error) {
	if _, err = io.WriteString(c.stdin, "\n"); err == nil {
		err = c.answers.Decode(&usage)
	}
	if err != nil {
		return usage, fmt.Errorf("ask a server for its usage: %w", err)
	}
	return usage, nil
}

// Stop ends the child and waits for it.
func (c *Child) Stop() error {
	_ = c.stdin.Close() // it is gone already, or goes now
	if err := c.command.Wait(); err != nil {
		return fmt.Errorf("end a server: %w", err)
	}
	return nil
}
