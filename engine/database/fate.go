package database

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// fate is what is known of a statement, or of a transaction before its COMMIT, that failed.
type fate int

const (
	// settled: the server has refused it, or the caller has gone. Another try would end like this one.
	settled fate = iota
	// undone: nothing has happened, and what was in the way is not in another connection's.
	undone
	// unknown: the connection was lost on the way. It has happened, or it has not.
	unknown
)

// maxLosses bounds how often one call is run again after a failure of its connection. A restart costs one, as the pool is
// emptied by it; a second may follow soon. A statement that brings the server down, each time, must not do so for ever.
const maxLosses = 2

// judge finds the fate of what failed on a connection, outside of a transaction or before its COMMIT, and empties the
// pool of the connections that would fail alike. It decides by types and SQLSTATEs. pgconn.SafeToRetry is not asked: what it
// says of "conn closed" is wrong where that is the second error of a statement whose connection was lost on the way.
func (db *DB) judge(ctx context.Context, conn *pgx.Conn, err error) fate {
	if ctx.Err() != nil {
		return settled
	}
	f := unknown
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		f = db.fateOfAnswer(pg)
	} else if !IsUnavailable(err) && !conn.IsClosed() || isOver(err) {
		f = settled
	}
	if f != settled {
		db.abandon(ctx, conn)
	}
	return f
}

// isOver says that a context within the caller's has ended.
func isOver(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// judgeAlone is judge for a statement outside of a transaction, before which so many bytes had been sent.
func (db *DB) judgeAlone(ctx context.Context, conn *pgx.Conn, sent uint64, err error) fate {
	w := wireOf(conn)
	f := db.judge(ctx, conn, err)
	if f == unknown && w.sent.Load() == sent {
		return undone
	}
	return f
}

// fateOfAnswer is that of a statement which was answered with an error instead of its end.
func (db *DB) fateOfAnswer(e *pgconn.PgError) fate {
	switch {
	case e.Code == codeReadOnly: // the primary of yesterday
		return undone
	case e.Code == codeNotSupported && e.Routine == stalePlan:
		return undone
	case !endsSession(e): // whatever its code: a foreign server's, a function's
		return settled
	case e.Code == codeAdminShutdown, e.Code == codeCannotConnectNow, e.Code == codeTooManyConnections:
		if db.direct {
			return undone
		}
		return unknown // a pooler may say so while its server is at work
	default:
		return unknown
	}
}

// stalePlan is the function in which PostgreSQL refuses a prepared statement whose result has another type than when it was
// prepared. There is no SQLSTATE for that alone.
const stalePlan = "RevalidateCachedQuery"

// abandon closes a connection and, with it, all others of its age: what a restart, a failover or a change of types does to
// one it does to all.
func (db *DB) abandon(ctx context.Context, conn *pgx.Conn) {
	if !conn.IsClosed() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
		defer cancel()
		_ = conn.Close(ctx) // for good, whatever it says
	}
	db.gate.outdate(conn)
}

// again says whether a statement outside of a transaction, that has shown no row yet, is to be run again.
func (f fate) again(sql string, losses int) bool {
	return losses <= maxLosses && (f == undone || f == unknown && isRead(sql))
}

// told is the error of a statement that is not run again. Outside of a transaction a statement commits by itself.
func (f fate) told(sql string, err error) error {
	if f == unknown && !isRead(sql) {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	return err
}

// space is what may stand between the words of a statement.
const space = " \t\r\n"

// isRead says that a statement only reads, as far as its first word tells: a SELECT. What a function that it calls changes
// may be changed twice; call those with Exec in a transaction.
func isRead(sql string) bool {
	const read = "SELECT"
	sql = strings.TrimLeft(sql, space+"(")
	return len(sql) >= len(read) && strings.EqualFold(sql[:len(read)], read)
}
