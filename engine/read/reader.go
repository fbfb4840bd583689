package read

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
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
	// MaxConditions is the number of conditions that the filters of an operation may have. Default: 500.
	MaxConditions int
	// PlanBytes is the memory for compiled plans that are kept, about, in bytes. Default: 32 MiB.
	PlanBytes int
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
	if c.MaxConditions == 0 {
		c.MaxConditions = 500
	}
	if c.PlanBytes == 0 {
		c.PlanBytes = 32 << 20
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
	plans   *plans
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
	return &Reader{m, schema, db, config, newCursors(config.CursorKey), newPlans(config.PlanBytes)}, nil
}

// Serves tells whether a field of the operation's root is the reader's.
func (r *Reader) Serves(field string) bool { return r.model.serves(field) }

// Answer is the value of a root field as JSON, or nil for null, with the faults that made it or a part of it null: an
// [*Error] where the operation or a value is at fault.
type Answer struct {
	Value  []byte
	Faults []error
}

// Answers are the values of root fields, one for each. They are valid until they are released.
type Answers struct {
	Answers []Answer
	held    *renderer // whose memory they are; nil where they are their own
}

// Release gives the answers' memory back.
func (a Answers) Release() {
	if a.held != nil {
		a.held.release()
	}
}

// Read answers the fields of a query's root, all of which the reader serves, with one statement. A field whose
// arguments are at fault does not keep the others from being answered.
func (r *Reader) Read(ctx context.Context, op *graphql.OperationContext, fields []graphql.CollectedField) Answers {
	if len(fields) == 0 {
		return Answers{}
	}
	w, err := r.run(ctx, op, op.Operation, fields)
	if err == nil {
		return Answers{w.answers, w}
	}
	bad := atFault(err, fields)
	if bad < 0 {
		answers := make([]Answer, len(fields))
		for i := range answers {
			answers[i].Faults = []error{err}
		}
		return Answers{Answers: answers}
	}
	// What is left is no whole operation: it is planned for this once.
	return Answers{Answers: slices.Insert(r.without(ctx, op, fields, bad), bad, Answer{Faults: []error{err}})}
}

// without answers all fields but one.
func (r *Reader) without(ctx context.Context, op *graphql.OperationContext, fields []graphql.CollectedField, bad int) []Answer {
	left := slices.Delete(slices.Clone(fields), bad, bad+1)
	answers := make([]Answer, len(left))
	for i, f := range left {
		w, err := r.run(ctx, op, nil, []graphql.CollectedField{f})
		if err != nil {
			answers[i].Faults = []error{err}
			continue
		}
		answers[i] = w.taken()[0]
	}
	return answers
}

// atFault returns the index of the field whose arguments are at fault, -1 where it is none's.
func atFault(err error, fields []graphql.CollectedField) int {
	var fault *Error
	if !errors.As(err, &fault) || len(fault.Path) == 0 {
		return -1
	}
	return slices.IndexFunc(fields, func(f graphql.CollectedField) bool { return fault.Path[0] == ast.PathName(f.Alias) })
}

// Render answers a field of the app that returned entities: what is selected of each as JSON, nil for a nil entity and
// for one that the viewer may not see. The path is the field's.
func (r *Reader) Render(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField, path ast.Path, refs []Ref) ([]Answer, error) {
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
	p, err := r.renderPlan(op, field, path, list)
	if err != nil {
		return nil, err
	}
	roots := make([]root, len(refs))
	for i := range roots {
		roots[i] = root{append(slices.Clone(path), ast.PathIndex(i)), element{p.given, i}}
	}
	w, err := r.execute(ctx, op, p, list, roots)
	if err != nil {
		return nil, err
	}
	return w.taken(), nil
}

// renderPlan returns the plan of a field that returned rows, which is kept for fields of the root: those further down have
// another path in each object.
func (r *Reader) renderPlan(op *graphql.OperationContext, field graphql.CollectedField, path ast.Path, list []target) (*plan, error) {
	kept := len(path) == 1 && field.Position != nil
	key := planKey{place: field.Position}
	if kept {
		key.shape = r.model.shape(op, r.schema) + " " + entitiesOf(list)
		if p, ok := r.plans.get(key); ok {
			return p, nil
		}
	}
	p, err := r.compile(op, list, func(c *compiler) { c.plan.given = c.list(field.Selections, path, given, len(list) == 1) })
	if err == nil && kept {
		r.plans.add(key, p)
	}
	return p, err
}

// entitiesOf names the entities of a list in the order of their appearance, and says of one row that it is alone.
func entitiesOf(list []target) string {
	if len(list) == 1 && list[0].entity != nil {
		return list[0].entity.Name + "1"
	}
	var names []string
	var last *entity
	for _, t := range list {
		if t.entity != last && t.entity != nil && !slices.Contains(names, t.entity.Name) {
			names = append(names, t.entity.Name)
		}
		last = t.entity
	}
	return strings.Join(names, " ")
}

// run answers fields with a plan that is kept under the node, unless that is nil.
func (r *Reader) run(ctx context.Context, op *graphql.OperationContext, node *ast.OperationDefinition, fields []graphql.CollectedField) (*renderer, error) {
	var key planKey
	if node != nil {
		key = planKey{node.Position, r.model.shape(op, r.schema)}
		if p, ok := r.plans.get(key); ok {
			return r.execute(ctx, op, p, nil, p.roots)
		}
	}
	p, err := r.compile(op, nil, func(c *compiler) {
		for _, f := range fields {
			c.plan.roots = append(c.plan.roots, c.root(f))
		}
	})
	if err != nil {
		return nil, err
	}
	if node != nil {
		r.plans.add(key, p)
	}
	return r.execute(ctx, op, p, nil, p.roots)
}

func (r *Reader) compile(op *graphql.OperationContext, given []target, roots func(*compiler)) (*plan, error) {
	c := newCompiler(r.model, r.schema, r.config, op, given)
	roots(c)
	if c.fault == nil { // else there may be nothing to write
		c.finish()
	}
	if c.fault != nil {
		return nil, c.fault
	}
	return c.plan, nil
}

// execute runs a plan, for the rows that are given where it renders some. The renderer that it returns has the value of
// each root, and is to be released.
func (r *Reader) execute(ctx context.Context, op *graphql.OperationContext, p *plan, given []target, roots []root) (*renderer, error) {
	w := newRenderer(r.cursors, op.Variables, given)
	if err := r.render(ctx, w, p, roots); err != nil {
		w.release()
		return nil, err
	}
	w.finish(ctx)
	return w, nil
}

// render runs the statement and writes its rows.
func (r *Reader) render(ctx context.Context, w *renderer, p *plan, roots []root) error {
	text, args, err := p.bind(ctx, &w.binding)
	if err != nil {
		return err
	}
	w.open(p.layouts)
	if p.asks() {
		if err := r.db.Query(ctx, text, args, w.add); err != nil {
			return err
		}
	}
	return w.write(roots)
}

// ErrNoInput is what gqlgen's generated code gets where an entity stands as an argument.
var ErrNoInput = errors.New("an entity is no input; pass its id")

// Unrendered stands in gqlgen's generated code for the marshaler of an entity. It panics when it is written: then the
// operation did not run through engine/executor.
func Unrendered(entity string) graphql.Marshaler {
	return graphql.WriterFunc(func(io.Writer) { panic("read: " + entity + " reached gqlgen's marshaler") })
}
