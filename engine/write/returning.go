package write

import (
	"context"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/read"
)

// returning collects the answer of a mutation from what its own statements return of the rows (RETURNING), which saves a
// SELECT. It holds as long as nothing but these statements changes anything: a hook that goes on writing may change a row again.
// What an AFTER trigger does to the row itself is not seen, as RETURNING does not see it. A nil one collects nothing.
type returning struct {
	*read.Returned

	entity  *entity
	db      changer
	before  int64 // changes in the transaction
	own     int64 // of them, by these statements
	numbers map[any]int
	columns []int // where Columns are in what an update returns
}

// changer is a driver that counts what may have changed something in the context's transaction.
type changer interface {
	Changes(ctx context.Context) int64
}

// returning returns what collects the answer of a plan; nil where it takes a SELECT.
func (c *call) returning(p *plan) *returning {
	db, ok := c.db.(changer)
	f, path, selected := c.selected()
	if !ok || !selected || slices.ContainsFunc(p.ops, func(o *op) bool { return o.action == actRemove }) {
		return nil
	}
	returned := c.reader.Returned(c.ctx, c.op, f, path, c.entity.Name)
	if returned == nil {
		return nil
	}
	r := &returning{Returned: returned, entity: c.entity, db: db, before: db.Changes(c.ctx), numbers: make(map[any]int, len(p.ops))}
	for _, column := range returned.Columns {
		i := slices.Index(c.entity.NodeColumns, column)
		if i < 0 {
			return nil
		}
		r.columns = append(r.columns, i)
	}
	return r
}

// selected returns the field that the rows are the value of; false where there is more than one.
func (c *call) selected() (f graphql.CollectedField, path ast.Path, one bool) {
	path = at(name(c.field.Alias))
	if c.does != UpsertOne && c.does != UpsertMany {
		return c.field, path, true
	}
	_, fields := c.payload()
	for _, node := range fields {
		if node.Name != "node" {
			continue
		}
		if one {
			return f, path, false
		}
		f, path, one = node, append(path, name(node.Alias)), true
	}
	return f, path, one
}

// of returns what a statement is to return of the rows of an entity.
func (r *returning) of(e *entity) []string {
	if r == nil || r.entity != e {
		return nil
	}
	return r.Columns
}

// wrote counts a statement.
func (r *returning) wrote() {
	if r != nil {
		r.own++
	}
}

// rawRows are rows whose columns can be had as PostgreSQL has sent them.
type rawRows interface{ RawValues() [][]byte }

// updated takes the current row, which has the columns of ent's struct behind its number.
func (r *returning) updated(e *entity, rows *sql.Rows, key any) error {
	raw, ok := rows.ColumnScanner.(rawRows)
	if r == nil || r.entity != e || !ok {
		return nil
	}
	all := raw.RawValues()
	values := make([][]byte, len(r.columns))
	for i, column := range r.columns {
		values[i] = all[1+column]
	}
	return r.add(values, key)
}

// taken takes the current row, which has the columns of the answer behind what it is known by.
func (r *returning) taken(e *entity, rows *sql.Rows, key any) error {
	raw, ok := rows.ColumnScanner.(rawRows)
	if r == nil || r.entity != e || !ok {
		return nil
	}
	return r.add(raw.RawValues()[1:], key)
}

func (r *returning) add(values [][]byte, key any) (err error) {
	r.numbers[key], err = r.Add(values)
	return err
}

// answers renders rows; false where they have to be read.
func (r *returning) answers(ctx context.Context, refs []*ref) ([]read.Answer, bool, error) {
	if r == nil || r.db.Changes(ctx) != r.before+r.own {
		return nil, false, nil
	}
	numbers := make([]int, len(refs))
	for i, f := range refs {
		n, ok := r.numbers[f.row]
		if !ok {
			return nil, false, nil
		}
		numbers[i] = n
	}
	answers, err := r.Answers(ctx, numbers)
	return answers, true, err
}
