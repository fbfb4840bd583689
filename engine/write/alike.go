package write

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
)

// Rows of an entity whose hooks do not depend on the row ([Entity.Alike]) need no mutation each. One stands for all that give
// the same fields: defaults, hooks, policy and checks are run for it, and what becomes of it is done to all rows, each with
// its own values. These were checked by the validators of ent when the input was read.

// runAlike writes the rows of ops, which all do the same.
func (b *batch) runAlike(ctx context.Context, does action, ops []*op) error {
	store := (*batch).updateLike
	if does == actCreate {
		store = (*batch).insertLike
	}
	for _, same := range shapes(ops, does == actCreate) {
		first, err := same[0].member()
		if err != nil {
			return fmt.Errorf("write %s: %w", b.entity.Name, err)
		}
		of := &batch{db: b.db, entity: b.entity, members: []*member{first}, answer: b.answer}
		of.store = func(ctx context.Context, of *batch, members []*member) error { return store(of, ctx, members[0], same) }
		if err := of.run(ctx); err != nil {
			return raced(ops, err)
		}
	}
	return nil
}

// insertLike stores the rows of ops as the hooks have left the mutation of the first.
func (b *batch) insertLike(ctx context.Context, first *member, ops []*op) error {
	cells, ok := b.entity.cells(first)
	if !ok {
		return fmt.Errorf("write %s: more than columns of the row is stored", b.entity.Name)
	}
	all := &creations{cells: cells, rows: make([]createdRow, len(ops))}
	for i := range cells {
		from, index := ops[0].origin(&b.entity.Columns[i])
		if from == given && ops[0].values[index].value == nil { // so of all: they have what nothing is given to
			continue
		}
		cells[i].from, cells[i].index = from, index
	}
	for i, o := range ops {
		all.rows[i] = o
	}
	return b.insertAll(ctx, all)
}

// updateLike changes the rows of ops as the hooks have left the mutation of the first.
func (b *batch) updateLike(ctx context.Context, first *member, ops []*op) error {
	list, ok := b.entity.assignments(first)
	if !ok {
		return fmt.Errorf("write %s: more than columns of the row is changed", b.entity.Name)
	}
	all := &changes{assignments: list, demand: first.demand, rows: make([]changedRow, len(ops))}
	for n := range list {
		list[n].from, list[n].index = ops[0].origin(list[n].column)
	}
	for i, o := range ops {
		all.rows[i] = o
	}
	for part := range all.parts() {
		if err := b.updateRows(ctx, part, newAnswers(b)); err != nil {
			return err
		}
	}
	return nil
}

// shapes divides ops by what they give, in the order in which each is met first. A new row to which null is given has what
// nothing is given to.
func shapes(ops []*op, creates bool) (list [][]*op) {
next:
	for _, o := range ops {
		for i := len(list) - 1; i >= 0; i-- {
			if o.like(list[i][0], creates) {
				list[i] = append(list[i], o)
				continue next
			}
		}
		list = append(list, []*op{o})
	}
	return list
}

// like tells whether two ops give the same fields, and are attached by the same edges.
func (o *op) like(other *op, creates bool) bool {
	if len(o.values) != len(other.values) || len(o.parent) != len(other.parent) {
		return false
	}
	for i := range o.values {
		a, b := &o.values[i], &other.values[i]
		if a.field != b.field || creates && (a.value == nil) != (b.value == nil) {
			return false
		}
	}
	for i := range o.parent {
		a, b := &o.parent[i], &other.parent[i]
		if a.edge != b.edge || a.more != b.more || a.when.holds() != b.when.holds() {
			return false
		}
	}
	return true
}

// origin is where the value of a column comes from.
func (o *op) origin(c *Column) (origin, int) {
	for i := range o.parent {
		a := &o.parent[i]
		if a.when.holds() && (a.edge == nil && a.more == c.Name || a.edge != nil && a.edge.Column == c.Name) {
			return behind, i
		}
	}
	for i := range o.values {
		if o.values[i].field.Column == c.Name {
			return given, i
		}
	}
	return ofAll, 0
}

func (o *op) is() (key, version any) { return o.target.row, o.version }

func (o *op) stored(key any) { o.target.row = key }

func (o *op) gives(_ int, a *assignment) any { return o.from(a.from, a.index, a.value) }

func (o *op) cell(_ int, first *cell) any { return o.from(first.from, first.index, first.value) }

// from returns the value of a column that comes from an origin; of all it is the one that they share.
func (o *op) from(from origin, index int, shared any) any {
	switch from {
	case given:
		return o.values[index].value
	case behind:
		if to := o.parent[index].to; to != nil {
			return to.row
		}
		return nil
	}
	return shared
}

// answers takes nothing but what is answered of the rows of an update.
type answers struct {
	*batch

	n    int
	dest []any // n, and nothing for what is taken as it is
}

func newAnswers(b *batch) *answers {
	to := &answers{batch: b}
	to.dest = make([]any, 1+len(to.columns()))
	to.dest[0] = &to.n
	return to
}

func (to *answers) columns() []string { return to.answer.of(to.entity) }

func (to *answers) row(rows *sql.Rows, c *changes) (int, error) {
	if err := rows.Scan(to.dest...); err != nil {
		return 0, err
	}
	key, _ := c.rows[to.n-1].is()
	return to.n - 1, to.answer.taken(to.entity, rows, key)
}
