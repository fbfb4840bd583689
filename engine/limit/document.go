package limit

import "github.com/vektah/gqlparser/v2/ast"

// Document measures a document that was parsed and not validated yet. The walk is bounded by the limits themselves, except
// for fragments that are spread again and again, which the caller has to have bounded.
func (c Config) Document(d *ast.QueryDocument) *Exceeded {
	w := walk{config: c, fragments: make(map[string]*ast.FragmentDefinition, len(d.Fragments)), within: make(map[string]bool)}
	for _, f := range d.Fragments {
		w.fragments[f.Name] = f
	}
	for _, operation := range d.Operations {
		w.aliases, w.roots = 0, 0
		w.directives += len(operation.Directives)
		for _, v := range operation.VariableDefinitions {
			w.directives += len(v.Directives)
		}
		w.set(operation.SelectionSet, 1)
	}
	for _, f := range d.Fragments { // those that nothing spreads are validated too
		w.aliases, w.roots = 0, 0
		w.directives += len(f.Directives)
		w.set(f.SelectionSet, 2) //nolint:mnd // below some root
	}
	return w.fault
}

type walk struct {
	config                     Config
	fragments                  map[string]*ast.FragmentDefinition
	within                     map[string]bool // fragments being spread out
	aliases, roots, directives int
	fault                      *Exceeded
}

func (w *walk) check(e *Exceeded) bool {
	if w.fault == nil {
		w.fault = e
	}
	return w.fault == nil
}

func (w *walk) set(set ast.SelectionSet, depth int) {
	for _, selection := range set {
		if w.fault != nil {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			w.field(s, depth)
		case *ast.InlineFragment:
			w.directive(s.Directives, s.Position)
			w.set(s.SelectionSet, depth)
		case *ast.FragmentSpread:
			w.directive(s.Directives, s.Position)
			f := w.fragments[s.Name]
			if f == nil || w.within[s.Name] {
				continue // validation tells
			}
			w.within[s.Name] = true
			w.set(f.SelectionSet, depth)
			delete(w.within, s.Name)
		}
	}
}

func (w *walk) directive(list ast.DirectiveList, at *ast.Position) {
	w.directives += len(list)
	w.check(over(Directives, "too many directives", int64(w.directives), int64(w.config.Directives), at))
}

func (w *walk) field(f *ast.Field, depth int) {
	c := w.config
	if !w.check(over(Depth, "fields are nested too deeply", int64(depth), int64(c.Depth), f.Position)) {
		return
	}
	if depth == 1 {
		w.roots++
		w.check(over(RootFields, "too many fields at the root", int64(w.roots), int64(c.RootFields), f.Position))
	}
	if f.Alias != f.Name {
		w.aliases++
		w.check(over(Aliases, "too many aliases", int64(w.aliases), int64(c.Aliases), f.Position))
	}
	w.directive(f.Directives, f.Position)
	w.set(f.SelectionSet, depth+1)
}
