package codegen

import (
	"fmt"
	"strings"

	"entgo.io/ent/entc/gen"

	"cambium/engine/api"
)

// input is a field that inputs may give.
type input struct {
	Field       *gen.Field
	Name        string
	Kind        kind
	Nullable    bool
	Required    bool
	Immutable   bool
	Description string
	Writers     []string // roles that may give it; nil where whoever writes the row may
}

// Validator is the call of what ent checks of a value x of the field; empty where it checks nothing.
func (i input) Validator(pkg string) string {
	switch f := i.Field; {
	case f.Validators > 0 || f.IsEnum():
		return fmt.Sprintf("%s.%s(%s)", pkg, f.Validator(), f.BasicType("x"))
	case f.HasGoType() && f.Type.Validator():
		return "x.Validate()"
	}
	return ""
}

// unique is a key by which rows are named in inputs.
type unique struct {
	Name, Value string
	Input       string // type of the member; of several columns an input of its own
	Arguments   []lookupArgument
}

// KeyGiven tells whether who creates a row gives its key.
func (w *written) KeyGiven() bool {
	id := w.Type.ID
	return id != nil && id.UserDefined && !id.Default && !id.Type.Type.Integer()
}

// addInputs adds what inputs may give, and finds what they would have to and may not.
func (w *written) addInputs() (faults []error) {
	t := w.Type
	for _, f := range t.Fields {
		a, _ := api.Of(f.Annotations)
		_, stored := sqlType(f)
		if f == w.ID || f.IsEdgeField() || !stored {
			continue
		}
		required := !f.Optional && !f.Default
		if f.Sensitive() || a.ReadOnly {
			if required && w.creates && !hasDefault(f) {
				faults = append(faults, fmt.Errorf("schema %s, field %s: a new row needs it and the API may not give it; "+
					"give the field a default, or do not expose Create", t.Name, f.Name))
			}
			continue
		}
		k, err := kindOf(t, f)
		if err != nil {
			continue // told already
		}
		var writers []string
		if a.Access != nil && a.Access.Guarded {
			writers = append([]string{}, a.Access.Writers...)
		}
		w.Inputs = append(w.Inputs, input{
			Writers: writers, Field: f, Name: camel(f.Name), Kind: k, Nullable: f.Optional, Required: required, Immutable: f.Immutable,
			Description: f.Comment(),
		})
	}
	return faults
}

// addUniques adds the keys by which a row can be named beside its id: those that lookups have.
func (w *written) addUniques() (faults []error) {
	for _, l := range w.Lookups[1:] {
		name := strings.TrimPrefix(l.Name, camel(w.Type.Name)+"By")
		u := unique{Name: strings.ToLower(name[:1]) + name[1:], Arguments: l.Arguments, Input: l.Arguments[0].GraphQL}
		if len(l.Arguments) > 1 {
			u.Input = w.Type.Name + name + "Input"
		}
		u.Value = strings.ToUpper(gen.Funcs["snake"].(func(string) string)(name))
		w.Uniques = append(w.Uniques, u)
	}
	if w.upserts && len(w.Uniques) == 0 {
		faults = append(faults, fmt.Errorf("schema %s: Upsert is exposed, and no unique key names a row; "+
			"add one, or do not expose Upsert", w.Type.Name))
	}
	return faults
}

// inputs are the parts of the SDL, and which of the inputs of edges are needed.
type inputs struct {
	Entities []*written
	needed   map[string]bool
}

func newInputs(list []*written) *inputs {
	in := &inputs{needed: make(map[string]bool)}
	for _, w := range list {
		if w.entity == nil {
			continue
		}
		in.Entities = append(in.Entities, w)
		for _, l := range w.Followed() {
			if w.creates {
				in.needed[l.Farther("Create")] = true
			}
			if w.updates && !(l.Own && l.Gen.Immutable) {
				in.needed[l.Farther("Update")] = true
			}
		}
	}
	return in
}

// Needed tells whether an edge has an input of the name.
func (in *inputs) Needed(name string) bool { return in.needed[name] }

// Named tells whether inputs name rows of the entity.
func (in *inputs) Named(w *written) bool {
	name := w.Type.Name
	for _, kind := range []string{"ToOneCreateInput", "ToManyCreateInput", "ToOneUpdateInput", "ToManyUpdateInput"} {
		if in.needed[name+kind] {
			return true
		}
	}
	return false
}
