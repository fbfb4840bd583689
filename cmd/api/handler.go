package main

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/privacy"

	"cambium/engine/access"
	"cambium/engine/access/token"
	"cambium/engine/database"
	"cambium/engine/executor"
	"cambium/engine/idempotency"
	"cambium/engine/operation"
	"cambium/engine/read"
	"cambium/engine/server"
	"cambium/engine/write"
	"cambium/ent"
	"cambium/ent/idempotencykey"
	_ "cambium/ent/runtime" // hooks, policies and defaults
	"cambium/graph"
	"cambium/trade"
)

// graphQLPath is where the API is.
const graphQLPath = "/graphql"

// keysOf are the idempotency keys of a database.
func keysOf(db *database.DB) *idempotency.Store {
	return idempotency.New(db, idempotencykey.Table, time.Now)
}

// newHandler wires the API over a database, which is read through reads, whose client and writer run their statements by
// driver, and where mutations run in the transactions of writes.
func newHandler(db *database.DB, reads read.Querier, driver dialect.Driver, writes executor.Transactor, cursorKey []byte, keys *idempotency.Store, auth authentication, config server.GraphQLConfig, logger *slog.Logger) (http.Handler, error) {
	client := ent.NewClient(ent.Driver(driver))
	schema, err := graph.Schema()
	if err != nil {
		return nil, err
	}
	reader, err := read.New(client.ReadModel(trade.Batch(time.Now)), schema, reads, read.Config{
		CursorKey: cursorKey, DefaultPage: config.Limits.DefaultPage, MaxPage: config.Limits.MaxPage, MaxConditions: config.Limits.Conditions,
	})
	if err != nil {
		return nil, err
	}
	writer, err := write.New(client.WriteModel(), reader, driver)
	if err != nil {
		return nil, err
	}
	app := graph.NewExecutableSchema(graph.Config{Resolvers: graph.NewResolver(client, version()), Schema: schema})
	config.Authenticate = auth.context
	var api operation.Executor = executor.New(executor.Config{Schema: schema, Reader: reader, Writer: writer, DB: writes, Keys: keys, App: app})
	if auth.database {
		api = executor.ForViewer(api, db)
	}
	config.Classify = classify
	handler, err := server.GraphQL(api, config, logger)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(graphQLPath, auth.announce(handler, logger))
	return mux, nil
}

// busyPause is what a client is asked to wait where the database had no room: about as long as a pool needs to drain.
const busyPause = time.Second

// classify knows the errors that clients may be told.
func classify(err error) (*server.Fault, bool) {
	var selection *read.Error
	var input *write.Error
	switch {
	case errors.As(err, &selection):
		return &server.Fault{Code: selection.Code, Message: selection.Message, Path: selection.Path}, true
	case errors.As(err, &input):
		return &server.Fault{Code: input.Code, Message: input.Message, Extensions: input.Extensions()}, true
	case errors.Is(err, token.ErrInvalid):
		return invalidToken, true
	case errors.Is(err, access.ErrAnonymous):
		return notSignedIn, true
	case errors.Is(err, privacy.Deny):
		return forbidden, true
	case errors.Is(err, idempotency.ErrReused):
		return &server.Fault{Code: "IDEMPOTENCY_KEY_REUSED", Message: idempotency.ErrReused.Error(), Status: http.StatusUnprocessableEntity}, true
	case errors.Is(err, idempotency.ErrKey):
		return &server.Fault{Code: write.BadUserInput, Message: idempotency.ErrKey.Error()}, true
	case errors.Is(err, idempotency.ErrUnserved):
		return &server.Fault{Code: write.BadUserInput, Message: idempotency.ErrUnserved.Error()}, true
	case errors.Is(err, database.ErrCommitUnknown):
		return &server.Fault{
			Code: "COMMIT_UNKNOWN", Message: "the end of the change is not known: it was stored or was not, look before you repeat it",
			Logged: true,
		}, true
	case errors.Is(err, database.ErrPoolExhausted):
		return &server.Fault{
			Code: "POOL_EXHAUSTED", Message: "too many operations at once, try again soon",
			Status: http.StatusServiceUnavailable, RetryAfter: busyPause, Logged: true,
		}, true
	case errors.Is(err, database.ErrUnavailable), database.IsUnavailable(err):
		return &server.Fault{
			Code: "UNAVAILABLE", Message: "the database is out of reach, try again soon",
			Status: http.StatusServiceUnavailable, RetryAfter: busyPause, Logged: true,
		}, true
	default:
		return nil, false
	}
}
