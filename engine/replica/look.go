package replica

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"cambium/engine/database"
)

const (
	// lookEvery is how often each server is looked at: it is how long a reader who has just written stays with the
	// primary at least, and how long one that died may be asked in vain. A look is a statement of some 100 us.
	lookEvery = 100 * time.Millisecond
	// lookTimeout is how long a server may take to answer a look, or to be connected to: one that needs a second for a
	// function without a table is of no use to readers.
	lookTimeout = time.Second
)

// lookout looks at one server, over a connection of its own: that the pool is busy is no reason to call a server dead.
type lookout struct {
	config database.Config
	db     *database.DB // nil until the server is reached, and after it failed
}

func newLookout(config database.Config) *lookout {
	config.MaxConns, config.MinConns, config.StartupTimeout, config.OutageTimeout = 1, 0, 0, 0
	config.AcquireTimeout, config.ConnectTimeout = lookTimeout, lookTimeout
	config.ApplicationName += " lookout"
	config.Observer = nil // of ten statements a second that nobody asked for
	return &lookout{config: config}
}

// sight is what a look tells.
type sight struct {
	cluster  uint64 // the system identifier
	timeline uint32
	standby  bool
	end      Position // of the log: flushed on a primary, replayed on a standby
}

// lookSQL: a standby without the right to read the receiver's timeline, or without a receiver, tells that of its last
// restart point, which is older for some minutes after a failover.
const lookSQL = `
SELECT s.system_identifier, pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END,
       CASE WHEN pg_is_in_recovery() THEN greatest(c.timeline_id, (SELECT received_tli FROM pg_stat_wal_receiver))
            ELSE ('x' || left(pg_walfile_name(CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn() END), 8))::bit(32)::int END
FROM pg_control_system() s, pg_control_checkpoint() c`

// look asks the server. After an error the next look connects anew: a name may lead to another server by then.
func (l *lookout) look(ctx context.Context) (seen sight, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	if l.db == nil {
		if l.db, err = database.Open(ctx, l.config, quiet); err != nil {
			return sight{}, err
		}
	}
	err = l.db.Query(ctx, lookSQL, nil, func(values [][]byte) error {
		if len(values[0]) != 8 || len(values[1]) != 1 || len(values[3]) != 4 {
			return errors.New("the server does not tell its place in the log")
		}
		seen = sight{
			cluster: binary.BigEndian.Uint64(values[0]), standby: values[1][0] != 0,
			end: decodePosition(values[2]), timeline: binary.BigEndian.Uint32(values[3]),
		}
		return nil
	})
	if err != nil {
		return sight{}, fmt.Errorf("look at %s: %w", l.db.Address(), errors.Join(err, l.close()))
	}
	return seen, nil
}

// close lets go of the connection.
func (l *lookout) close() error {
	if l.db == nil {
		return nil
	}
	db := l.db
	l.db = nil
	return db.Close()
}

// quiet is for connections of which nobody wants to read each time.
var quiet = slog.New(slog.DiscardHandler)
