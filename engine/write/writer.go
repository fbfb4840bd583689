package write

import (
	"context"

	"entgo.io/ent/dialect"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/access"
	"cambium/engine/read"
)

// Writer answers the generated fields of Mutation. It is safe for concurrent use.
type Writer struct {
	entities map[string]*entity
	roots    map[string]root
	reader   *read.Reader
	db       dialect.Driver
}

// root is a field of Mutation with its entity.
type root struct {
	does   Operation
	entity *entity
}

// New returns a writer of the entities, whose answers the reader renders. The driver is that of the ent client.
func New(entities []*Entity, reader *read.Reader, db dialect.Driver) (*Writer, error) {
	m, err := newModel(entities)
	if err != nil {
		return nil, err
	}
	w := &Writer{m, make(map[string]root), reader, db}
	for _, e := range m {
		for _, r := range e.Roots {
			w.roots[r.Name] = root{r.Does, e}
		}
	}
	return w, nil
}

// Serves tells whether a field of Mutation is the writer's.
func (w *Writer) Serves(field string) bool { _, ok := w.roots[field]; return ok }

// Write runs a field of Mutation, which the writer serves, in the transaction of the context, and returns what is
// selected of it as JSON. The error is of [Faults] where the input is at fault, of [ErrRaced] where another try may
// help, and what the database said otherwise.
func (w *Writer) Write(ctx context.Context, op *graphql.OperationContext, f graphql.CollectedField) (read.Answer, error) {
	r := w.roots[f.Name]
	c := &call{Writer: w, ctx: ctx, op: op, field: f, root: r, args: arguments(op, f)}
	var answer read.Answer
	var err error
	switch r.does {
	case CreateOne, CreateMany:
		answer, err = c.create(r.does == CreateMany)
	case UpdateOne:
		answer, err = c.updateOne()
	case UpdateEach:
		answer, err = c.updateEach()
	case UpdateWhere:
		answer, err = c.updateWhere()
	case DeleteOne:
		answer, err = c.deleteOne()
	case DeleteWhere:
		answer, err = c.deleteWhere()
	case UpsertOne, UpsertMany:
		answer, err = c.upsert(r.does == UpsertMany)
	}
	return answer, presentable(err)
}

// arguments returns the arguments that are given of a field, or have a default.
func arguments(op *graphql.OperationContext, f graphql.CollectedField) map[string]any {
	args := make(map[string]any, len(f.Definition.Arguments))
	for _, definition := range f.Definition.Arguments {
		v := definition.DefaultValue
		if a := f.Arguments.ForName(definition.Name); a != nil {
			if _, given := op.Variables[a.Value.Raw]; given || a.Value.Kind != ast.Variable {
				v = a.Value
			}
		}
		if v != nil {
			args[definition.Name] = read.Literal(v, op.Variables)
		}
	}
	return args
}

// call is one run of a field of Mutation.
type call struct {
	*Writer

	root

	ctx    context.Context //nolint:containedctx // of the call, which ends with it
	op     *graphql.OperationContext
	field  graphql.CollectedField
	args   map[string]any
	answer *returning // nil where it takes a SELECT
}

func at(steps ...ast.PathElement) ast.Path { return steps }

// write reads an input into a plan, and runs it if nothing is wrong with it. Between the two before is called, if it
// is given.
func (c *call) write(input func(*plan), before func() error) error {
	p := &plan{writer: c.Writer, viewer: access.From(c.ctx)}
	input(p)
	p.complete()
	if len(p.faults) > 0 {
		return p.faults
	}
	if err := p.resolve(c.ctx, c.db); err != nil {
		return err
	}
	if before == nil {
		c.answer = c.returning(p)
		p.answer = c.answer
	} else if err := before(); err != nil {
		return err
	}
	return p.run(c.ctx, c.db)
}

func (p *plan) createRoot(e *entity, input any, path *place) *ref {
	return p.create(&ref{entity: e, path: path}, input, path).target
}

func (c *call) create(many bool) (read.Answer, error) {
	var made []*ref
	err := c.write(func(p *plan) {
		if !many {
			made = append(made, p.createRoot(c.entity, c.args["input"], argument("input")))
			return
		}
		for i, v := range list(c.args["inputs"]) {
			made = append(made, p.createRoot(c.entity, v, argument("inputs").element(i)))
		}
	}, nil)
	if err != nil {
		return read.Answer{}, err
	}
	return c.render(made, many)
}

