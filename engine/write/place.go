package write

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// place is where something stands in an input. It is a path only when there is a fault to be told.
type place struct {
	within *place
	name   string // empty for an element of a list
	then   string // a member further down; empty where the place is the named one
	index  int
}

// argument is an argument of the mutation.
func argument(name string) *place { return &place{name: name} }

// builder is the i-th of a list of builders.
func builder(i int) *place { return &place{index: i} }

func (p *place) member(name string) *place { return &place{within: p, name: name} }

// inner is a member of a member.
func (p *place) inner(name, then string) *place { return &place{within: p, name: name, then: then} }

func (p *place) element(i int) *place { return &place{within: p, index: i} }

func (p *place) path() (path ast.Path) {
	for ; p != nil; p = p.within {
		if p.then != "" {
			path = append(path, name(p.then))
		}
		if p.name == "" {
			path = append(path, index(p.index))
		} else {
			path = append(path, name(p.name))
		}
	}
	slices.Reverse(path)
	return path
}
