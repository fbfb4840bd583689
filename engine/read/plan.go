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
	sizes   []size // of pages, in the order of compilation
	lists   []list // of ids
}

// root is a field at the root of the operation.
type root struct {
	path   ast.Path
	writer rootWriter
}

// rootWriter writes a root's value from the row of the statement.
type rootWriter interface {
	writeRoot(r *renderer, row [][]byte) error
}

// size gives the number of rows on a page.
type size func(*binding) (int, error)

// list gives the entities of a list of ids, nil for an id of none.
type list func(*binding) ([]*entity, error)

// binding is one run of a plan.
type binding struct {
	cursors   *cursors
	variables map[string]any

	sizes []int
	lists [][]*entity
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
