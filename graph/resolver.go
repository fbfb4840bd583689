// Package graph is the order desk's own part of the GraphQL API: fields that are not generated from ent/schema. A
// resolver translates; what it decides stands in trade/.
package graph

import (
	"embed"
	"io/fs"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/ent"
)

//go:embed *.graphql
var sdl embed.FS

// generated is what gqlgen alone reads: the entities as scalars.
const generated = "entities.graphql"

// Schema returns the schema that clients see: that of the entities with this package's own.
func Schema() (*ast.Schema, error) {
	names, err := fs.Glob(sdl, "*.graphql")
	if err != nil {
		return nil, err
	}
	documents := []*ast.Source{{Name: "ent/schema.graphql", Input: ent.SDL}}
	for _, name := range names {
		if name == generated {
			continue
		}
		text, err := sdl.ReadFile(name)
		if err != nil {
			return nil, err
		}
		documents = append(documents, &ast.Source{Name: "graph/" + name, Input: string(text)})
	}
	return gqlparser.LoadSchema(documents...)
}

// Resolver is what the resolvers work with.
type Resolver struct {
	client  *ent.Client
	version string
}

// NewResolver returns a resolver over the client, for the release of the given name.
func NewResolver(client *ent.Client, version string) *Resolver {
	return &Resolver{client, version}
}
