package devpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A server whose program was killed is told to end at once, and usually has before anyone looks. These bound the wait
// for one that lingers, from the start of the wait: a fast shutdown writes a checkpoint, which may take a few seconds;
// an immediate one never takes long.
const (
	askAgainAfter = 2 * time.Second
	insistAfter   = 15 * time.Second
	giveUpAfter   = 25 * time.Second
)

// clearStale sees to it that no server of an earlier program is left on the cluster, and reports whether one had been
// cut short. The caller holds the home's lock, so whatever runs there is nobody's.
func (h home) clearStale(ctx context.Context) (crashed bool, err error) {
	path := filepath.Join(h.data(), "postmaster.pid")
	began := time.Now()
	signals := []struct {
		after time.Duration
		name  string
	}{{askAgainAfter, "INT"}, {insistAfter, "QUIT"}}
	for {
		pid, err := readPID(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return crashed, nil
		case err != nil:
			return crashed, err
		case pid <= 0 || !h.isPostmaster(ctx, pid):
			return true, h.removeStalePID(path, pid)
		}
		crashed = true
		waited := time.Since(began)
		if waited > giveUpAfter {
			return crashed, fmt.Errorf("an earlier PostgreSQL (process %d) still runs on %s, %s after it was asked to end", pid, h.dir, waited.Round(time.Second))
		}
		if len(signals) > 0 && waited > signals[0].after {
			// As the account: what the file names is its word only.
			_ = h.who.commandContext(ctx, "/bin/sh", "-c", `kill -s "$1" "$2"`, "sh", signals[0].name, strconv.Itoa(pid)).Run()
			signals = signals[1:]
		}
		select {
		case <-ctx.Done():
			return crashed, fmt.Errorf("wait for an earlier PostgreSQL (process %d) on %s to end: %w", pid, h.dir, context.Cause(ctx))
		case <-time.After(pollEvery):
		}
	}
}

// removeStalePID removes a pid file whose number now belongs to another program: PostgreSQL would take that one for a
// server. Where nothing has the number PostgreSQL itself does better, as it also looks for processes left behind.
func (h home) removeStalePID(path string, pid int) error {
	if pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a stale pid file: %w", err)
	}
	return nil
}

// readPID reads the first line of a postmaster.pid; 0 for one that says nothing.
func readPID(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, nil //nolint:nilerr // a torn file names nobody
	}
	// A standalone backend writes its number negated.
	return max(pid, -pid), nil
}

// isPostmaster reports whether a process lives and is a server on this cluster, by its command line: numbers are
// used again.
func (h home) isPostmaster(ctx context.Context, pid int) bool {
	if runtime.GOOS == "linux" {
		line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		return err == nil && strings.Contains(string(line), "\x00-D\x00"+h.data()+"\x00")
	}
	line, err := exec.CommandContext(ctx, "/bin/ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), "-D "+h.data()+" ")
}
