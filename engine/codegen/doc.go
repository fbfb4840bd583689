// Package codegen is the ent extension that turns a schema into what the engine serves: the GraphQL SDL, the read
// model with its prepare hooks, and the entity names that gqlgen must know.
//
// It is used in the app's entc.go:
//
//	entc.Generate("./schema", &gen.Config{...}, entc.Extensions(codegen.New(codegen.Config{...})))
//
// What it writes is a function of the schema alone: the same schema gives the same bytes.
package codegen
