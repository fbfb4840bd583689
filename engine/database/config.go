package database

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNoURL says that no database was named.
var ErrNoURL = errors.New("DATABASE_URL environment variable is required")

// Pooler is what stands between this pool and PostgreSQL.
type Pooler string

const (
	// PoolerAuto is whatever Open finds there; [DB.Config] then has one of the others.
	PoolerAuto Pooler = "auto"
	// PoolerNone is a direct connection, or a pooler in session mode.
	PoolerNone Pooler = "none"
	// PoolerTransaction is PgBouncer, or the like, in transaction mode: each transaction may meet another server
	// connection. No named prepared statement is used and no session parameter is sent at connect; the three
	// timeouts are set inside each transaction, and outside of one the role's own (ALTER ROLE ... SET) hold.
	PoolerTransaction Pooler = "transaction"
)

// Config is what a DB is opened with. NewConfig and ConfigFromEnv make one with every default filled in; a zero field
// means zero, never the default. Its text forms are redacted. Where the URL carries a parameter that has a field here,
// the field wins.
type Config struct {
	// URL is the connection string, postgres://user:password@host:port/database?sslmode=... or in keyword form
	// (host=... user=...). With several hosts (postgres://user@a:5432,b:5432/database) a connection leads to the one that
	// takes writes, unless target_session_attrs says otherwise. Required. DATABASE_URL.
	URL string `json:"-"`

	// MaxConns is the most connections the pool opens; at least 1. Default 10. DATABASE_MAX_CONNS.
	MaxConns int32
	// MinConns is how many connections are kept open when idle; 0 keeps none, at most MaxConns. Default 0.
	// DATABASE_MIN_CONNS.
	MinConns int32

	// IdleTimeout closes a connection that nobody used for so long; 0 never. Checked every half of it, so a
	// connection may live half as long again. Default 20s. DATABASE_IDLE_TIMEOUT.
	IdleTimeout time.Duration
	// ConnectTimeout bounds one attempt to connect to one address, with several hosts also AcquireTimeout. Default 10s.
	// DATABASE_CONNECT_TIMEOUT.
	ConnectTimeout time.Duration
	// MaxLifetime closes a connection so old, plus up to a tenth at random so that a fleet does not reconnect at
	// once; 0 never. Default 30m. DATABASE_MAX_LIFETIME.
	MaxLifetime time.Duration
	// AcquireTimeout bounds the wait for a connection, and for the connection of a transaction that another
	// goroutine uses. Default 2s. DATABASE_ACQUIRE_TIMEOUT.
	AcquireTimeout time.Duration

	// StatementTimeout is PostgreSQL's statement_timeout; 0 is none. Default 30s. DATABASE_STATEMENT_TIMEOUT.
	StatementTimeout time.Duration
	// LockTimeout is PostgreSQL's lock_timeout; 0 is none. Default 5s. DATABASE_LOCK_TIMEOUT.
	LockTimeout time.Duration
	// IdleInTransactionTimeout is PostgreSQL's idle_in_transaction_session_timeout; 0 is none. Default 60s.
	// DATABASE_IDLE_IN_TRANSACTION_TIMEOUT.
	IdleInTransactionTimeout time.Duration

	// ApplicationName is shown in pg_stat_activity and in the server's log. Default cambium.
	// DATABASE_APPLICATION_NAME.
	ApplicationName string
	// Pooler is "auto", "none" or "transaction". Default auto. DATABASE_POOLER.
	Pooler Pooler

	// StartupTimeout is how long Open waits for a database that is not up; 0 tries once. Default 30s.
	// DATABASE_STARTUP_TIMEOUT.
	StartupTimeout time.Duration

	// OutageTimeout is for how long an outage is waited for, from its beginning, by those who need a connection; 0 tells
	// them at once. A restart takes a second or two, a failover more, and whoever asks in that time gets an answer instead
	// of an error. After that everybody fails at the first try, until one gets through: a queue before a database that
	// is gone helps nobody. Default 5s. DATABASE_OUTAGE_TIMEOUT.
	OutageTimeout time.Duration

	// Observer is told of every statement. Default: nobody is.
	Observer Observer `json:"-"`

	// given holds the variables that the environment set.
	given map[string]bool
}

// NewConfig is the configuration of a database at url with every default.
func NewConfig(url string) Config {
	return Config{
		URL:                      url,
		MaxConns:                 10,
		IdleTimeout:              20 * time.Second,
		ConnectTimeout:           10 * time.Second,
		MaxLifetime:              30 * time.Minute,
		AcquireTimeout:           2 * time.Second,
		StatementTimeout:         30 * time.Second,
		LockTimeout:              5 * time.Second,
		IdleInTransactionTimeout: time.Minute,
		ApplicationName:          "cambium",
		Pooler:                   PoolerAuto,
		StartupTimeout:           30 * time.Second,
		OutageTimeout:            5 * time.Second,
	}
}

