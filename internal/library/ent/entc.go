//go:build ignore

// The program that `go generate ./internal/library/ent` runs first.
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"

	"cambium/engine/codegen"
)

func main() {
	config := &gen.Config{
		Features: []gen.Feature{
			gen.FeatureIntercept, // rules for reading, as interceptors
			gen.FeaturePrivacy,   // and as policies
		},
	}
	if err := entc.Generate("./schema", config, entc.Extensions(codegen.New(codegen.Config{}))); err != nil {
		log.Fatal(err)
	}
}
