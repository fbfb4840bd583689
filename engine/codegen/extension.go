package codegen

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

// Config says where the generated files go; paths are relative to the directory that `go generate` runs in.
type Config struct {
	// SDL is the path of the API's full schema. Default: schema.graphql.
	SDL string
	// Gqlgen is the path of the SDL in which gqlgen sees each entity as a scalar. Default: ../graph/entities.graphql.
	Gqlgen string
}

// Extension implements [entc.Extension].
type Extension struct {
	entc.DefaultExtension

	config Config
}

// New returns the extension.
func New(config Config) *Extension {
	if config.SDL == "" {
		config.SDL = "schema.graphql"
	}
	if config.Gqlgen == "" {
		config.Gqlgen = filepath.Join("..", "graph", "entities.graphql")
	}
	return &Extension{config: config}
}

// Hooks of the extension: the engine's files are written after ent's own.
func (e *Extension) Hooks() []gen.Hook {
	return []gen.Hook{func(next gen.Generator) gen.Generator {
		return gen.GenerateFunc(func(g *gen.Graph) error {
			entities, err := describe(g)
			if err != nil {
				return err
			}
			writes, err := describeWrites(entities)
			if err != nil {
				return err
			}
			if len(writes) > 0 {
				g.Templates = append(g.Templates, clientTemplate())
			}
			if err := next.Generate(g); err != nil {
				return err
			}
			return e.write(g, entities, writes)
		})
	}}
}

// file is one that is generated.
type file struct {
	path   string
	render func() ([]byte, error)
}

// filePerm is what git gives to a file that anyone may read.
const filePerm = 0o644

// write renders every file before it writes the first, so that a fault leaves the old files as they were.
func (e *Extension) write(g *gen.Graph, entities []*entity, writes []*written) error {
	files := []file{
		{e.config.SDL, func() ([]byte, error) { return renderSDL(entities, writes) }},
		{e.config.Gqlgen, func() ([]byte, error) { return renderGqlgen(entities) }},
		{filepath.Join(g.Target, "read.go"), func() ([]byte, error) { return renderModel(g, entities, filepath.Base(e.config.SDL)) }},
		{filepath.Join(g.Target, "migrate", "renamed.go"), func() ([]byte, error) { return renderRenamed(g) }},
	}
	if len(writes) > 0 {
		files = append(files, file{filepath.Join(g.Target, "write.go"), func() ([]byte, error) { return renderWriteModel(g, writes) }})
	}
	contents := make([][]byte, len(files))
	for i, f := range files {
		var err error
		if contents[i], err = f.render(); err != nil {
			return fmt.Errorf("render %s: %w", f.path, err)
		}
	}
	for i, f := range files {
		if old, err := os.ReadFile(f.path); err == nil && bytes.Equal(old, contents[i]) {
			continue
		}
		if err := os.WriteFile(f.path, contents[i], filePerm); err != nil {
			return err
		}
	}
	return nil
}
