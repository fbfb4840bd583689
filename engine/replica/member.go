package replica

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"cambium/engine/database"
)

// member is one replica.
type member struct {
	config  database.Config
	name    string // database@host:port
	lookout *lookout
	db      atomic.Pointer[database.DB] // the pool of the readers; nil until the replica was reached once
	state   atomic.Pointer[State]
}

// State is a replica as it was seen last.
type State struct {
	Name       string        // database@host:port
	InRotation bool          // it may be asked
	Reason     string        // why not; empty in rotation
	Replayed   Position      // all before this is seen by its readers
	LagBytes   uint64        // behind the end of the primary's log
	Lag        time.Duration // for how long it has lacked something
}

func newMember(config database.Config) *member {
	m := &member{config: config, name: config.Address(), lookout: newLookout(config)}
	m.state.Store(&State{Name: m.name, Reason: "not reached yet"})
	return m
}

// has tells whether the replica may answer who has to see everything before p.
func (m *member) has(p Position) bool {
	state := m.state.Load()
	return state.InRotation && state.Replayed >= p
}

// observe looks at the replica, and takes it into the rotation or out of it.
func (m *member) observe(ctx context.Context, primary *primary, maxLag time.Duration, logger *slog.Logger) {
	seen, err := m.lookout.look(ctx)
	if err == nil && m.db.Load() == nil {
		err = m.open(ctx)
	}
	if ctx.Err() != nil {
		return
	}
	state := State{Name: m.name, Replayed: m.state.Load().Replayed}
	switch {
	case err != nil:
		state.Reason = "it does not answer"
		m.free()
	default:
		state.Replayed = seen.end
		primary.measure(&state)
		state.Reason = primary.objection(seen)
	}
	if state.Reason == "" && state.Lag > maxLag {
		state.Reason = fmt.Sprintf("it has lacked something for longer than %v", maxLag)
	}
	state.InRotation = state.Reason == ""
	m.become(ctx, &state, err, logger)
}

// free lets those who wait for the replica ask somebody else.
func (m *member) free() {
	if db := m.db.Load(); db != nil {
		db.Sever()
	}
}

// open makes the readers' pool.
func (m *member) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	db, err := database.Open(ctx, m.config, quiet)
	if err != nil {
		return err
	}
	m.db.Store(db)
	return nil
}

// become is the one place where a state changes; where the rotation does, it says so.
func (m *member) become(ctx context.Context, state *State, cause error, logger *slog.Logger) {
	before := m.state.Swap(state)
	switch {
	case before.InRotation == state.InRotation && before.Reason == state.Reason:
	case state.InRotation:
		logger.InfoContext(ctx, "replica is in rotation", "address", m.name, "lag", state.Lag)
	default:
		attrs := []any{"address", m.name, "reason", state.Reason, "lag", state.Lag}
		if cause != nil {
			attrs = append(attrs, "cause", database.Brief(cause))
		}
		logger.WarnContext(ctx, "replica is out of rotation", attrs...)
	}
}

// suspend takes a replica that failed a reader out of the rotation until the next look.
func (m *member) suspend(ctx context.Context, cause error, logger *slog.Logger) {
	state := *m.state.Load()
	state.InRotation, state.Reason = false, "it failed a reader"
	m.become(ctx, &state, cause, logger)
}

func (m *member) close() error {
	err := m.lookout.close()
	if db := m.db.Load(); db != nil {
		err = errors.Join(err, db.Close())
	}
	return err
}
