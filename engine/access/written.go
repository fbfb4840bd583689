package access

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/privacy"
)

// Written is what the generator makes of the mutations of entities whose [Policy] has conditions for them.
type Written interface {
	ent.Mutation

	// Keys returns the keys of the rows that an update is about to change, as a slice.
	Keys(ctx context.Context) (any, error)
	// KeyOf returns the key of a row that was created, as a slice of one.
	KeyOf(row ent.Value) any
	// Outside counts the rows of the keys for which a condition does not hold.
	Outside(ctx context.Context, keys any, condition func(*sql.Selector)) (int, error)
	// Within runs fn in a transaction.
	Within(ctx context.Context, fn func(ctx context.Context) error) error
}

// Hooks implements [ent.Mixin]: a row that was created or changed has to be one that the viewer may have, or the whole
// transaction comes to nothing. Without it a viewer could give rows away, or make them in another's name.
func (p Policy) Hooks() []ent.Hook {
	if !p.Mutation.declared().Rows {
		return nil
	}
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v := From(ctx)
			all, rows := p.Mutation.decide(v, m.Op())
			_, decided := privacy.DecisionFromContext(ctx)
			if all || decided || !m.Op().Is(ent.OpCreate|ent.OpUpdate|ent.OpUpdateOne) {
				return next.Mutate(ctx, m)
			}
			w, ok := m.(Written)
			if !ok {
				return nil, privacy.Denyf("%T cannot be looked at when it is done: run go generate", m)
			}
			return written(ctx, w, next, condition(v, rows))
		})
	}}
}

func written(ctx context.Context, m Written, next ent.Mutator, condition func(*sql.Selector)) (value ent.Value, err error) {
	err = m.Within(ctx, func(ctx context.Context) error {
		unruled := privacy.DecisionContext(ctx, privacy.Allow)
		create := m.Op().Is(ent.OpCreate)
		var keys any
		if !create {
			if keys, err = m.Keys(unruled); err != nil {
				return err
			}
		}
		if value, err = next.Mutate(ctx, m); err != nil {
			return err
		}
		if create {
			keys = m.KeyOf(value)
		}
		outside, err := m.Outside(unruled, keys, condition)
		if err == nil && outside > 0 {
			err = privacy.Denyf("the row would not be the viewer's")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}
