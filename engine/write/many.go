package write

import (
	"context"
	"fmt"
	"sync"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
)

// Descriptions keeps what the entities of a client are described by, from when each is first needed. The zero one is empty.
type Descriptions struct{ entities sync.Map }

// Described is an entity that was described.
type Described struct{ entity *entity }

// Of returns the description of an entity.
func (d *Descriptions) Of(name string, describe func() *Entity) Described {
	e, known := d.entities.Load(name)
	if !known {
		e, _ = d.entities.LoadOrStore(name, newEntity(describe()))
	}
	return Described{e.(*entity)}
}

// CreateAll stores rows that builders of ent describe, and returns them in their order. The generated methods of the
// client, named for the entity, call it. Its errors are [Faults] where a row is at fault, whose paths begin with the number
// of the row; PostgreSQL's answer is in their chain.
func CreateAll[N any](ctx context.Context, db dialect.Driver, of Described, creates []*Create) ([]N, error) {
	e := of.entity
	members := make([]*member, len(creates))
	for i, c := range creates {
		members[i] = &member{create: c, mutation: c.Mutation, hooks: c.Hooks, path: builder(i)}
	}
	if err := storeAll(ctx, db, e, members, insert); err != nil {
		return nil, err
	}
	return valuesOf[N](members)
}

// UpdateAll changes rows as builders of ent describe, and returns them in their order.
func UpdateAll[N any](ctx context.Context, db dialect.Driver, of Described, changes []*Change) ([]N, error) {
	e := of.entity
	members := make([]*member, len(changes))
	for i, c := range changes {
		members[i] = changeOf(c, i)
	}
	if err := storeAll(ctx, db, e, members, update); err != nil {
		return nil, err
	}
	return valuesOf[N](members)
}

func changeOf(c *Change, i int) *member {
	path := builder(i)
	return &member{change: c, mutation: c.Mutation, hooks: c.Hooks, key: c.Key, path: path, named: path}
}

// UpsertAll stores rows that builders of ent describe: those that have a unique key of the name are changed, the others
// created. It returns them in their order, and which were created.
func UpsertAll[N any](ctx context.Context, db dialect.Driver, of Described, key string, creates []*Create) ([]N, []bool, error) {
	e := of.entity
	unique := e.unique[key]
	if unique == nil {
		return nil, nil, fmt.Errorf("write: %s has no unique key %q", e.Name, key)
	}
	p := &plan{}
	for i, c := range creates {
		r := ref{entity: e, path: builder(i), unique: unique, optional: true}
		for _, column := range unique.Columns {
			v, ok := e.valueOf(c.Mutation, column.Column)
			if !ok {
				return nil, nil, Faults{{Code: BadUserInput, Message: "is required", Field: builder(i).member(column.Name).path()}}
			}
			r.values = append(r.values, v)
		}
		p.refer(r)
	}
	if p.once(); len(p.faults) > 0 {
		return nil, nil, p.faults
	}
	if err := p.resolve(ctx, db); err != nil {
		return nil, nil, err
	}
	members, created := make([]*member, len(creates)), make([]bool, len(creates))
	var made, changed []*member
	for i, c := range creates {
		if p.refs[i].row == nil {
			members[i] = &member{create: c, mutation: c.Mutation, hooks: c.Hooks, path: builder(i)}
			made, created[i] = append(made, members[i]), true
			continue
		}
		change, err := e.changeLike(c.Mutation, p.refs[i].row)
		if err != nil {
			return nil, nil, err
		}
		members[i] = changeOf(change, i)
		changed = append(changed, members[i])
	}
	err := storeAll(ctx, db, e, changed, update)
	if err == nil {
		err = storeAll(ctx, db, e, made, insert)
	}
	if err != nil {
		return nil, nil, err
	}
	rows, err := valuesOf[N](members)
	return rows, created, err
}

// valueOf returns what a mutation gives a column.
func (e *entity) valueOf(m ent.Mutation, column string) (any, bool) {
	if v, ok := m.Field(column); ok {
		return v, true
	}
	if d := e.ownEdge(column); d != nil {
		if ids := m.AddedIDs(d.Field); len(ids) == 1 {
			return ids[0], true
		}
	}
	return nil, false
}

// changeLike begins the update of a row to what the creation of one says.
func (e *entity) changeLike(create ent.Mutation, key any) (*Change, error) {
	c := e.Update(key)
	for _, column := range create.Fields() {
		v, _ := create.Field(column)
		if known := e.columns[column]; known == nil || known.Fixed {
			continue
		}
		if err := c.Mutation.SetField(column, v); err != nil {
			return nil, fmt.Errorf("write %s: %w", e.Name, err)
		}
	}
	for _, d := range e.byField {
		if ids := create.AddedIDs(d.Field); d.Own && !d.Immutable && len(ids) == 1 {
			d.Set(c.Mutation, ids[0])
		}
	}
	return c, nil
}

// storeAll writes rows, so many at once as one statement takes: hooks nest no deeper.
func storeAll(ctx context.Context, db dialect.Driver, e *entity, members []*member, store func(context.Context, *batch, []*member) error) error {
	for from := 0; from < len(members); from += maxRows {
		b := &batch{db: db, entity: e, members: members[from:min(from+maxRows, len(members))], store: store}
		if err := b.run(ctx); err != nil {
			return presentable(err)
		}
	}
	return nil
}

func valuesOf[N any](members []*member) ([]N, error) {
	rows := make([]N, len(members))
	for i, m := range members {
		row, ok := m.value.(N)
		if !ok {
			return nil, fmt.Errorf("write: a hook returned a %T for a row", m.value)
		}
		rows[i] = row
	}
	return rows, nil
}
