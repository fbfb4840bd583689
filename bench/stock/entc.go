//go:build ignore

// The program that `go generate .` runs first.
package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	extension, err := entgql.NewExtension(
		entgql.WithSchemaGenerator(),
		entgql.WithSchemaPath("ent.graphql"),
		entgql.WithWhereInputs(true),
		entgql.WithConfigPath("gqlgen.yml"),
	)
	if err != nil {
		log.Fatal(err)
	}
	config := &gen.Config{Target: "ent", Package: "cambium/bench/stock/ent"}
	if err := entc.Generate("./schema", config, entc.Extensions(extension)); err != nil {
		log.Fatal(err)
	}
}
