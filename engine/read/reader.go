package read

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// Querier runs a statement and hands over each row's columns in PostgreSQL's binary format, nil for NULL. The values
// are valid during the call. [database.DB] is one.
type Querier interface {
	Query(ctx context.Context, sql string, args []any, row func(values [][]byte) error) error
}

// Config tunes a [Reader].
type Config struct {
	// CursorKey authenticates cursors: 32 random bytes, the same on every replica. Required.
	CursorKey []byte
	// DefaultPage is the number of rows on a page for which none is asked. Default: 20.
	DefaultPage int
	// MaxPage is the largest page, and the longest list of ids. Default: 100.
	MaxPage int
	// Plans is the number of compiled plans that are kept. Default: 1,000.
	Plans int
}

func (c Config) withDefaults() (Config, error) {
	if len(c.CursorKey) < 32 {
		return c, fmt.Errorf("read: a cursor key of %d bytes; it needs 32", len(c.CursorKey))
	}
	if c.DefaultPage == 0 {
		c.DefaultPage = 20
	}
	if c.MaxPage == 0 {
		c.MaxPage = 100
	}
	if c.Plans == 0 {
		c.Plans = 1000
	}
	return c, nil
}

// Reader renders entities. It is safe for concurrent use.
type Reader struct {
	model   *model
	schema  *ast.Schema
	db      Querier
	config  Config
	cursors *cursors
	plans   *lru.Cache[planKey, *plan]
}

// planKey is what a plan is for: a node of a cached document, and the shape of the variables.
type planKey struct {
	node  any
	shape string
}

// New returns a reader of the entities, for operations that were validated against the schema.
func New(entities []*Entity, schema *ast.Schema, db Querier, config Config) (*Reader, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	m, err := newModel(entities)
	if err != nil {
		return nil, err
	}
	plans, err := lru.New[planKey, *plan](config.Plans)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return &Reader{m, schema, db, config, newCursors(config.CursorKey), plans}, nil
}

// Serves tells whether a field of the operation's root is the reader's.
func (r *Reader) Serves(field string) bool { return r.model.serves(field) }

// Answer is the value of a root field as JSON, or the reason why there is none: an [*Error] where the operation is at
// fault.
type Answer struct {
	Value []byte
	Err   error
}

// Read answers the fields of a query's root, all of which the reader serves, with one statement. A field whose
// arguments are at fault does not keep the others from being answered.
func (r *Reader) Read(ctx context.Context, op *graphql.OperationContext, fields []graphql.CollectedField) []Answer {
	answers := make([]Answer, len(fields))
	node := any(op.Operation)
	if len(fields) == 0 {
		return answers
	}
	left := make([]int, len(fields))
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		asked := make([]graphql.CollectedField, len(left))
		for i, at := range left {
			asked[i] = fields[at]
		}
		values, err := r.run(ctx, op, node, func(c *compiler) {
			for _, f := range asked {
				c.plan.roots = append(c.plan.roots, c.root(f))
			}
		})
		var fault *Error
		if bad := -1; errors.As(err, &fault) {
			for i, at := range left {
				if len(fault.Path) > 0 && fault.Path[0] == ast.PathName(fields[at].Alias) {
					bad = i
				}
			}
			if bad >= 0 {
				answers[left[bad]].Err = err
				left = append(left[:bad], left[bad+1:]...)
				node = nil // what is left is no whole operation: its plan is not kept
				continue
			}
		}
		for i, at := range left {
			if err != nil {
				answers[at].Err = err
			} else {
				answers[at].Value = values[i]
			}
		}
		return answers
	}
	return answers
}

// Render answers a field of the app that returned entities: what is selected of each as JSON, nil for a nil entity and
// for one that the viewer may not see. The path is the field's.
func (r *Reader) Render(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField, path ast.Path, refs []Ref) ([][]byte, error) {
	list := make([]target, len(refs))
	for i, ref := range refs {
		if ref == nil {
			continue
		}
		name, key := ref.EntityRef()
		e := r.model.entities[name]
		if e == nil {
			return nil, fmt.Errorf("read: entity %s is not exposed", name)
		}
		list[i] = target{e, keyArgument(key)}
	}
	get := func(*model, map[string]any) ([]target, error) { return list, nil }
	var w *elements
	_, err := r.run(ctx, op, nil, func(c *compiler) {
		w = &elements{list: c.list(field.Selections, path, get)}
		c.plan.roots = append(c.plan.roots, root{path, w})
	})
	if err != nil {
		return nil, err
	}
	return w.json, nil
}

// run executes a plan, which is kept under the node unless that is nil, and returns the value of each root.
func (r *Reader) run(ctx context.Context, op *graphql.OperationContext, node any, roots func(*compiler)) ([][]byte, error) {
	p, err := r.plan(op, node, roots)
	if err != nil {
		return nil, err
	}
	w := renderer{binding: &binding{cursors: r.cursors, variables: op.Variables}}
	text, args, err := p.bind(ctx, w.binding)
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(p.roots))
	write := func(row [][]byte) error {
		w.buf = make([]byte, 0, sizeOf(row))
		ends := make([]int, len(p.roots))
		for i, root := range p.roots {
			if err := root.writer.write(&w, row); err != nil {
				return fmt.Errorf("render %s: %w", root.path, err)
			}
			ends[i] = len(w.buf)
		}
		from := 0
		for i, end := range ends {
			values[i] = w.buf[from:end:end]
			from = end
		}
		return nil
	}
	if p.columns == 0 {
		return values, write(nil) // nothing but ids of no entity
	}
	if err := r.db.Query(ctx, text, args, write); err != nil {
		return nil, err
	}
	return values, nil
}

// sizeOf guesses the size of the JSON from the size of the row: names and text take about as much as the types and
// lengths of the binary format.
func sizeOf(row [][]byte) int {
	n := 256
	for _, v := range row {
		n += len(v) * 5 / 4
	}
	return n
}

func (r *Reader) plan(op *graphql.OperationContext, node any, roots func(*compiler)) (*plan, error) {
	key := planKey{node: node}
	if node != nil {
		key.shape = r.model.shape(op, r.schema)
		if p, ok := r.plans.Get(key); ok {
			return p, nil
		}
	}
	c := &compiler{model: r.model, schema: r.schema, config: r.config, op: op, plan: &plan{}}
	roots(c)
	if c.fault == nil { // else there may be nothing to write
		c.finish()
	}
	if c.fault != nil {
		return nil, c.fault
	}
	if node != nil {
		r.plans.Add(key, c.plan)
	}
	return c.plan, nil
}

// ErrNoInput is what gqlgen's generated code gets where an entity stands as an argument.
var ErrNoInput = errors.New("an entity is no input; pass its id")

// Unrendered stands in gqlgen's generated code for the marshaler of an entity. It panics when it is written: then the
// operation did not run through engine/executor.
func Unrendered(entity string) graphql.Marshaler {
	return graphql.WriterFunc(func(io.Writer) { panic("read: " + entity + " reached gqlgen's marshaler") })
}
