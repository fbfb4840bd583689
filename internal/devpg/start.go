package devpg

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// startTimeout bounds one start: a cluster that was cut short replays its log first.
	startTimeout = time.Minute
	// startAttempts bounds the tries, and retryPause is the first pause between them, which then doubles: a port may be
	// taken between its choice and its use, and the processes of a killed server take a moment to notice.
	startAttempts = 5
	retryPause    = 100 * time.Millisecond
)

// Start runs a server on the directory and returns once it answers. The caller must [Server.Stop] it and hold on to it
// until then: a server that nobody refers to any more ends.
//
// It fails with [ErrInUse], [ErrVersion], [ErrOwner] or [ErrNoBinaries], each with what to do in its text, or with the
// last lines of the server's log.
func Start(ctx context.Context, cfg Config) (_ *Server, err error) {
	cfg, err = cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	h, err := settle(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{home: h, volatile: cfg.Volatile, database: cfg.Database}
	if s.lock, err = h.lock(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.lock.release(), s.removeTemporary())
		}
	}()
	if err := s.prepare(ctx, cfg); err != nil {
		return nil, err
	}
	if err := s.run(ctx, cfg); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.halt(context.WithoutCancel(ctx), "QUIT"))
	}
	return s, nil
}

// prepare finds programs and a cluster that fit each other, with nobody else on it.
func (s *Server) prepare(ctx context.Context, cfg Config) error {
	if err := s.home.removeStaging(); err != nil {
		return err
	}
	major, err := s.home.clusterMajor()
	if err != nil {
		return err
	}
	var unfit []string
	s.set, unfit, err = findBinaries(ctx, cfg, s.home.who, major)
	if errors.Is(err, ErrNoBinaries) {
		s.set, err = fetchBinaries(ctx, cfg, s.home, major, unfit)
	}
	if err != nil {
		return err
	}
	if major != 0 && major != s.set.major {
		return &VersionError{Dir: s.home.dir, Cluster: strconv.Itoa(major), Binaries: s.set.version}
	}
	if major != 0 {
		return nil
	}
	s.fresh = true
	if cfg.Follow != "" {
		return s.home.copyCluster(ctx, cfg, s.set)
	}
	return s.home.makeCluster(ctx, cfg, s.set)
}

// run starts the server and waits until it answers on its socket.
func (s *Server) run(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	crashed, err := s.home.clearStale(ctx)
	if err != nil {
		return err
	}
	if crashed {
		cfg.Logger.InfoContext(ctx, "the last program was cut short: PostgreSQL recovers", "dir", s.home.dir)
	}
	var preferred int
	preferred, s.password = s.home.lastAddress()
	if cfg.Follow != "" {
		s.password = passwordOf(cfg.Follow) // a standby's roles are those of its primary
	}
	for attempt, pause := 1, retryPause; ; attempt, pause = attempt+1, 2*pause {
		if s.port, err = freePort(ctx, preferred); err != nil {
			return err
		}
		err = s.tryRun(ctx, cfg)
		if err == nil || attempt == startAttempts || !errors.Is(err, errDied) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

var errDied = errors.New("PostgreSQL ended while it started")

func (s *Server) tryRun(ctx context.Context, cfg Config) error {
	sockets, temporary, err := s.home.sockets(ctx)
	if err != nil {
		return err
	}
	s.sockets = sockets
	log, err := s.home.openLog()
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own
	ending, removeHome, removeSockets := "INT", "", ""
	if temporary {
		removeSockets = sockets
	}
	if s.home.temporary {
		ending, removeHome = "QUIT", s.home.dir
	}
	if s.process, err = launch(s.home.who, log, ending, removeHome, removeSockets, s.arguments(cfg)); err != nil {
		return err
	}
	for {
		err := s.Exec(ctx, "postgres", "SELECT 1")
		var refusal *SQLError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			text := tail(log.Name())
			return errors.Join(fmt.Errorf("wait for PostgreSQL to start: %w%s", context.Cause(ctx), text), s.halt(context.WithoutCancel(ctx), "QUIT"))
		case errors.As(err, &refusal) && refusal.Code != cannotConnectNow:
			return errors.Join(fmt.Errorf("ask PostgreSQL whether it is up: %w", err), s.halt(context.WithoutCancel(ctx), "INT"))
		}
		if s.process.endsWithin(pollEvery) {
			text := tail(log.Name())
			s.process.release()
			return fmt.Errorf("%w%s", errDied, text)
		}
	}
}

// cannotConnectNow is the SQLSTATE of a server that is still starting.
const cannotConnectNow = "57P03"

// open sets the password, makes the database and tells both.
func (s *Server) open(ctx context.Context) error {
	if s.password == "" {
		s.password = rand.Text()
	}
	// Set on each start, through the socket: a file that was lost, or a copied cluster, is no reason to fail.
	err := s.Exec(ctx, "postgres", "ALTER ROLE "+quoteIdentifier(superuser)+" PASSWORD '"+s.password+"'")
	if err != nil && !refusedWith(err, readOnly) {
		return fmt.Errorf("set the password of the private PostgreSQL: %w", err)
	}
	err = s.Exec(ctx, "postgres", "CREATE DATABASE "+quoteIdentifier(s.database))
	if err != nil && !refusedWith(err, duplicateDatabase) && !refusedWith(err, readOnly) {
		return fmt.Errorf("make the database %s: %w", s.database, err)
	}
	file, err := s.home.open("url", os.O_WRONLY|os.O_TRUNC)
	if err == nil {
		_, err = io.WriteString(file, s.URL()+"\n")
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return fmt.Errorf("keep the URL of the private PostgreSQL: %w", err)
	}
	return s.lock.announce(s.URL())
}

const (
	// duplicateDatabase is the SQLSTATE of a database that is there already.
	duplicateDatabase = "42P04"
	// readOnly is that of a standby: its roles and databases are those of its primary.
	readOnly = "25006"
)

func refusedWith(err error, code string) bool {
	var refusal *SQLError
	return errors.As(err, &refusal) && refusal.Code == code
}

func passwordOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

// lastAddress returns port and password of the last run; zero where there was none.
func (h home) lastAddress() (port int, password string) {
	text, err := os.ReadFile(h.file("url"))
	if err != nil {
		return 0, ""
	}
	last, err := url.Parse(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, ""
	}
	port, _ = strconv.Atoi(last.Port())
	password, _ = last.User.Password()
	if strings.ContainsAny(password, `'\`) {
		return port, ""
	}
	return port, password
}

func (s *Server) arguments(cfg Config) []string {
	settings := map[string]string{"timezone": "UTC", "log_timezone": "UTC", "lc_messages": "C"}
	if cfg.Volatile {
		settings["fsync"], settings["full_page_writes"], settings["synchronous_commit"] = "off", "off", "off"
	}
	maps.Copy(settings, cfg.Settings)
	settings["listen_addresses"] = loopback
	settings["port"] = strconv.Itoa(s.port)
	settings["unix_socket_directories"] = quoteIdentifier(s.sockets)
	settings["unix_socket_permissions"] = "0700"
	settings["logging_collector"] = "off"
	settings["log_destination"] = "stderr"
	args := []string{s.set.path("postgres"), "-D", s.home.data()}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// quoteIdentifier quotes a name for SQL, and a directory for a list of them in a setting: the rules are the same.
func quoteIdentifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
