// Package graph is the lending library's own part of its GraphQL API.
package graph

import (
	_ "embed" // the SDL

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/internal/library/ent"
)

//go:embed schema.graphql
var sdl string

// Schema returns the schema that clients see.
func Schema() (*ast.Schema, error) {
	return gqlparser.LoadSchema(
		&ast.Source{Name: "ent/schema.graphql", Input: ent.SDL},
		&ast.Source{Name: "graph/schema.graphql", Input: sdl},
	)
}

// maxItems bounds what stands in a room.
const maxItems = 100

// Resolver is what the resolvers work with.
type Resolver struct{ client *ent.Client }

// NewResolver returns a resolver over the client.
func NewResolver(client *ent.Client) *Resolver { return &Resolver{client} }
