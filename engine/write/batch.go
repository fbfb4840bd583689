package write

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// member is one row of a batch: a mutation, and the hooks around it.
type member struct {
	mutation ent.Mutation
	hooks    []ent.Hook
	path     *place // of its input, for faults
	named    *place // of what names the row
	key      any    // of the row, in Go; known of what is changed, and of what was created

	create *Create
	change *Change
	// more are foreign keys that no edge of the entity stands for, by columns.
	more map[string]any
	// version is what the row's must be; nil for any.
	version any

	final       ent.Mutation // what the hooks made of the mutation
	assignments []assignment // of it, where it is an update
	cells       []cell       // of it, where it is a creation
	value       ent.Value    // what hooks are told
	spec        *sqlgraph.CreateSpec
	demand      *sql.Predicate // of an update or a deletion, beside the key
	handled     bool           // a hook did the work, and nothing is left to do
}

// batch is a set of rows of one entity with which the same is done. The hooks of all rows are run around one statement,
// or a few: each hook goes on when the rows are stored, as it does in ent's own bulk builders.
type batch struct {
	db      dialect.Driver
	entity  *entity
	members []*member
	store   func(ctx context.Context, b *batch, members []*member) error
	answer  *returning // that is collected; nil for none
}

func (b *batch) run(ctx context.Context) error {
	for _, m := range b.members {
		defaults := noDefaults
		if m.create != nil && m.create.Defaults != nil {
			defaults = m.create.Defaults
		}
		if m.change != nil && m.change.Defaults != nil {
			defaults = m.change.Defaults
		}
		if err := defaults(); err != nil {
			return fmt.Errorf("set defaults of %s: %w", b.entity.Name, err)
		}
	}
	return b.within(ctx, 0)
}

func noDefaults() error { return nil }

// within runs the hooks of the i-th row around those of the rest, and around the statement in the middle of them all.
func (b *batch) within(ctx context.Context, i int) error {
	if i == len(b.members) {
		var left []*member
		for _, m := range b.members {
			if !m.handled {
				left = append(left, m)
			}
		}
		if len(left) == 0 {
			return nil
		}
		return b.store(ctx, b, left)
	}
	m := b.members[i]
	reached := false
	var mutator ent.Mutator = ent.MutateFunc(func(inner context.Context, final ent.Mutation) (ent.Value, error) {
		reached = true
		m.final = final
		if err := m.prepare(); err != nil {
			return nil, b.located(m, err)
		}
		if err := b.within(ctx, i+1); err != nil {
			return nil, err
		}
		return m.value, nil
	})
	for _, hook := range slices.Backward(m.hooks) {
		mutator = hook(mutator)
	}
	value, err := mutator.Mutate(ctx, m.mutation)
	if err != nil {
		return b.located(m, err)
	}
	if !reached { // a soft deletion, say: the hook has done something else
		m.handled, m.value = true, value
		return b.within(ctx, i+1)
	}
	return nil
}

// prepare has ent check what the hooks left of the mutation.
func (m *member) prepare() (err error) {
	if m.create != nil {
		m.value, m.spec, err = m.create.Spec(m.final)
		return err
	}
	m.demand, err = m.change.Check(m.final)
	return err
}

// located gives an error of a row the path of its input. What has one keeps it.
func (b *batch) located(m *member, err error) error {
	var placed *placedError
	var faults Faults
	if errors.As(err, &placed) || errors.As(err, &faults) {
		return err
	}
	return &placedError{err, b.entity, m.path}
}

// placedError is an error that the mutation of a row ended with.
type placedError struct {
	error

	entity *entity
	path   *place
}

func (e *placedError) Unwrap() error { return e.error }
