package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// ErrPoolExhausted says that every connection of the pool was in use for as long as the caller would wait.
	// Nothing was sent.
	ErrPoolExhausted = errors.New("database connection pool is exhausted")
	// ErrUnavailable says that no connection could be made in time. Nothing was sent.
	ErrUnavailable = errors.New("database is unavailable")
	// ErrClosed says that the DB was closed.
	ErrClosed = errors.New("database is closed")
	// ErrCommitUnknown says that the connection was lost while COMMIT was on its way, or that somebody cancelled its wait for the
	// synchronous standbys: the transaction may be in the database, and after a failover, or not. It is never retried; only the caller can find out which, by an idempotency key or by looking.
	ErrCommitUnknown = errors.New("the outcome of the commit is unknown")
	// ErrRolledBack says that a closure reported success, but its transaction was rolled back: a statement in it had
	// failed, or a part of it was rolled back, and the error was dropped. What is known of that error is wrapped.
	ErrRolledBack = errors.New("transaction was rolled back")
	// ErrTxDone says that the context of a transaction was used after the transaction had ended.
	ErrTxDone = errors.New("transaction has already ended")
	// ErrTxBusy says that a statement waited for the connection of its transaction longer than the acquire timeout,
	// because another one had it: a second goroutine's, or, for a statement inside the row function of a Query, its
	// own. A closure that returns while a statement of it still runs gets it too.
	ErrTxBusy = errors.New("transaction is busy with another statement")
	// ErrIsolation says that a transaction asked for a stronger isolation than that of the one it would join.
	ErrIsolation = errors.New("the outer transaction's isolation is too weak")

	// errConnLost is what is left to say of a statement on a transaction whose connection has died.
	errConnLost = errors.New("the connection of the transaction is lost")
)

// SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	codeTooLong              = "22001"
	codeOutOfRange           = "22003"
	codeNotNull              = "23502"
	codeForeignKey           = "23503"
	codeUnique               = "23505"
	codeCheck                = "23514"
	codeExclusion            = "23P01"
	codeInvalidAuthorization = "28000"
	codeInvalidPassword      = "28P01"
	codeNoDatabase           = "3D000"
	codeSerialization        = "40001"
	codeDeadlock             = "40P01"
	codePrivilege            = "42501"
	codeNotSupported         = "0A000"
	codeReadOnly             = "25006"
	codeTooManyConnections   = "53300"
	codeAdminShutdown        = "57P01"
	codeCrashShutdown        = "57P02"
	codeCannotConnectNow     = "57P03"
	classConnection          = "08"
	codeProtocolViolation    = "08P01"
)

// IsRetryable says that the transaction failed for a reason that running it again, as a whole, may cure: a
// serialization failure or a deadlock. WithTx does that by itself.
func IsRetryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == codeSerialization || pg.Code == codeDeadlock) &&
		!errors.Is(err, ErrCommitUnknown)
}

// IsUnavailable says that the database was out of reach or on its way down or up. Whether the statement ran is not
// said; ErrCommitUnknown, a cancelled context and a full pool are not among it.
func IsUnavailable(err error) bool {
	var (
		pg      *pgconn.PgError
		connect *pgconn.ConnectError
		network net.Error
		open    *OpenError
	)
	switch {
	case err == nil, errors.Is(err, ErrCommitUnknown), errors.Is(err, ErrPoolExhausted), errors.Is(err, context.Canceled):
		return false
	case errors.Is(err, ErrUnavailable), errors.Is(err, errConnLost):
		return true
	case errors.As(err, &open):
		return open.Reason == Unreachable
	case errors.As(err, &pg):
		return endsSession(pg)
	case errors.As(err, &connect):
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return false
	default:
		return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
			errors.Is(err, driver.ErrBadConn) || errors.Is(err, pgconn.ErrConnClosed)
	}
}

func isProtocolViolation(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == codeProtocolViolation
}

// endsSession says that an answer speaks of the server and is its last one. What a statement says in such words of another
// server, a foreign table's, is an error like any other. 08P01 is PgBouncer's one code for all that ends a session: its
// server is away, or does not let it in.
func endsSession(e *pgconn.PgError) bool {
	severity := e.SeverityUnlocalized
	if severity == "" { // PgBouncer says it once
		severity = e.Severity
	}
	return (severity == "FATAL" || severity == "PANIC") && (isUnavailableCode(e.Code) || e.Code == codeProtocolViolation)
}

// isUnavailableCode is of answers that speak of the server, not of the statement.
func isUnavailableCode(code string) bool {
	switch code {
	case codeAdminShutdown, codeCrashShutdown, codeCannotConnectNow, codeTooManyConnections:
		return true
	default:
		return strings.HasPrefix(code, classConnection) && code != codeProtocolViolation
	}
}
