package write

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"

	"cambium/engine/database"
)

// run writes the rows: level by level, what makes room first, all that are alike at once.
func (p *plan) run(ctx context.Context, db dialect.Driver) error {
	type kind struct {
		level  int
		action action
		entity *entity
		edge   *edge
	}
	type group struct {
		kind
		ops []*op
	}
	groups := make(map[kind]*group)
	var order []*group
	var g *group
	for _, o := range p.ops {
		if o.idle || !o.when.holds() {
			continue
		}
		if k := (kind{o.levelOf(), o.does(), o.entity, o.edge}); g == nil || g.kind != k {
			if g = groups[k]; g == nil {
				g = &group{kind: k}
				groups[k] = g
				order = append(order, g)
			}
		}
		g.ops = append(g.ops, o)
	}
	slices.SortStableFunc(order, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.action, b.action))
	})
	for _, g := range order {
		var err error
		switch g.action {
		case actLink:
			err = link(ctx, db, g.edge, g.ops)
		case actUnlink:
			err = unlink(ctx, db, g.edge, g.ops)
		default:
			err = p.runGroup(ctx, db, g.entity, g.action, g.ops)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// runGroup writes rows of one entity.
func (p *plan) runGroup(ctx context.Context, db dialect.Driver, e *entity, a action, ops []*op) error {
	if a != actCreate {
		seen := make(map[any]bool, len(ops))
		for _, o := range ops {
			if seen[o.target.row] {
				return Faults{{Code: BadUserInput, Message: "names a row that is given twice", Field: o.path.path()}}
			}
			seen[o.target.row] = true
		}
	}
	b := &batch{db: db, entity: e, store: stores[a], answer: p.answer}
	if e.Alike != nil && a != actRemove && e.Alike(ctx, operations[a]) {
		return b.runAlike(ctx, a, ops)
	}
	for _, o := range ops {
		m, err := o.member()
		if err != nil {
			return fmt.Errorf("write %s: %w", e.Name, err)
		}
		b.members = append(b.members, m)
	}
	if err := b.run(ctx); err != nil {
		return raced(ops, err)
	}
	if a != actCreate {
		return nil
	}
	for i, o := range ops {
		o.target.row = b.members[i].key
	}
	return nil
}

// stores are what each action does with the rows that are left when the hooks have run.
var stores = map[action]func(context.Context, *batch, []*member) error{
	actRemove: remove,
	actDetach: update,
	actUpdate: update,
	actCreate: insert,
}

// operations are what ent calls the actions for one row.
var operations = map[action]ent.Op{actCreate: ent.OpCreate, actUpdate: ent.OpUpdateOne, actDetach: ent.OpUpdateOne, actRemove: ent.OpDeleteOne}

// raced marks that another transaction was faster: a row that was to be created because it was not there is there now, or one
// that was to be changed because it was there is gone.
func raced(ops []*op, err error) error {
	if !slices.ContainsFunc(ops, func(o *op) bool { return o.when != nil || o.upserts() }) {
		return presentable(err)
	}
	var faults Faults
	errors.As(err, &faults)
	v, violated := database.AsViolation(err)
	if violated && v.Kind == database.Unique || slices.ContainsFunc(faults, func(f *Error) bool { return f.Code == NotFound }) {
		return errors.Join(ErrRaced, presentable(err))
	}
	return presentable(err)
}

// member begins the mutation of the op's row.
func (o *op) member() (*member, error) {
	m := &member{path: o.path, named: o.named, version: o.version, key: o.target.row}
	if m.named == nil {
		m.named = m.path
	}
	does := o.does()
	switch does {
	case actCreate:
		m.create = o.entity.Create()
		m.mutation, m.hooks = m.create.Mutation, m.create.Hooks
	case actRemove:
		m.change = o.entity.Delete(m.key)
		m.mutation, m.hooks = m.change.Mutation, m.change.Hooks
	default:
		m.change = o.entity.Update(m.key)
		m.mutation, m.hooks = m.change.Mutation, m.change.Hooks
	}
	m.final = m.mutation
	for _, v := range o.values {
		if does == actUpdate && o.upserts() && v.field.Immutable {
			continue // only who creates the row gives it
		}
		if err := m.assign(o, v); err != nil {
			return nil, err
		}
	}
	for _, a := range o.parent {
		if a.when.holds() {
			if err := m.attach(a); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func (m *member) assign(o *op, v assigned) error {
	switch {
	case m.create != nil && v.field.Column == o.entity.Key.Column:
		m.create.SetKey(v.value)
		return nil
	case v.value != nil:
		return m.mutation.SetField(v.field.Column, v.value)
	case m.create == nil:
		return m.mutation.ClearField(v.field.Column)
	}
	return nil // null is what a new row has
}

func (m *member) attach(a attached) error {
	switch {
	case a.edge == nil:
		if m.more == nil {
			m.more = make(map[string]any)
		}
		m.more[a.more] = nil
		if a.to != nil {
			m.more[a.more] = a.to.row
		}
		return nil
	case a.to == nil:
		return m.mutation.ClearEdge(a.edge.Field)
	}
	a.edge.Set(m.mutation, a.to.row)
	return nil
}
