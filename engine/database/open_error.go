package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Reason is why a database could not be opened.
type Reason string

const (
	// UnknownHost: the name does not resolve.
	UnknownHost Reason = "unknown host"
	// AccessDenied: wrong password, unknown role, no pg_hba.conf entry, no CONNECT privilege.
	AccessDenied Reason = "access denied"
	// NoDatabase: the server has no database of that name.
	NoDatabase Reason = "no such database"
	// Refused: the server, or a pooler before it, answered with another error, or the two sides do not agree on TLS.
	Refused Reason = "refused"
	// Unreachable: nothing answered within the startup timeout.
	Unreachable Reason = "unreachable"
)

// OpenError says why Open failed: one line that ends with what to do next, without a password.
type OpenError struct {
	Reason  Reason
	Address string // database@host:port
	Err     error  // pgx's error

	message string
}

func (e *OpenError) Error() string { return e.message }

func (e *OpenError) Unwrap() error { return e.Err }

func newOpenError(reason Reason, cfg *pgx.ConnConfig, err error) *OpenError {
	return &OpenError{Reason: reason, Address: address(cfg), Err: err, message: openMessage(reason, cfg, err)}
}

func openMessage(reason Reason, cfg *pgx.ConnConfig, err error) string {
	cause := Brief(err)
	switch reason {
	case UnknownHost:
		return fmt.Sprintf("database host %q is unknown: correct the host in DATABASE_URL", cfg.Host)
	case AccessDenied:
		return fmt.Sprintf("database %s denies access to user %q (%s): correct the user and password in DATABASE_URL, "+
			"or let the user in", address(cfg), cfg.User, cause)
	case NoDatabase:
		return fmt.Sprintf("database %q does not exist on %s: create it (createdb -h %s -p %d %s) or correct DATABASE_URL",
			cfg.Database, hosts(cfg), cfg.Host, cfg.Port, cfg.Database)
	case Unreachable:
		return fmt.Sprintf("database %s does not answer (%s): start it, or correct DATABASE_URL", address(cfg), cause)
	case Refused:
		next := "correct DATABASE_URL; if sslmode is the matter, choose the one that the server offers"
		if _, answered := errors.AsType[*pgconn.PgError](err); answered {
			next = "see the server's log; behind PgBouncer in transaction mode set DATABASE_POOLER=transaction"
		}
		return fmt.Sprintf("database %s refuses the connection (%s): %s", address(cfg), cause, next)
	}
	return fmt.Sprintf("database %s cannot be opened (%s)", address(cfg), cause)
}

// diagnose says why connecting failed, and whether trying again is of no use. It looks at SQLSTATEs and types only.
func diagnose(err error) (reason Reason, permanent bool) {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case isUnavailableCode(pg.Code):
			return Unreachable, false
		case pg.Code == codeInvalidPassword, pg.Code == codeInvalidAuthorization, pg.Code == codePrivilege:
			return AccessDenied, true
		case pg.Code == codeNoDatabase:
			return NoDatabase, true
		default:
			return Refused, true
		}
	}
	// With several hosts one may be unknown and another one just down: then waiting may help.
	if mayPass(err) {
		return Unreachable, false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return UnknownHost, dns.IsNotFound
	}
	return Refused, true
}

// mayPass says that the network failed in a way that a starting server, or a restarting network, explains.
func mayPass(err error) bool {
	var (
		op      *net.OpError
		standby *pgconn.NotPreferredError
	)
	return errors.As(err, &op) || errors.As(err, &standby) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, pgconn.ErrReadOnlyConnection) || errors.Is(err, pgconn.ErrStandbyConnection)
}

// Brief is the cause of an error of this package in a few words, on one line and without an address: pgx's own text lists
// every address that was tried, on a line each.
func Brief(err error) string {
	var (
		pg    *pgconn.PgError
		errno syscall.Errno
		dns   *net.DNSError
	)
	switch {
	case errors.As(err, &pg):
		return oneLine(pg.Message) + ", SQLSTATE " + pg.Code
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &dns):
		return dns.Err
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	default:
		return oneLine(innermost(err).Error())
	}
}

// innermost follows the chain, and the first branch where it forks.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			next = joined.Unwrap()[0]
		}
		if next == nil {
			return err
		}
		err = next
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