// target refers to a row that the statement which changes it looks for.
func (c *call) target(p *plan, id any, path *place) *ref {
	r := p.byID(c.entity, id, path)
	if r.key != nil {
		row, err := c.entity.goKey(r.key)
		r.row, r.done = row, true
		if err != nil {
			r.row = nil
		}
	}
	return r
}

func (c *call) updateOne() (read.Answer, error) {
	var target *ref
	err := c.write(func(p *plan) {
		target = c.target(p, c.args["id"], argument("id"))
		o := p.update(c.entity, target, c.args["input"], argument("input"))
		o.version = p.version(c.args["ifVersion"], argument("ifVersion"))
		o.named = argument("id")
	}, nil)
	if err != nil {
		return read.Answer{}, err
	}
	return c.render([]*ref{target}, false)
}

func (c *call) updateEach() (read.Answer, error) {
	var targets []*ref
	err := c.write(func(p *plan) {
		for i, v := range list(c.args["inputs"]) {
			path := argument("inputs").element(i)
			object, ok := p.object(v, path)
			if !ok {
				continue
			}
			target := c.target(p, object["id"], path.member("id"))
			o := p.update(c.entity, target, object["input"], path.member("input"))
			o.version = p.version(object["ifVersion"], path.member("ifVersion"))
			o.named = path.member("id")
			targets = append(targets, target)
		}
	}, nil)
	if err != nil {
		return read.Answer{}, err
	}
	return c.render(targets, true)
}

// matching returns the rows that `where` takes, if they are no more than `atMost`.
func (c *call) matching() ([]*ref, error) {
	most, err := read.Int.Parse(c.args["atMost"])
	n, ok := most.(int64)
	if err != nil || !ok || n < 1 || n > maxRest {
		return nil, Faults{{Code: BadUserInput, Message: "must be 1 to 10000", Field: at(name("atMost"))}}
	}
	keys, err := c.reader.Matching(c.ctx, c.op, c.field, c.entity.Name)
	if err != nil {
		return nil, err
	}
	if len(keys) > int(n) {
		return nil, Faults{{Code: BadUserInput, Message: "takes more rows than atMost allows", Field: at(name("where"))}}
	}
	targets := make([]*ref, len(keys))
	for i, key := range keys {
		row, err := c.entity.goKey(key)
		if err != nil {
			return nil, err
		}
		targets[i] = &ref{entity: c.entity, done: true, row: row, path: argument("where")}
	}
	return targets, nil
}

func (c *call) updateWhere() (read.Answer, error) {
	targets, err := c.matching()
	if err != nil {
		return read.Answer{}, err
	}
	err = c.write(func(p *plan) {
		for _, target := range targets {
			p.update(c.entity, target, c.args["input"], argument("input")).named = argument("where")
		}
		if len(targets) == 0 { // what is wrong with the input is wrong without rows too
			p.update(c.entity, &ref{entity: c.entity, done: true}, c.args["input"], argument("input")).idle = true
		}
	}, nil)
	if err != nil {
		return read.Answer{}, err
	}
	return c.render(targets, true)
}

func (c *call) deleteOne() (answer read.Answer, err error) {
	var target *ref
	err = c.write(func(p *plan) {
		target = c.target(p, c.args["id"], argument("id"))
		o := p.add(op{action: actRemove, entity: c.entity, path: argument("id"), target: target})
		o.version = p.version(c.args["ifVersion"], argument("ifVersion"))
	}, func() (err error) {
		answer, err = c.render([]*ref{target}, false)
		return err
	})
	return answer, err
}

func (c *call) deleteWhere() (answer read.Answer, err error) {
	targets, err := c.matching()
	if err != nil {
		return read.Answer{}, err
	}
	err = c.write(func(p *plan) {
		for _, target := range targets {
			p.add(op{action: actRemove, entity: c.entity, path: argument("where"), target: target})
		}
	}, func() (err error) {
		answer, err = c.render(targets, true)
		return err
	})
	return answer, err
}
