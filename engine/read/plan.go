package read

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
)

// plan is a compiled selection: a statement, and a writer for each root. The statement has one row with a column for
// each root; where there is only one and it is a page or a lookup, its rows are those of the page, or the one found.
type plan struct {
	statement
	rows    bool       // of the statement are those of the only root
	count   *statement // of its rows, for when the page is empty; nil where it is not asked for
	columns int        // of the statement's one row otherwise; none where there is nothing to ask
	roots   []root
	sizes   []size     // of pages, in the order of compilation
	lists   []named    // lists of ids
	seeks   []opened   // cursors
	checks  []argument // of what may stand nowhere in the statement
	touched []touched  // fields that not every viewer may read
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

	args  []any // of the statement
	sizes []int
	lists [][]*entity
	seeks [][][]byte
}

// emptied returns a binding with the memory of this one.
func (b *binding) emptied() binding {
	clear(b.args)
	clear(b.lists)
	clear(b.seeks)
	return binding{args: b.args[:0], sizes: b.sizes[:0], lists: b.lists[:0], seeks: b.seeks[:0]}
}

// bind turns the variables and the viewer's rules into a statement and its arguments.
func (p *plan) bind(ctx context.Context, b *binding) (text string, args []any, err error) {
	if err := p.allow(ctx); err != nil {
		return "", nil, err
	}
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
	for _, check := range p.checks {
		if _, err := check(b); err != nil {
			return "", nil, err
		}
	}
	return p.statement.bind(ctx, b)
}
