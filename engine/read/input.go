package read

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// What engine/write shares with reading: how values are given, how rows are named, and which rows a filter takes.

// Parse turns an input value, not null, into an argument for a column of the kind: bool, int64, float64, string,
// []byte or time.Time; an array is its text in PostgreSQL. The error says what the value must be.
func (k Kind) Parse(v any) (any, error) { return k.parse(v) }

// SQLType is the type that arguments for a column of the kind are cast to.
func (k Kind) SQLType() string { return k.sqlType() }

// Literal returns a value of the document under the variables, nil for null. Numbers of the document are [json.Number].
func Literal(v *ast.Value, variables map[string]any) any { return literal(v, variables) }

// Key returns the key, int64 or string, of the row of an entity that an id names; false where the id is of no such row.
func (r *Reader) Key(entity string, id any) (any, bool) {
	t := r.model.target(id)
	return t.key, t.entity != nil && t.entity.Name == entity
}

// Matching returns the keys of the rows of an entity that a field's argument `where` takes and that the viewer may see, in
// their order: at most one more than its argument `atMost`. They are locked until the transaction ends.
func (r *Reader) Matching(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField, entity string) ([]any, error) {
	e := r.model.entities[entity]
	if e == nil {
		return nil, fmt.Errorf("read: entity %s is not exposed", entity)
	}
	key := planKey{field.Position, "matching " + r.model.shape(op, r.schema)}
	p, known := r.plans.get(key)
	if !known {
		var err error
		if p, err = r.matching(op, field, e); err != nil {
			return nil, err
		}
		if field.Position != nil {
			r.plans.add(key, p)
		}
	}
	text, args, err := p.bind(ctx, &binding{cursors: r.cursors, variables: op.Variables})
	if err != nil {
		return nil, err
	}
	var keys []any
	err = r.db.Query(ctx, text, args, func(row [][]byte) error {
		key, err := e.Key.Kind.argument(row[0])
		keys = append(keys, key)
		return err
	})
	return keys, err
}

// matching compiles the statement of [Reader.Matching].
func (r *Reader) matching(op *graphql.OperationContext, field graphql.CollectedField, e *entity) (*plan, error) {
	c := newCompiler(r.model, r.schema, r.config, op, nil)
	most := c.argument(field, "atMost")
	s := &c.plan.statement
	alias := s.alias()
	s.write("SELECT ", e.Key.sql(alias))
	c.all(e, alias, nil)
	c.restrict(e, alias, c.argument(field, "where"))
	s.write(" ORDER BY ", e.Key.sql(alias), " LIMIT ")
	s.arg(func(b *binding) (any, error) {
		n, ok := integerOf(most.get(b.variables))
		if !ok {
			return nil, most.fault(BadUserInput, "must be an integer")
		}
		return n + 1, nil
	}, "bigint")
	s.write(" FOR UPDATE OF ", alias)
	s.end()
	if c.fault != nil {
		return nil, c.fault
	}
	return c.plan, nil
}

// ParseID returns the entity and the key, as text, that an opaque id was made of; false where the text is no id. It is for
// resolvers, which get ids as clients have them: that there is such a row, and that the viewer may see it, is not said.
func ParseID(id string) (entity, key string, ok bool) {
	plain, ok := parseOpaque(nil, id)
	if !ok {
		return "", "", false
	}
	entity, key, ok = strings.Cut(string(plain), ":")
	return entity, key, ok
}