// ConfigError lists everything that is wrong with a configuration, one line each. Every fault names its variable and
// none repeats a value.
type ConfigError struct{ Faults []error }

func (e *ConfigError) Error() string { return errors.Join(e.Faults...).Error() }

func (e *ConfigError) Unwrap() []error { return e.Faults }

// Validate reports all faults together, as a *ConfigError.
func (c Config) Validate() error {
	if faults := c.faults(); len(faults) > 0 {
		return &ConfigError{Faults: faults}
	}
	return nil
}

func (c Config) faults() []error {
	var faults []error
	if c.URL == "" {
		faults = append(faults, ErrNoURL)
	} else if _, err := parseURL(c.URL); err != nil {
		faults = append(faults, urlFault(c.URL))
	}
	for _, s := range settings {
		if err := s.check(&c); err != nil {
			faults = append(faults, err)
		}
	}
	if c.MinConns > c.MaxConns && c.MaxConns > 0 {
		faults = append(faults, errors.New("DATABASE_MIN_CONNS must be at most DATABASE_MAX_CONNS"))
	}
	return faults
}

// pool translates the configuration for pgxpool. The caller has validated it.
func (c Config) pool() (*pgxpool.Config, error) {
	p, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, &ConfigError{Faults: []error{urlFault(c.URL)}}
	}
	p.MaxConns, p.MinConns, p.MinIdleConns = c.MaxConns, c.MinConns, 0
	p.MaxConnLifetime, p.MaxConnLifetimeJitter = c.MaxLifetime, c.MaxLifetime/lifetimeJitter
	p.MaxConnIdleTime, p.HealthCheckPeriod = c.IdleTimeout, healthCheckPeriod(c.IdleTimeout)
	if c.IdleTimeout == 0 {
		p.MaxConnIdleTime = forever
	}
	p.PingTimeout = c.AcquireTimeout
	p.ConnConfig.ConnectTimeout = c.ConnectTimeout
	c.observe(p)
	p.ConnConfig.DialFunc = newDialer().DialContext
	c.aim(p.ConnConfig)

	session := p.ConnConfig.RuntimeParams
	session["application_name"] = c.ApplicationName
	if c.Pooler == PoolerTransaction {
		p.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		for _, t := range c.serverTimeouts() {
			delete(session, t.name)
		}
		return p, nil
	}
	for _, t := range c.serverTimeouts() {
		session[t.name] = t.milliseconds()
	}
	if session[jit] == "" {
		session[jit] = "off"
	}
	return p, nil
}

// jit is PostgreSQL's compiler of expressions, on by default. It begins where the estimated cost of a statement is above
// 100,000, compiles for a millisecond and more each expression, and does so at every execution, a prepared statement's too:
// for an answer of some hundred fields that is seconds, and hundreds of MB in the server. What it saves are parts of long
// scans. With it a hundred operations of many shapes took six times as long (BenchmarkJIT in internal/library). Who wants
// it says jit=on in the connection string.
const jit = "jit"

const (
	// lifetimeJitter is the part of the lifetime that is added at random: a tenth spreads the reconnects of a pool
	// of ten over three minutes at the default, and leaves the bound recognisable.
	lifetimeJitter = 10
	// forever stands for "never" where pgxpool knows no such value.
	forever = 100 * 365 * 24 * time.Hour
)

// healthCheckPeriod is how often idle connections are looked at: often enough that the idle timeout means something,
// never in a busy loop, and at least each minute for the sake of MinConns.
func healthCheckPeriod(idle time.Duration) time.Duration {
	if idle == 0 {
		return time.Minute
	}
	return min(max(idle/2, time.Second), time.Minute)
}

// serverTimeout is a timeout that PostgreSQL enforces.
type serverTimeout struct {
	name  string
	value time.Duration
}

func (t serverTimeout) milliseconds() string { return fmt.Sprint(t.value.Milliseconds()) }

func (c Config) serverTimeouts() []serverTimeout {
	return []serverTimeout{
		{"statement_timeout", c.StatementTimeout},
		{"lock_timeout", c.LockTimeout},
		{"idle_in_transaction_session_timeout", c.IdleInTransactionTimeout},
	}
}

// String lists the settings, redacted, as NAME=value.
func (c Config) String() string {
	var b strings.Builder
	for i, s := range c.Settings() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s.Name + "=" + s.Value)
	}
	return b.String()
}

// GoString is String: %#v must not print the password either.
func (c Config) GoString() string { return c.String() }

// LogValue is the settings as a group, redacted.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range c.Settings() {
		attrs = append(attrs, slog.String(s.Name, s.Value))
	}
	return slog.GroupValue(attrs...)
}
