// Package library proves the generality of the engine: a lending library, which shares nothing with the order desk, is
// generated from ent/schema, migrated and served by the same packages. What is checked stands in its tests.
package library
