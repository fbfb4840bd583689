package read

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
)

// plan is a compiled selection: a statement of one row with a column for each root, and a writer for each root.
type plan struct {
	statement
	columns int // of the statement; none where there is nothing to ask
	roots   []root
	sizes   []size   // of pages, in the order of compilation
	lists   []named  // lists of ids
	seeks   []opened // cursors
}

// root is a field at the root of the operation.
type root struct {
	path   ast.Path
	writer writer // from the row of the statement
}

// size gives the number of rows on a page.
type size func(*binding) (int, error)

// named gives the entities of a list of ids, nil for an id of none.
type named func(*binding) ([]*entity, error)

// opened gives the values of a cursor.
type opened func(*binding) ([][]byte, error)

// binding is one run of a plan.
type binding struct {
	cursors   *cursors
	variables map[string]any

	sizes []int
	lists [][]*entity
	seeks [][][]byte
}

// bind turns the variables and the viewer's rules into a statement and its arguments.
func (p *plan) bind(ctx context.Context, b *binding) (text string, args []any, err error) {
	for _, s := range p.sizes {
		n, err := s(b)
		if err != nil {
			return "", nil, err
		}
		b.sizes = append(b.sizes, n)
	}
	for _, l := range p.lists {
		entities, err := l(b)
		if err != nil {
			return "", nil, err
		}
		b.lists = append(b.lists, entities)
	}
	for _, s := range p.seeks {
		values, err := s(b)
		if err != nil {
			return "", nil, err
		}
		b.seeks = append(b.seeks, values)
	}
	args = make([]any, 0, len(p.args)+len(p.rules))
	for _, a := range p.args {
		v, err := a(b)
		if err != nil {
			return "", nil, err
		}
		args = append(args, v)
	}
	return p.statement.bind(ctx, args)
}
