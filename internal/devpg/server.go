// Package devpg runs a private PostgreSQL for development and tests.
//
// The server listens on 127.0.0.1 and on a unix socket that only its user can reach, and ends with the program that
// started it, even when that is killed.
package devpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	// fastStop is how long Stop waits for a clean end, which writes a checkpoint; immediateStop for one that does not.
	fastStop      = 15 * time.Second
	immediateStop = 10 * time.Second
)

// Server is a running private PostgreSQL.
type Server struct {
	home     home
	set      binaries
	fresh    bool
	volatile bool
	database string
	port     int
	password string
	sockets  string
	lock     *lock
	process  *process

	// stopping guards stopped: Stop may come from more than one place.
	stopping sync.Mutex
	stopped  bool
}

// URL returns the address of the default database, with user and password, over TCP on the loopback address.
func (s *Server) URL() string { return s.DatabaseURL(s.database) }

// DatabaseURL returns the address of another database of the server.
func (s *Server) DatabaseURL(database string) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, s.password),
		Host:     net.JoinHostPort(loopback, strconv.Itoa(s.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}

// Dir returns where cluster and log are. It differs from what was asked for where the user that PostgreSQL runs as
// could not enter that.
func (s *Server) Dir() string { return s.home.dir }

// Version returns the release that runs, as in "15.13"; Major its first number.
func (s *Server) Version() string { return s.set.version }

// Major returns the major version that runs.
func (s *Server) Major() int { return s.set.major }

// Binaries returns the directory of the programs and how it was found: "POSTGRES_BIN", "PATH", "installed" or
// "fetched".
func (s *Server) Binaries() (dir, source string) { return s.set.dir, s.set.source }

// Fresh reports whether this start made the cluster.
func (s *Server) Fresh() bool { return s.fresh }

// PID returns the process id of the server itself.
func (s *Server) PID() (int, error) {
	return readPID(filepath.Join(s.home.data(), "postmaster.pid"))
}

// Exec runs one statement in a database, in a session of its own as the superuser, and throws its rows away. A refusal
// by the server is a [*SQLError].
func (s *Server) Exec(ctx context.Context, database, statement string) (err error) {
	session, err := openSession(ctx, socketPath(s.sockets, s.port), superuser, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.close()) }()
	return session.exec(ctx, statement)
}

// Stop ends the server and returns when it is gone. Open sessions are cut. When the context ends first, or the server
// takes too long, it is ended without a checkpoint: the next start recovers, nothing committed is lost. Further calls
// do nothing.
func (s *Server) Stop(ctx context.Context) error {
	if s.home.temporary {
		return s.end(ctx, "QUIT")
	}
	return s.end(ctx, "INT")
}

// Abort ends the server without a checkpoint, and tells its clients (pg_ctl stop -m immediate). A [Start] on the same
// directory then recovers.
func (s *Server) Abort(ctx context.Context) error { return s.end(ctx, "QUIT") }

// Kill ends the server as a crash would (SIGKILL). A [Start] on the same directory then recovers.
func (s *Server) Kill(ctx context.Context) error { return s.end(ctx, "KILL") }

// Keep lets the server outlive the program: it then ends, and a temporary directory goes, when the process of
// [Server.PID] is sent SIGINT.
func (s *Server) Keep() error { return s.process.signal("KEEP") }

func (s *Server) end(ctx context.Context, signal string) error {
	s.stopping.Lock()
	defer s.stopping.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	return errors.Join(s.halt(ctx, signal), s.lock.release(), s.removeTemporary())
}

// halt ends the process with a signal, and with harder ones where that does not help.
func (s *Server) halt(ctx context.Context, signal string) error {
	defer s.process.release()
	_ = s.process.signal(signal) // fails only when the server is gone
	if s.process.endsBefore(ctx, fastStop) {
		return nil
	}
	for _, signal := range []string{"QUIT", "KILL"} {
		_ = s.process.signal(signal)
		if s.process.endsWithin(immediateStop) {
			return nil
		}
	}
	return fmt.Errorf("stop the private PostgreSQL on %s: it outlived SIGKILL by %s", s.home.dir, immediateStop)
}

// removeTemporary removes what the watchdog could not: it is gone, or never was.
func (s *Server) removeTemporary() error {
	if !s.home.temporary {
		return nil
	}
	if err := os.RemoveAll(s.home.dir); err != nil {
		return fmt.Errorf("remove the private PostgreSQL: %w", err)
	}
	return nil
}
