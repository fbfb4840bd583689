# The Atlas CLI on this project: bin/atlas migrate status --env local, and diff, apply, lint, validate, hash.
# It shares the directory, atlas.sum and the revision table with `api migrate`: what one applied, the other knows.
#
#   DATABASE_URL    the database that is migrated, such as postgres://user:password@127.0.0.1:5432/cambium?sslmode=disable
#   ATLAS_DEV_URL   an empty database on a development server; diff, lint and validate replay the migrations there.
#                   (`api migrate diff` needs none: it makes its own.)

env "local" {
  # Loading ent:// runs the go command in this directory.
  src = "ent://ent/schema"
  url = getenv("DATABASE_URL")

  # ent:// wants a connection that is bound to one schema.
  dev = urlqueryset(getenv("ATLAS_DEV_URL"), "search_path", "public")

  migration {
    dir = "file://ent/migrate/migrations"
  }

  format {
    migrate {
      diff = "{{ sql . \"  \" }}"
    }
  }
}
