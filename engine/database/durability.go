package database

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// Durability is what the server does so that a write which it acknowledged is still there after a fault, as its settings
// say to this connection: a role, or a database, may have others (ALTER ROLE ... SET).
type Durability struct {
	Fsync              string // fsync
	FullPageWrites     string // full_page_writes
	SynchronousCommit  string // synchronous_commit
	SynchronousStandby string // synchronous_standby_names; empty: none
}

// Durability reads the settings.
func (db *DB) Durability(ctx context.Context) (d Durability, err error) {
	err = db.Query(ctx, `SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
		current_setting('synchronous_standby_names')`, nil, func(row [][]byte) error {
		d = Durability{string(row[0]), string(row[1]), string(row[2]), string(row[3])}
		return nil
	})
	if err != nil {
		return Durability{}, fmt.Errorf("read what makes writes durable: %w", err)
	}
	return d, nil
}

// LogValue is the settings by their names.
func (d Durability) LogValue() slog.Value {
	return slog.GroupValue(slog.String("fsync", d.Fsync), slog.String("full_page_writes", d.FullPageWrites),
		slog.String("synchronous_commit", d.SynchronousCommit), slog.String("synchronous_standby_names", d.SynchronousStandby))
}

// DurabilityError says by what an acknowledged write could be lost, and what to set.
type DurabilityError struct{ Faults []string }

func (e *DurabilityError) Error() string {
	return "the database may lose writes that it acknowledged: " + strings.Join(e.Faults, "; ")
}

// Check returns a *DurabilityError unless an acknowledged write survives the crash of the server and of its machine, and a
// failover to a standby.
func (d Durability) Check() error {
	var faults []string
	const off = "off"
	if d.Fsync == off {
		faults = append(faults, "fsync is off: a crash of the machine loses what it had not written, or the whole cluster; set fsync=on")
	}
	if d.FullPageWrites == off {
		faults = append(faults, "full_page_writes is off: a crash of the machine leaves pages half written; set full_page_writes=on")
	}
	switch d.SynchronousCommit {
	case off:
		faults = append(faults, "synchronous_commit is off: a crash of the server loses the last writes; set synchronous_commit=on")
	case "local":
		faults = append(faults, "synchronous_commit is local: a failover loses what the standby had not received; set synchronous_commit=on")
	case "remote_write":
		faults = append(faults, "synchronous_commit is remote_write: a failover loses what the standby's machine had not written when it crashes too; "+
			"set synchronous_commit=on")
	}
	if d.SynchronousStandby == "" {
		faults = append(faults, "synchronous_standby_names is empty: a failover loses what no standby had received; name the standbys")
	}
	if len(faults) > 0 {
		return &DurabilityError{faults}
	}
	return nil
}
