// Package migrate holds the tables that ent generated, and the migrations that lead to them.
package migrate

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql migrations/atlas.sum
var embedded embed.FS

// Migrations is the migration directory as it was when the program was built: the files and their atlas.sum, at the root.
func Migrations() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // only for a path that is not one
	}
	return sub
}
