// Package server is the HTTP lifecycle: it listens, answers, tells what it does, and stops cleanly.
//
// # Running
//
// [Listen] comes first, so that a port that is taken is known before anything slow begins. [Server.Run] serves until its
// context ends and then drains:
//
//	listener, err := server.Listen(ctx, "127.0.0.1:8080")
//	s, err := server.New(server.NewConfig(), mux, logger, server.Check{Name: "database", Run: db.Ping})
//	err = s.Run(ctx, listener, func(address string) { fmt.Println("http://" + address) })
//
// Draining turns /readyz red at once, keeps serving for [Config.DrainDelay], then refuses new connections and waits up to
// [Config.ShutdownTimeout] for the requests in flight. Run returns nil when all of them were answered, and a [*CutError]
// that counts those that were not. Signals are the caller's: Run knows its context only.
//
// # What every request gets
//
// An id ([RequestID]), taken from X-Request-Id where that is harmless, else made, and returned in the same header; one
// line of log; a 500 with an error id instead of a panic; [http.CrossOriginProtection]. [LogHandler] puts the id on every
// line that is logged with the request's context. /healthz tells that the process serves, /readyz that its [Check]s pass.
//
// # GraphQL
//
// [GraphQL] serves an executable schema by GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/): POST
// with a JSON body, GET for queries. The data of a response is written as the executor made it, in one write, without
// being scanned again; from [GraphQLConfig.CompressFrom] on as gzip or zstd, where Accept-Encoding asks for it. What is
// read is read strictly: a body with a duplicate key, with invalid UTF-8 or with anything after its end is refused. What
// is said is on a list: validation errors and the [Fault]s that [GraphQLConfig.Classify] knows; any other error is
// "internal error" with the id under which the log has it.
package server
