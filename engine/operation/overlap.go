package operation

import "github.com/vektah/gqlparser/v2/ast"

const (
	// mostPairs bounds the comparisons, at a quarter of a microsecond each. Clients that merge fragments of all their
	// components into one operation have some hundreds.
	mostPairs = 10_000
	// mostSelections bounds the selections with every fragment spread out, which a few hundred bytes can make millions.
	mostSelections = 10_000
)

// TooManyTokens is the code of a document with more tokens than [Config.MaxTokens].
const TooManyTokens = "TOKEN_LIMIT"

// TooComplex is the code of a document that is refused before it is validated.
const TooComplex = "DOCUMENT_TOO_COMPLEX"

// tooComplex tells whether a document selects the same response key again and again: gqlparser's
// OverlappingFieldsCanBeMerged compares each with each. 2000 tokens of `{ a a a ... }` cost it half a second.
func tooComplex(document *ast.QueryDocument) bool {
	o := overlap{fragments: make(map[string]*ast.FragmentDefinition, len(document.Fragments)), within: map[string]bool{}}
	for _, f := range document.Fragments {
		o.fragments[f.Name] = f
	}
	for _, operation := range document.Operations {
		o.add(&response{}, operation.SelectionSet)
	}
	for _, f := range document.Fragments {
		o.add(&response{}, f.SelectionSet)
	}
	return o.pairs > mostPairs || o.selections > mostSelections
}

// overlap counts what validation will have to compare.
type overlap struct {
	fragments         map[string]*ast.FragmentDefinition
	within            map[string]bool // fragments being spread out
	pairs, selections int
}

// response is a place of the response: how often it is selected, and what is under it.
type response struct {
	count int
	under map[string]*response
}

func (r *response) at(key string) *response {
	if r.under == nil {
		r.under = make(map[string]*response)
	}
	if r.under[key] == nil {
		r.under[key] = &response{}
	}
	return r.under[key]
}

func (o *overlap) add(r *response, set ast.SelectionSet) {
	for _, selection := range set {
		if o.selections++; o.selections > mostSelections || o.pairs > mostPairs {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			place := r.at(s.Alias)
			o.pairs += place.count
			place.count++
			o.add(place, s.SelectionSet)
		case *ast.InlineFragment:
			o.add(r, s.SelectionSet)
		case *ast.FragmentSpread:
			f := o.fragments[s.Name]
			if f == nil || o.within[s.Name] {
				continue // validation tells
			}
			o.within[s.Name] = true
			o.add(r, f.SelectionSet)
			delete(o.within, s.Name)
		}
	}
}
