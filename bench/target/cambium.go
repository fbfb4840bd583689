// Package target is the Cambium that is measured: the order desk's API, wired as `api serve` wires it.
package target

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"cambium/engine/access"
	"cambium/engine/database"
	"cambium/engine/executor"
	"cambium/engine/read"
	"cambium/engine/server"
	"cambium/engine/write"
	"cambium/ent"
	_ "cambium/ent/runtime" // hooks, policies and defaults
	entschema "cambium/ent/schema"
	"cambium/graph"
	"cambium/trade"
)

// Path is where the API is.
const Path = "/graphql"

// Handler wires the API over a database.
func Handler(db *database.DB, logger *slog.Logger) (http.Handler, error) {
	client := ent.NewClient(ent.Driver(db.Driver()))
	schema, err := graph.Schema()
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte("bench"))
	reader, err := read.New(client.ReadModel(trade.Batch(time.Now)), schema, db, read.Config{CursorKey: key[:]})
	if err != nil {
		return nil, err
	}
	writer, err := write.New(client.WriteModel(), reader, db.Driver())
	if err != nil {
		return nil, err
	}
	app := graph.NewExecutableSchema(graph.Config{Resolvers: graph.NewResolver(client, "bench"), Schema: schema})
	config := server.NewGraphQLConfig()
	auditor := &access.Viewer{ID: "1", Roles: []string{entschema.RoleAuditor}} // sees all orders: no rule adds a condition
	config.Authenticate = func(r *http.Request) (context.Context, error) { return access.With(r.Context(), auditor), nil }
	api := executor.New(executor.Config{Schema: schema, Reader: reader, Writer: writer, DB: db, App: app})
	handler, err := server.GraphQL(api, config, logger)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(Path, handler)
	return mux, nil
}

// Serve answers on the listener until ctx ends. The environment configures the pool.
func Serve(ctx context.Context, getenv func(string) string, listener net.Listener, logger *slog.Logger) (err error) {
	config, err := database.ConfigFromEnv(getenv)
	if err != nil {
		return err
	}
	db, err := database.Open(ctx, config, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	handler, err := Handler(db, logger)
	if err != nil {
		return fmt.Errorf("wire the API: %w", err)
	}
	front, err := server.New(server.NewConfig(), handler, logger, server.Check{Name: "database", Run: db.Ping})
	if err != nil {
		return err
	}
	return front.Run(ctx, listener, func(string) {})
}
