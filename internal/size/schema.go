package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// write makes a module of n entities in dir, which builds against the engine at root. Without the extension it is what
// ent generates alone.
func write(dir, root string, n int, extension bool) error {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	files := map[string]string{
		"go.mod": strings.Replace(string(mod), "module cambium\n", "module synthetic\n", 1) +
			fmt.Sprintf("\nrequire cambium v0.0.0\n\nreplace cambium => %s\n", root),
		"go.sum":          string(sum),
		"ent/generate.go": "package ent\n\n//go:generate go run -mod=mod entc.go\n",
		"ent/entc.go":     fmt.Sprintf(entcFile, "", ""),
	}
	if extension {
		files["ent/generate.go"] += "//go:generate go tool gqlgen\n"
		files["ent/entc.go"] = fmt.Sprintf(entcFile, "\n\n\t\"cambium/engine/codegen\"", ", entc.Extensions(codegen.New(codegen.Config{}))")
		files["gqlgen.yml"] = gqlgenFile
		files["graph/schema.graphql"] = "extend type Query {\n  version: String!\n}\n"
	}
	for i := 1; i <= n; i++ {
		files[fmt.Sprintf("ent/schema/entity%d.go", i)] = entity(i, n)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

const entcFile = `//go:build ignore

package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"%s
)

func main() {
	config := &gen.Config{Features: []gen.Feature{gen.FeatureIntercept, gen.FeaturePrivacy, gen.FeatureUpsert}}
	if err := entc.Generate("./schema", config%s); err != nil {
		log.Fatal(err)
	}
}
`

const gqlgenFile = `schema: [graph/*.graphql]
exec: {filename: graph/generated.go, package: graph}
model: {filename: graph/models.go, package: graph}
resolver: {layout: follow-schema, dir: graph, package: graph}
autobind: [synthetic/ent]
omit_complexity: true
omit_getters: true
skip_mod_tidy: true
`

// entity is the schema of the i-th entity: ten fields, and three edges in the middle. The entities are a tree, in which
// each has two children, and every second is joined with the next, many to many.
func entity(i, n int) string {
	var edges, indexes strings.Builder
	for child := 2 * i; child <= min(2*i+1, n); child++ {
		fmt.Fprintf(&edges, "\t\tedge.To(\"children%d\", Entity%d.Type),\n", child, child)
	}
	if i > 1 {
		fmt.Fprintf(&edges, "\t\tedge.From(\"parent\", Entity%d.Type).Ref(\"children%d\").Unique(),\n", i/2, i)
		indexes.WriteString("\t\tindex.Edges(\"parent\"),\n")
	}
	switch {
	case i%2 == 1 && i < n:
		fmt.Fprintf(&edges, "\t\tedge.To(\"partners\", Entity%d.Type),\n", i+1)
	case i%2 == 0:
		fmt.Fprintf(&edges, "\t\tedge.From(\"partners\", Entity%d.Type).Ref(\"partners\"),\n", i-1)
	}
	return fmt.Sprintf(entityFile, i, edges.String(), indexes.String())
}

const entityFile = `package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/shopspring/decimal"

	"cambium/engine/access"
	"cambium/engine/api"
)

type Entity%[1]d struct{ ent.Schema }

func (Entity%[1]d) Mixin() []ent.Mixin {
	return []ent.Mixin{access.Policy{Query: access.Rules{access.SignedIn()}, Mutation: access.Nobody()}}
}

func (Entity%[1]d) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Text("code").Unique(),
		field.Text("name"),
		field.Text("note").Optional().Nillable(),
		field.Int32("quantity").Default(0),
		field.Other("price", decimal.Decimal{}).SchemaType(map[string]string{dialect.Postgres: "numeric"}),
		field.Bool("active").Default(true),
		field.Enum("state").Values("open", "closed"),
		field.Time("created_at"),
		field.JSON("details", map[string]any{}).Optional(),
	}
}

func (Entity%[1]d) Edges() []ent.Edge {
	return []ent.Edge{
%[2]s	}
}

func (Entity%[1]d) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state", "id"),
%[3]s	}
}

func (Entity%[1]d) Annotations() []schema.Annotation {
	return []schema.Annotation{api.Expose(api.Read)}
}
`
