package migration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"cambium/engine/database"
)

// PushOptions tunes [Push].
type PushOptions struct {
	// Confirm is shown the plan, unless it is empty, and says whether to apply it. nil applies nothing: Push only plans.
	// No lock is held meanwhile, so it may ask a person.
	Confirm func(context.Context, Plan) (bool, error)
	// AcceptDataLoss lets a plan with destructive statements get as far as Confirm.
	AcceptDataLoss bool
	// LockWait is how long to wait while another program migrates the database. 0 means [DefaultLockWait].
	LockWait time.Duration
	// LockTimeout is how long a statement may wait for a lock on a table. 0 means [DefaultLockTimeout].
	LockTimeout time.Duration
}

// Push brings the schema that db works in to the schema, without files and without a history: it is for development. It
// drops what the schema does not have, if that is accepted. The schema is tried in a throw-away database first, so the user
// needs the right to create databases. All statements run in one transaction.
//
// It returns the plan, also beside an error: [ErrDataLoss], [ErrDeclined], [ErrPlanChanged], [ErrLocked], or a statement's
// error, after each of which the database is as it was.
func Push(ctx context.Context, db *database.DB, want Schema, opts PushOptions) (_ Plan, err error) {
	if err := direct(ctx, db); err != nil {
		return Plan{}, err
	}
	s, err := openSession(ctx, db.SQL())
	if err != nil {
		return Plan{}, fmt.Errorf("push: %w", err)
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.limit(ctx, cmp.Or(opts.LockTimeout, DefaultLockTimeout)); err != nil {
		return Plan{}, fmt.Errorf("push: %w", err)
	}
	desired, err := s.desired(ctx, db.Config(), want)
	if err != nil {
		return Plan{}, fmt.Errorf("push: %w", err)
	}
	shown, err := s.planPush(ctx, desired, opts)
	if err != nil {
		return Plan{}, fmt.Errorf("push: %w", err)
	}
	if shown.Empty() {
		return shown, nil
	}
	if lost := shown.Destructive(); len(lost) > 0 && !opts.AcceptDataLoss && opts.Confirm != nil {
		return shown, &DataLossError{Statements: lost}
	}
	if opts.Confirm == nil {
		return shown, nil
	}
	switch yes, err := opts.Confirm(ctx, shown); {
	case err != nil:
		return shown, fmt.Errorf("push: confirm: %w", err)
	case !yes:
		return shown, ErrDeclined
	}
	return shown, s.applyPlan(ctx, desired, shown, opts)
}

// planPush plans under the lock, so that no half of someone else's migration is seen, and releases it.
func (s *session) planPush(ctx context.Context, desired state, opts PushOptions) (_ Plan, err error) {
	if err := s.lock(ctx, applyLock, cmp.Or(opts.LockWait, DefaultLockWait)); err != nil {
		return Plan{}, err
	}
	defer func() { err = errors.Join(err, s.unlock(context.WithoutCancel(ctx))) }()
	p, err := s.planTo(ctx, desired)
	if err != nil {
		return Plan{}, err
	}
	revs, err := s.revs.ReadRevisions(ctx)
	if err != nil {
		return Plan{}, err
	}
	p.Versioned = len(revs) > 0
	return p, nil
}

// planTo plans the way from the session's schema to the desired one. Where a view is in the way of a table, all views are
// made anew.
func (s *session) planTo(ctx context.Context, desired state) (p Plan, err error) {
	err = s.inTx(ctx, func() error {
		current, err := s.current(ctx)
		if err != nil {
			return err
		}
		if p, err = s.plan(ctx, current, desired, way{lenient: true}); err != nil {
			return err
		}
		if again, err := s.rebuilt(ctx, current, desired, p, way{lenient: true}); err == nil {
			p = again
		} // what else is wrong with it is said when it is applied
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		return Plan{}, err
	}
	return p, nil
}

func (s *session) applyPlan(ctx context.Context, desired state, shown Plan, opts PushOptions) error {
	if err := s.lock(ctx, applyLock, cmp.Or(opts.LockWait, DefaultLockWait)); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	now, err := s.planTo(ctx, desired)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	if !now.equal(shown) {
		return ErrPlanChanged
	}
	err = s.inTx(ctx, func() error {
		for _, st := range now.Statements {
			if _, err := s.target.ExecContext(ctx, st.SQL); err != nil {
				return fmt.Errorf("%s: %w", cmp.Or(st.Comment, st.SQL), err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("push: nothing was changed: %w", err)
	}
	return nil
}
