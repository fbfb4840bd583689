package codegen

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"slices"

	"entgo.io/ent/entc/gen"
)

// ruled returns the types whose rules reads apply: the exposed ones, and those whose rows join them.
func ruled(entities []*entity) (found []*gen.Type) {
	for _, e := range entities {
		found = append(found, e.Type)
	}
	for _, e := range entities {
		for _, x := range e.Edges {
			if x.Join != nil && x.Join.Through != nil && !slices.Contains(found, x.Join.Through) {
				found = append(found, x.Join.Through)
			}
		}
	}
	return found
}

// policed returns the types that have a policy.
func policed(g *gen.Graph) (found []*gen.Type) {
	for _, t := range g.Nodes {
		if t.NumPolicy() > 0 {
			found = append(found, t)
		}
	}
	return found
}

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
		"Imports":  imports(entities),
		"Ruled":    ruled(entities),
		"Policed":  policed(g),
		"LookedAt": slices.ContainsFunc(g.Nodes, lookedAt),
		"Batched":  slices.ContainsFunc(entities, func(e *entity) bool { return len(e.Batched) > 0 }),
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

// imports returns the packages that the types of batch fields need.
func imports(entities []*entity) (paths []string) {
	needed := make(map[string]bool)
	for _, e := range entities {
		for _, f := range e.Batched {
			switch f.Go {
			case "time.Time":
				needed["time"] = true
			case "decimal.Decimal":
				needed["github.com/shopspring/decimal"] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(needed))
}
