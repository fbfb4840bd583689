// Package ent is the lending library: a second domain for the tests of the engine, which shares nothing with the order
// desk.
package ent

//go:generate go run -mod=readonly entc.go
//go:generate go tool gqlgen
