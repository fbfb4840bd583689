package database

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// A commit waits for its synchronous standbys. Where somebody cancels that wait (pg_cancel_backend; not the statement timeout,
// which does not hold for it), PostgreSQL answers that it has committed, and warns that no standby may have it: a failover
// would lose what was acknowledged.

// standbyWait is the function of PostgreSQL that warns. There is no SQLSTATE for that alone.
const standbyWait = "SyncRepWaitForLSN"

var errUnreplicated = errors.New("the wait for its synchronous standbys was cancelled")

// heed remembers the warning until somebody asks how the statement ended.
func heed(conn *pgconn.PgConn, notice *pgconn.Notice) {
	if notice.Routine != standbyWait {
		return
	}
	if w := wireUnder(conn.Conn()); w != nil {
		w.unreplicated.Store(true)
	}
}

// replicated is the end of a statement that succeeded: ErrCommitUnknown where it committed without its standbys.
func (w *wire) replicated() error {
	if w == nil || !w.unreplicated.Load() {
		return nil
	}
	w.unreplicated.Store(false)
	return fmt.Errorf("%w: %w", ErrCommitUnknown, errUnreplicated)
}
