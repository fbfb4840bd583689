// Package stock is the control of the benchmarks: ent, entgql and gqlgen as their manuals put them together, on the
// order desk's tables.
//
// What is generated is not kept: it is many times the rest of the project, serves nothing else, and is made again from
// schema and gqlgen.yml in a minute. serve.go and resolver.go, which need it, are therefore built by name (see
// bench/run.go) and are no part of the package.
package stock

//go:generate go run -mod=readonly entc.go
//go:generate go tool gqlgen
