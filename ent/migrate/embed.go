// Package migrate holds the tables that ent generated, and the migrations that lead to them.
package migrate

import (
	"embed"
	"io/fs"

	"cambium/engine/migration"
	"cambium/ent/schema/objects"
)

//go:embed migrations
var embedded embed.FS

// Migrations is the migration directory as it was when the program was built: the files, their reverse and their
// atlas.sum, at the root.
func Migrations() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // only for a path that is not one
	}
	return sub
}

// Target is what the migrations lead to.
func Target() migration.Schema {
	return migration.Schema{Tables: Tables, Objects: objects.Files, Renamed: Renamed}
}
