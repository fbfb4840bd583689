package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cambium/engine/database"
)

// Drift is where a database, the migrations and the schema differ.
type Drift struct {
	Status Status `json:"status"`
	// Live leads from the database to what the files that it has applied make of an empty one: it was changed by hand, or
	// by another program. Extensions that no file makes are left out: they are the server's.
	Live Plan `json:"live"`
	// Files leads from the files to the schema: a migration is missing.
	Files Plan `json:"files"`
}

// None reports whether all three agree, and nothing is pending.
func (d Drift) None() bool {
	return d.Live.Empty() && d.Files.Empty() && len(d.Status.Pending) == 0 && d.Status.conflict() == nil
}

// Check compares a database with the migrations, and those with the schema. The database is only read; the throw-away
// databases are made on the server of dev, which may be the same.
func Check(ctx context.Context, db, dev *database.DB, dir *Dir, want Schema) (drift Drift, err error) {
	live, err := openSession(ctx, db.SQL())
	if err != nil {
		return Drift{}, fmt.Errorf("check: %w", err)
	}
	mem, err := dir.load()
	if err != nil {
		return Drift{}, errors.Join(err, live.close(ctx))
	}
	drift.Status, err = live.status(ctx, mem)
	current := state{}
	if err == nil {
		current, err = live.current(ctx)
	}
	// A pool of one is enough: the connection goes back before the bench takes one.
	if err := errors.Join(err, live.close(ctx)); err != nil {
		return Drift{}, fmt.Errorf("check: %w", err)
	}
	if drift.Files, err = Changes(ctx, dev, dir, want); err != nil {
		return Drift{}, err
	}
	to := "none"
	if n := len(drift.Status.Applied); n > 0 {
		to = drift.Status.Applied[n-1].Version
	}
	err = atBench(ctx, dev, func(s *session) error {
		return s.replayedTo(ctx, dev.Config(), mem, to, func(tmp *sql.DB) (err error) {
			drift.Live, err = leads(ctx, tmp, current)
			return err
		})
	})
	return drift, err
}

// leads plans from a state that was read elsewhere to that of a database.
func leads(ctx context.Context, db *sql.DB, from state) (_ Plan, err error) {
	s, err := openSession(ctx, db)
	if err != nil {
		return Plan{}, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	to, err := s.current(ctx)
	if err != nil {
		return Plan{}, err
	}
	return s.plan(ctx, from, to.selfDeclared(), way{lenient: true})
}
