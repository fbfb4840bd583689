package ent

//go:generate go run -mod=readonly entc.go
//go:generate go tool gqlgen
