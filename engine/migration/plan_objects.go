package migration

import (
	"cmp"
	"fmt"
	"slices"
)

// planObjects compares the objects beside the tables. first is what comes before the tables' changes, later and last what
// comes after them. What is dropped is dropped backwards, and what depends on tables goes before them and comes after.
func planObjects(current, desired []object, how way) (first, later, last []Statement) {
	want := make(map[string]object, len(desired))
	for _, o := range desired {
		want[o.String()] = o
	}
	have := make(map[string]object, len(current))
	for _, o := range current {
		have[o.String()] = o
	}
	gone := make(map[string]bool) // dropped, to be made anew
	for _, o := range slices.Backward(current) {
		w, wanted := want[o.String()]
		switch {
		case !wanted && how.lenient && o.kind == "extension":
		case !wanted && o.early:
			last = append(last, dropObject(o, true))
		case !wanted:
			first = append(first, dropObject(o, true))
		case o.make == w.make && (o.early || !how.rebuild): // as it should be
		case w.declared.replaces() && !how.rebuild: // its statement changes it in place
		default:
			gone[o.String()] = true
			first = append(first, dropObject(o, false))
		}
	}
	written := make(map[*declaration]*Statement)
	var early, late []*Statement
	for _, w := range byDeclaration(desired) {
		o, known := have[w.String()]
		known = known && !gone[w.String()]
		if known && o.make == w.make {
			continue
		}
		s := written[w.declared]
		if s == nil {
			s = &Statement{SQL: w.declared.sql, Comment: fmt.Sprintf("create %s, as %s says", w, w.declared.file), subject: w.kind + w.name}
			written[w.declared] = s
			if w.declared.late {
				late = append(late, s)
			} else {
				early = append(early, s)
			}
		}
		if known {
			s.Comment = fmt.Sprintf("change %s, as %s says", w, w.declared.file)
			s.Reverse = append([]string{o.make}, s.Reverse...)
		} else {
			s.Reverse = append([]string{w.remove}, s.Reverse...)
		}
	}
	for _, s := range early {
		first = append(first, *s)
	}
	for _, s := range late {
		later = append(later, *s)
	}
	return first, later, last
}

func dropObject(o object, forGood bool) Statement {
	s := Statement{
		SQL: o.remove, Comment: fmt.Sprintf("drop %s, to make it anew", o), Reverse: []string{o.make}, subject: o.kind + o.name,
	}
	if forGood {
		s.Comment, s.Destructive, s.Drops = fmt.Sprintf("drop %s", o), fmt.Sprintf("drops %s", o), []string{o.String()}
	}
	return s
}

// byDeclaration lists the declared objects in the order of their statements.
func byDeclaration(objects []object) []object {
	sorted := slices.Clone(objects)
	slices.SortStableFunc(sorted, func(a, b object) int {
		return cmp.Or(cmp.Compare(a.declared.file, b.declared.file), cmp.Compare(a.declared.line, b.declared.line))
	})
	return sorted
}
