package write

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// place is where something stands in an input. It is a path only when there is a fault to be told.
type place struct {
	within *place
	name   string // empty for an element of a list
	index  int
}

// argument is an argument of the mutation.
func argument(name string) *place { return &place{name: name} }

// builder is the i-th of a list of builders.
func builder(i int) *place { return &place{index: i} }

func (p *place) member(name string) *place { return &place{p, name, 0} }

func (p *place) element(i int) *place { return &place{p, "", i} }

func (p *place) path() (path ast.Path) {
	for ; p != nil; p = p.within {
		if p.name == "" {
			path = append(path, index(p.index))
		} else {
			path = append(path, name(p.name))
		}
	}
	slices.Reverse(path)
	return path
}
