package codegen

import (
	"bytes"
	"fmt"
	"go/format"

	"entgo.io/ent/entc/gen"
)

// renderModel writes the Go file that describes the entities to engine/read and prepares their queries.
func renderModel(g *gen.Graph, entities []*entity, sdl string) ([]byte, error) {
	t, err := parse("read.go.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Package":  g.Config.Package,
		"Entities": entities,
		"SDL":      sdl,
	})
	if err != nil {
		return nil, err
	}
	source, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%w in:\n%s", err, b.String())
	}
	return source, nil
}
