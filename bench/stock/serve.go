//go:build ignore

// The server that the benchmark runs.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/bench/child"
	"cambium/bench/stock/ent"
	"cambium/bench/stock/graph"
)

func main() {
	if err := child.Serve(context.Background(), os.Getenv, os.Stdin, os.Stdout, serve); err != nil {
		fmt.Fprintf(os.Stderr, "stock: %v\n", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, listener net.Listener) error {
	db, err := sql.Open("pgx", os.Getenv(child.DatabaseURL))
	if err != nil {
		return err
	}
	defer db.Close()
	const connections, documents, timeout = 10, 1000, 10 * time.Second
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
	srv := handler.New(graph.NewExecutableSchema(graph.Config{Resolvers: &resolver{client}}))
	srv.AddTransport(transport.POST{})
	srv.SetQueryCache(lru.New[*ast.QueryDocument](documents))
	mux := http.NewServeMux()
	mux.Handle("/graphql", srv)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: timeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
