package stock

// What the files that are built by name, and what is generated, import.
import (
	_ "cambium/bench/child"
	_ "entgo.io/contrib/entgql"
	_ "entgo.io/ent/entc"
	_ "github.com/99designs/gqlgen/graphql/handler"
	_ "github.com/hashicorp/go-multierror"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/vektah/gqlparser/v2"
	_ "github.com/vmihailenco/msgpack/v5"
	_ "golang.org/x/sync/semaphore"
)
