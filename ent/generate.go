// Package ent is the typed client of the order desk, generated from ent/schema.
package ent

//go:generate go run -mod=readonly entc.go
//go:generate go tool gqlgen
