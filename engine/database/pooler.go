package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// poolerProbes is how often two connections are compared: behind a pooler in transaction mode that has traffic the first
// one may meet a server connection of its own by chance, sixteen in a row do not.
const poolerProbes = 16

// TransactionPooled finds out whether something between this pool and PostgreSQL gives each transaction another server
// connection, whatever the configuration says. On a direct connection the process that it was told of when it was made is
// the one that answers, which Open has seen. Behind a pooler it is not, and then the processes that answer on two connections
// are compared: in session mode each keeps its own.
func (db *DB) TransactionPooled(ctx context.Context) (_ bool, err error) {
	held, err := db.pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("look for a pooler: %w", err)
	}
	defer held.Release()
	first := held.Conn()
	if db.direct {
		return false, nil
	}
	told, err := backend(ctx, first)
	if err != nil {
		return false, err
	}
	second, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		return false, fmt.Errorf("look for a pooler: %w", err)
	}
	defer func() { err = errors.Join(err, second.Close(context.WithoutCancel(ctx))) }()
	for range poolerProbes {
		other, err := backend(ctx, second)
		if err != nil {
			return false, err
		}
		now, err := backend(ctx, first)
		if err != nil {
			return false, err
		}
		if other == told || now != told {
			return true, nil
		}
	}
	return false, nil
}

// backend is the process that answers on a connection. The simple protocol needs no prepared statement, which such a
// pooler may not know; it is nobody's statement, so no observer is told.
func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	results, err := conn.PgConn().Exec(ctx, "SELECT pg_backend_pid()").ReadAll()
	if err != nil {
		return 0, fmt.Errorf("look for a pooler: %w", err)
	}
	_, err = fmt.Sscan(string(results[0].Rows[0][0]), &pid)
	return pid, err
}
