package read

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
)

// plan is a compiled selection: a statement, what its rows consist of, and a writer for each root.
type plan struct {
	statement
	types   []string // of the statement's columns behind the first, which tells the branch
	layouts []layout // of the branches: first the operation's own
	roots   []root
	given   list       // of the rows that the binding is given; it has no root
	sizes   []size     // of pages, in the order of compilation
	lists   []named    // lists of ids
	seeks   []opened   // cursors
	checks  []argument // of what may stand nowhere in the statement
	touched []touched  // fields that not every viewer may read
}

// asks tells whether there is a statement at all: ids of no entity need none.
func (p *plan) asks() bool { return len(p.layouts) > 1 }

// tagged tells whether the first column says of which branch a row is.
func tagged(layouts []layout) bool { return len(layouts) > 2 }

// root is a field at the root of the operation.
type root struct {
	path   ast.Path
	writer writer // from the operation's own row
}

// size gives the number of rows on a page.
type size func(*binding) (int, error)

// named gives the entities of a list of ids, nil for an id of none.
type named func(*binding) ([]numbered, error)

// numbered is an id of a list: its entity, and the how manieth of that entity it is, from 1.
type numbered struct {
	entity *entity
	number uint64
}

// opened gives the values of a cursor.
type opened func(*binding) ([][]byte, error)

// binding is one run of a plan.
type binding struct {
	cursors   *cursors
	variables map[string]any
	given     []target // rows that are to be rendered

	args  []any // of the statement
	sizes []int
	lists [][]numbered
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
