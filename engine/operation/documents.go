package operation

import (
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"cambium/engine/limit"
)

// document is a document that was parsed and validated, with what is known of each of its operations.
type document struct {
	document   *ast.QueryDocument
	operations []*known
}

// known is what is known of an operation before its variables are.
type known struct {
	definition  *ast.OperationDefinition
	root        string                   // name of the type
	fields      []graphql.CollectedField // of the root
	conditional bool                     // the fields depend on variables
	measure     *limit.Measure
}

func (d *document) operation(name string) *known {
	if name == "" && len(d.operations) == 1 {
		return d.operations[0]
	}
	for _, o := range d.operations {
		if o.definition.Name == name && name != "" {
			return o
		}
	}
	return nil
}

// documents keeps those that were used last. Large ones are not kept: parsed they take a hundred times their text, and a
// client may send as many different ones as it likes.
type documents struct {
	schema *ast.Schema
	tokens int
	limits limit.Config
	rules  *rules.Rules
	cache  *lru.Cache[string, *document]
}

// longestCached is the longest text of a document that is kept, in bytes.
const longestCached = 8 << 10

func newDocuments(schema *ast.Schema, config Config) *documents {
	cache, err := lru.New[string, *document](config.CachedDocuments)
	if err != nil { // of a size that is not positive
		panic(err)
	}
	return &documents{schema, config.MaxTokens, config.Limits, rulesFor(config.Introspection), cache}
}

// get returns a document by its text, or what is wrong with it.
func (d *documents) get(text string) (*document, gqlerror.List) {
	if known, ok := d.cache.Get(text); ok {
		return known, nil
	}
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.tokens)
	if err != nil {
		code := errcode.ParseFailed
		if strings.HasSuffix(err.Error(), fmt.Sprintf("exceeded token limit of %d", d.tokens)) { // it has no type
			code = TooManyTokens
		}
		return nil, gqlerror.List{coded(err, code)}
	}
	if len(parsed.Operations) == 0 {
		return nil, gqlerror.List{invalid(gqlerror.Errorf("the document has no operation"))}
	}
	if tooComplex(parsed) {
		return nil, gqlerror.List{coded(gqlerror.Errorf("the document selects the same fields too often"), TooComplex)}
	}
	if fault := d.limits.Document(parsed); fault != nil {
		return nil, gqlerror.List{exceeded(fault)}
	}
	if errs := validator.ValidateWithRules(d.schema, parsed, d.rules); len(errs) > 0 {
		for i, err := range errs {
			errs[i] = invalid(err)
		}
		return nil, errs
	}
	fresh := d.know(parsed)
	if len(text) <= longestCached {
		d.cache.Add(text, fresh)
	}
	return fresh, nil
}

// know collects the fields at the root of each operation, where no directive can leave any out.
func (d *documents) know(parsed *ast.QueryDocument) *document {
	all := &document{document: parsed}
	for _, o := range parsed.Operations {
		k := &known{definition: o, root: d.rootOf(o.Operation), measure: d.limits.Measure(d.schema, o)}
		if k.conditional = isConditional(o.SelectionSet); !k.conditional {
			k.fields = graphql.CollectFields(&graphql.OperationContext{Doc: parsed}, o.SelectionSet, []string{k.root})
		}
		all.operations = append(all.operations, k)
	}
	return all
}

func (d *documents) rootOf(operation ast.Operation) string {
	root := d.schema.Query
	switch operation {
	case ast.Mutation:
		root = d.schema.Mutation
	case ast.Subscription:
		root = d.schema.Subscription
	}
	return root.Name
}

// isConditional tells whether a directive may leave a field of the root out.
func isConditional(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.Directives) > 0 {
				return true
			}
		case *ast.InlineFragment:
			if len(s.Directives) > 0 || isConditional(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if len(s.Directives) > 0 || isConditional(s.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}

// coded is an error of gqlparser's with a code.
func coded(err error, code string) *gqlerror.Error {
	var e *gqlerror.Error
	if !errors.As(err, &e) {
		e = gqlerror.Wrap(err)
	}
	errcode.Set(e, code)
	return e
}

// exceeded is a limit that an operation is over, with its code.
func exceeded(e *limit.Exceeded) *gqlerror.Error {
	err := coded(gqlerror.Errorf("%s", e.Message), e.Code)
	if e.At != nil {
		err.Locations = []gqlerror.Location{{Line: e.At.Line, Column: e.At.Column}}
	}
	return err
}

func invalid(err *gqlerror.Error) *gqlerror.Error { return coded(err, errcode.ValidationFailed) }
