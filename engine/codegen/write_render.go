package codegen

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strconv"

	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"
)

// renderWrites writes the SDL of the mutations; nothing where nothing is written.
func renderWrites(list []*written) ([]byte, error) {
	if len(list) == 0 {
		return nil, nil
	}
	t, err := parse("write.graphql.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, newInputs(list)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Creator and Updater name the functions that hand builders to engine/write.
func (w *written) Creator() string { return "creationOf" + w.Type.Name }
func (w *written) Updater() string { return "updateOf" + w.Type.Name }

// KeyKind is the kind of the key; empty of an entity that the API does not address.
func (w *written) KeyKind() string {
	if w.entity == nil {
		return ""
	}
	return w.Key.Kind.Model
}

// Ruled tells whether the entity has rules for reading.
func (w *written) Ruled() bool { return w.entity != nil || w.Joins }

// renderWriteModel writes the Go file that describes the entities to engine/write.
func renderWriteModel(g *gen.Graph, list []*written) ([]byte, error) {
	t, err := parse("write.go.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Package": g.Config.Package, "Entities": list, "Imports": typeImports(list), "Guarded": slices.ContainsFunc(list, (*written).Guards)}); err != nil {
		return nil, err
	}
	source, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%w in:\n%s", err, b.String())
	}
	return source, nil
}

// clientTemplate gives ent's client a place for what the file keeps.
func clientTemplate() *gen.Template {
	return gen.MustParse(gen.NewTemplate("described").Parse(
		`{{ define "client/fields/additional/described" }}
	// described are the entities that are written.
	described descriptions
{{- end }}`))
}

// typeImports returns the imports of the types of fields and keys.
func typeImports(list []*written) []string {
	needed := make(map[string]bool)
	add := func(f *gen.Field) {
		switch t := f.Type; {
		case t.PkgPath != "":
			needed[strconv.Quote(t.PkgPath)] = true
		case t.Type == field.TypeTime:
			needed[`"time"`] = true
		}
	}
	for _, w := range list {
		if w.Type.HasOneFieldID() {
			add(w.Type.ID)
		}
		if w.entity == nil || !w.Writes() {
			continue
		}
		for _, i := range w.Inputs {
			add(i.Field)
		}
	}
	return slices.Sorted(maps.Keys(needed))
}
