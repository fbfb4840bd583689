package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"cambium/engine/access/token"
	"cambium/ent/schema"
	"cambium/internal/devpg"
)

// desk is the order desk with its sample data, in a PostgreSQL of its own.
type desk struct {
	postgres *devpg.Server
	program  string
	getenv   func(string) string
	log      io.Writer
}

func openDesk(ctx context.Context, program string, getenv func(string) string, log io.Writer) (_ *desk, err error) {
	d := &desk{program: program, getenv: getenv, log: log}
	d.postgres, err = devpg.Start(ctx, devpg.Config{Volatile: true, Getenv: getenv, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	for _, args := range [][]string{{"migrate", "apply"}, {"seed"}} {
		cmd := d.command(ctx, d.postgres.URL(), nil, args...)
		cmd.Stdout, cmd.Stderr = nil, nil
		if err := cmd.Run(); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", strings.Join(args, " "), err), d.close(ctx))
		}
	}
	return d, nil
}

func (d *desk) close(ctx context.Context) error { return d.postgres.Stop(context.WithoutCancel(ctx)) }

// secret signs the tokens of the measured program.
const secret = "of the load, and of nothing else"

func (d *desk) command(ctx context.Context, database string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, d.program, args...)
	cmd.Env = append([]string{
		"PATH=" + d.getenv("PATH"), "HOME=" + d.getenv("HOME"), "DATABASE_URL=" + database, "AUTH_SECRET=" + secret, "LOG_LEVEL=error",
		"CURSOR_KEY=" + strings.Repeat("c0", 32),
		"RATE_PER_VIEWER=0", "MAX_IN_FLIGHT=0", // one viewer asks for all
	}, env...)
	cmd.Stderr = d.log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// api is the program, serving.
type api struct {
	*client

	cmd   *exec.Cmd
	debug string        // URL of the debug listener
	ready time.Duration // from its start
}

const (
	readyTimeout = 30 * time.Second
	readyPause   = 2 * time.Millisecond
)

// serve starts the program over a database, which mostly is the desk's own.
func (d *desk) serve(ctx context.Context, database string, env ...string) (*api, error) {
	address, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	debug, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	bearer, err := sign()
	if err != nil {
		return nil, err
	}
	a := &api{client: newClient("http://"+address, bearer), debug: "http://" + debug}
	a.cmd = d.command(ctx, database, append([]string{"ADDR=" + address, "DEBUG_ADDR=" + debug}, env...), "serve")
	begin := time.Now()
	if err := a.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	for time.Since(begin) < readyTimeout {
		if status, _, err := a.get(ctx, a.url+"/readyz"); err == nil && status == http.StatusOK {
			a.ready = time.Since(begin)
			return a, nil
		}
		select {
		case <-time.After(readyPause):
		case <-ctx.Done():
		}
	}
	return nil, errors.Join(errors.New("the program does not get ready"), a.stop())
}

// stop ends the program as an orchestrator does.
func (a *api) stop() error {
	a.client.http.CloseIdleConnections()
	_ = a.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	if err := a.cmd.Wait(); err != nil {
		return fmt.Errorf("end the program: %w", err)
	}
	return nil
}

func sign() (string, error) {
	config := token.NewConfig()
	config.Secret = []byte(secret)
	const day = 24 * time.Hour
	return token.Sign(config, "1", []string{schema.RoleAdmin}, time.Now(), day)
}

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// through is the URL of a database that is reached at another address.
func through(database, address string) (string, error) {
	u, err := url.Parse(database)
	if err != nil {
		return "", fmt.Errorf("read the database's URL: %w", err)
	}
	u.Host = address
	return u.String(), nil
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
	return fmt.Sprintf("%s, %d cores, %s", name, runtime.NumCPU(), runtime.Version())
}
