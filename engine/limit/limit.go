// Package limit bounds what operations may ask for, before anything of them runs.
//
// What a document fixes is measured once, when it is first seen ([Config.Document], [Config.Measure]); what variables add
// is measured with them ([Measure.Check]). Who asks how often is a [Gate]'s affair.
package limit

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// Config has the limits. [NewConfig] makes one with every default filled in; a zero is no limit.
type Config struct {
	// Depth is how many fields may stand within each other, of a document with its fragments spread out. Default 24: the
	// introspection query of GraphiQL has 15, and each edge that is followed takes three.
	Depth int
	// Aliases is how many fields of an operation may be renamed. Default 50.
	Aliases int
	// RootFields is how many fields an operation may have at its root. Default 20.
	RootFields int
	// Directives is how many a document may have. Default 100.
	Directives int
	// FilterDepth is how many objects of a filter may stand within each other. Default 12.
	FilterDepth int
	// Conditions is how many values an operation's filters may have. Default 500.
	Conditions int
	// ListLength is how many elements a list of values may have, as that of `in`. Default 1000.
	ListLength int
	// Cost is how much an operation may cost: a point for each row that it may return, by the sizes of the pages that it
	// asks for, ten for each count and each aggregate. Default 20000.
	Cost int64

	// DefaultPage is the size of a page for which none is asked. Default 20.
	DefaultPage int
	// MaxPage is the size of the largest page. Default 100.
	MaxPage int
}

// NewConfig is a Config with every default.
func NewConfig() Config {
	return Config{
		Depth: 24, Aliases: 50, RootFields: 20, Directives: 100, FilterDepth: 12, Conditions: 500, ListLength: 1000, Cost: 20_000,
		DefaultPage: 20, MaxPage: 100,
	}
}

// Validate reports all faults together.
func (c Config) Validate() error {
	var faults []error
	for name, n := range map[string]int64{
		"Depth": int64(c.Depth), "Aliases": int64(c.Aliases), "RootFields": int64(c.RootFields), "Directives": int64(c.Directives),
		"FilterDepth": int64(c.FilterDepth), "Conditions": int64(c.Conditions), "ListLength": int64(c.ListLength), "Cost": c.Cost,
		"DefaultPage": int64(c.DefaultPage), "MaxPage": int64(c.MaxPage),
	} {
		if n < 0 {
			faults = append(faults, fmt.Errorf("%s is %d, must not be negative", name, n))
		}
	}
	return errors.Join(faults...)
}

// The codes of an [Exceeded].
const (
	Depth       = "DEPTH_LIMIT"
	Aliases     = "ALIAS_LIMIT"
	RootFields  = "ROOT_FIELD_LIMIT"
	Directives  = "DIRECTIVE_LIMIT"
	FilterDepth = "FILTER_DEPTH_LIMIT"
	Conditions  = "CONDITION_LIMIT"
	ListLength  = "LIST_LIMIT"
	Cost        = "COST_LIMIT"
	InFlight    = "IN_FLIGHT_LIMIT"
	Rate        = "RATE_LIMIT"
)

// Exceeded is a limit that a request is over. Its message may be shown to its sender.
type Exceeded struct {
	Code    string
	Message string
	At      *ast.Position // in the document; nil for none
}

func (e *Exceeded) Error() string { return e.Message }

// over returns the fault of a number that is over a limit; nil where it is not.
func over(code, what string, n, limit int64, at *ast.Position) *Exceeded {
	if limit == 0 || n <= limit {
		return nil
	}
	return &Exceeded{Code: code, Message: fmt.Sprintf("%s: the limit is %d", what, limit), At: at}
}
