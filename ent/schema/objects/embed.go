// Package objects holds the SQL of what the schema has beside its tables: see README.md.
package objects

import "embed"

// Files are the SQL files of this directory, in the order of their names, and this text about them.
//
//go:embed *
var Files embed.FS
