package database

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Redaction is by permission, not by prohibition: the URL is parsed, and what is printed is put together again from the
// parts that are known to be harmless. What does not parse is not printed at all.

// malformedURL stands for a connection string that cannot be read, and so cannot be redacted.
const malformedURL = "(malformed)"

// shownParams are the query parameters that are printed as they are.
var shownParams = []string{"sslmode", "target_session_attrs"}

// redactURL is a connection string without its secrets: postgres://user:***@host:port/database, the same for the
// keyword form. It is for people; it need not parse again.
func redactURL(connString string) string {
	if connString == "" {
		return ""
	}
	cfg, err := parseURL(connString)
	if err != nil {
		return malformedURL
	}
	user := url.PathEscape(cfg.User)
	if cfg.Password != "" {
		user += ":***"
	}
	text := "postgres://" + user + "@" + hosts(cfg) + "/" + url.PathEscape(cfg.Database)
	if shown := shown(connString); len(shown) > 0 {
		text += "?" + shown.Encode()
	}
	return text
}

var errAmbiguousURL = errors.New("ambiguous connection URL")

// parseURL is pgx's parser, less the URLs in which a part of an unencoded password would be read as the host or as the
// database, and printed as such: those with an @ where none can be.
func parseURL(connString string) (*pgx.ConnConfig, error) {
	if _, rest, isURL := strings.Cut(connString, "://"); isURL {
		if end := strings.IndexAny(rest, "@/"); end >= 0 && rest[end] == '@' {
			rest, _, _ = strings.Cut(rest[end+1:], "?")
		}
		if strings.Contains(rest, "@") {
			return nil, errAmbiguousURL
		}
	}
	return pgx.ParseConfig(connString)
}

// shown picks the printable query parameters of a connection URL; the keyword form shows none.
func shown(connString string) url.Values {
	values := url.Values{}
	u, err := url.Parse(connString)
	if err != nil || u.Scheme == "" {
		return values
	}
	for _, name := range shownParams {
		if v := u.Query().Get(name); v != "" {
			values.Set(name, v)
		}
	}
	return values
}

// Address is "database@host:port" of the URL, fit for logs, with every host where there are several; empty where there
// is no telling.
func (c Config) Address() string {
	cfg, err := parseURL(c.URL)
	if err != nil {
		return ""
	}
	return address(cfg)
}

func address(cfg *pgx.ConnConfig) string { return cfg.Database + "@" + hosts(cfg) }

func hosts(cfg *pgx.ConnConfig) string {
	list := []string{hostPort(cfg.Host, cfg.Port)}
	for _, f := range cfg.Fallbacks {
		// sslmode=prefer tries each host twice, with and without TLS.
		if h := hostPort(f.Host, f.Port); list[len(list)-1] != h {
			list = append(list, h)
		}
	}
	return strings.Join(list, ",")
}

func hostPort(host string, port uint16) string {
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// urlFault says what is wrong with a connection string that pgx refuses, in one line and without a word of the string:
// where a URL is broken nobody can tell which part of it is the password.
func urlFault(connString string) error {
	scheme, _, isURL := strings.Cut(connString, "://")
	switch {
	case isURL && scheme != "postgres" && scheme != "postgresql":
		return errors.New("DATABASE_URL is malformed: it must start with postgres://")
	case !isURL && !strings.Contains(connString, "="):
		return errors.New("DATABASE_URL is malformed: want postgres://user:password@host:5432/database")
	case isURL && !parses(connString):
		return errors.New("DATABASE_URL is malformed: want postgres://user:password@host:5432/database; " +
			"in the user and the password, write @ : / ? # % and spaces percent-encoded (%40 for @)")
	default:
		return errors.New("DATABASE_URL is malformed: check its port, sslmode and other parameters, " +
			"and that the files they name exist")
	}
}

// parses says that a URL is at least well-formed, so that the fault is in what it says.
func parses(connString string) bool {
	_, err := url.Parse(connString)
	_, ambiguous := parseURL(connString)
	return err == nil && !errors.Is(ambiguous, errAmbiguousURL)
}
