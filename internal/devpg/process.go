package devpg

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed watchdog.sh
var watchdog string

// pollEvery is how long each wait for the server is between two looks.
const pollEvery = 5 * time.Millisecond

// process is a running postgres under its watchdog. It needs no goroutine: the end shows on a pipe.
type process struct {
	cmd *exec.Cmd
	// commands takes signal names for the watchdog; its closing, by the kernel when the program is killed, ends the
	// server.
	commands *os.File
	// ended is at its end when server and watchdog are gone.
	ended *os.File
}

// launch starts postgres with its output in log. ending is the signal that it gets when the program dies; the
// directories are then removed.
func launch(who account, log *os.File, ending, temporary, sockets string, server []string) (*process, error) {
	commandsRead, commandsWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = commandsRead.Close() }() // the watchdog has its own
	endedRead, endedWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, commandsWrite.Close())
	}
	defer func() { _ = endedWrite.Close() }()
	cmd := who.command("/bin/sh", slices.Concat([]string{"-c", watchdog, "devpg-watchdog", ending, temporary, sockets}, server)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = commandsRead, log, log
	cmd.ExtraFiles = []*os.File{endedWrite}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL as %s: %w", who.name, err), commandsWrite.Close(), endedRead.Close())
	}
	return &process{cmd: cmd, commands: commandsWrite, ended: endedRead}, nil
}

// signal asks the watchdog to send a signal, by its name without SIG.
func (p *process) signal(name string) error {
	_, err := io.WriteString(p.commands, name+"\n")
	return err
}

// endsWithin waits for the end, at most that long.
func (p *process) endsWithin(wait time.Duration) bool {
	if err := p.ended.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return true
	}
	_, err := p.ended.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// endsBefore waits for the end, at most that long and not beyond the context.
func (p *process) endsBefore(ctx context.Context, wait time.Duration) bool {
	deadline := time.Now().Add(wait)
	for ctx.Err() == nil && time.Now().Before(deadline) {
		if p.endsWithin(pollEvery) {
			return true
		}
	}
	return p.endsWithin(time.Nanosecond)
}

// release collects an ended watchdog; what its server ended with is in the log.
func (p *process) release() {
	_ = p.commands.Close()
	_ = p.cmd.Wait()
	_ = p.ended.Close()
}

// freePort returns the preferred port where it is free, else any. Another program may take it before PostgreSQL does:
// the caller tries again.
func freePort(ctx context.Context, preferred int) (int, error) {
	for _, port := range []int{preferred, 0} {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", net.JoinHostPort(loopback, strconv.Itoa(port)))
		if err != nil {
			continue
		}
		port = listener.Addr().(*net.TCPAddr).Port
		return port, listener.Close()
	}
	return 0, errors.Join(errors.New("find a free port on 127.0.0.1: there is none"), context.Cause(ctx))
}

// loopback is the only address that the server listens on.
const loopback = "127.0.0.1"

// tail returns the last lines of the server's log, indented, for an error.
func tail(path string) string {
	const lines, window = 12, 16 << 10
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.Size() > window {
		_, _ = file.Seek(-window, io.SeekEnd)
	}
	text, _ := io.ReadAll(file)
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Sprintf("\n  from %s:\n    %s", path, strings.Join(all[max(0, len(all)-lines):], "\n    "))
}

// openLog begins a new log and keeps the last one.
func (h home) openLog() (*os.File, error) {
	const name = "server.log"
	if err := os.Rename(h.file(name), h.file(name+".1")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("put the last log aside: %w", err)
	}
	file, err := h.open(name, os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return nil, fmt.Errorf("open the log of PostgreSQL: %w", err)
	}
	return file, nil
}

func socketPath(dir string, port int) string {
	return filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(port))
}
