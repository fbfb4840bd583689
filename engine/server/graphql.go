package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/access"
	"cambium/engine/limit"
	"cambium/engine/operation"
)

// graphQL is the transport of one schema.
type graphQL struct {
	config  GraphQLConfig
	present presenter
	service *operation.Service
	gate    *limit.Gate
	named   *persisted
}

// GraphQL serves a schema by GraphQL over HTTP. It fails, with all faults at once, for a config that is out of its
// bounds.
func GraphQL(executor operation.Executor, config GraphQLConfig, logger *slog.Logger) (http.Handler, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("configure GraphQL: %w", err)
	}
	p := presenter{classify: config.Classify, observer: config.Observer, logger: logger}
	return &graphQL{config, p, operation.New(executor, operation.Config{
		Introspection:   config.Introspection,
		MaxTokens:       config.MaxTokens,
		Limits:          config.Limits,
		CachedDocuments: config.CachedDocuments,
		Present:         p.present,
		Recover:         p.recovered,
	}), limit.NewGate(config.Gate, time.Now), newPersisted(config.Persisted)}, nil
}

// ServeHTTP reads one operation, runs it and writes what came of it.
func (g *graphQL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	media, ok := negotiate(r.Header["Accept"])
	header := w.Header()
	header["Content-Type"] = media.content
	header["Vary"] = vary
	if !ok {
		g.refuse(w, r, refused(http.StatusNotAcceptable, "Accept allows neither "+responseType+" nor "+jsonType))
		return
	}
	coding, ok := negotiateCoding(r.Header, g.config.CompressFrom)
	if !ok {
		g.refuse(w, r, refused(http.StatusNotAcceptable, "Accept-Encoding allows neither gzip nor zstd nor identity"))
		return
	}
	ctx, err := g.config.Authenticate(r)
	key, full := g.gate.Enter(access.From(ctx).ID, r.RemoteAddr)
	if full != nil {
		g.refuse(w, r, tooMany(full))
		return
	}
	defer g.gate.Leave(key)
	if err != nil {
		g.refuse(w, r, g.present.unauthenticated(r.Context(), err))
		return
	}
	var params *graphql.RawParams
	var fault *Fault
	switch r.Method {
	case http.MethodPost:
		params, fault = g.post(w, r)
	case http.MethodGet:
		params, fault = get(r)
	default:
		header.Set("Allow", "GET, POST")
		fault = refused(http.StatusMethodNotAllowed, "use POST, or GET for queries")
	}
	if fault == nil {
		fault = g.named.resolve(params)
	}
	if fault != nil {
		g.refuse(w, r, fault)
		return
	}
	params.Headers = r.Header
	g.run(ctx, w, r, media, coding, params)
}

var vary = []string{"Accept, Accept-Encoding"}

func (g *graphQL) refuse(w http.ResponseWriter, r *http.Request, fault *Fault) {
	g.config.Observer.Refused(r.Context(), fault.Code)
	writeFault(w, fault, RequestID(r.Context()))
}

// run answers an operation. Its place is free before the answer is written: a client that reads slowly holds none.
func (g *graphQL) run(
	ctx context.Context, w http.ResponseWriter, r *http.Request, media *mediaType, coding answerCoding, params *graphql.RawParams,
) {
	answer := answers.Get().(*buffer)
	defer answer.release(&answers)
	op, response, fault := g.operate(ctx, w, r, params, answer)
	switch {
	case r.Context().Err() != nil: // nobody is listening, or the server cuts who does: an empty answer would be one
		if e := exchangeOf(ctx); e != nil {
			e.status = statusClientClosed
		}
		panic(http.ErrAbortHandler)
	case fault != nil:
		g.refuse(w, r, fault)
	case op == nil:
		for _, err := range response.Errors {
			g.config.Observer.Refused(ctx, CodeOf(err))
		}
		coding.respond(w, media.requestError, response)
	default:
		if params.Extensions["cost"] == true {
			if response.Extensions == nil {
				response.Extensions = make(map[string]any, 1)
			}
			response.Extensions["cost"] = map[string]int64{"requested": op.Cost(), "limit": g.config.Limits.Cost}
		}
		coding.respond(w, statusOf(w, response), response)
	}
}

// operate takes a place, prepares the operation and runs it into the buffer. Without an operation the response has what is
// wrong with the document or its variables.
func (g *graphQL) operate(
	ctx context.Context, w http.ResponseWriter, r *http.Request, params *graphql.RawParams, answer *buffer,
) (*operation.Operation, operation.Response, *Fault) {
	if g.config.Admission != nil {
		if err := g.config.Admission.Enter(ctx); err != nil { // of a client that has gone too, which reads nothing
			return nil, operation.Response{}, full
		}
		defer g.config.Admission.Leave()
	}
	op, errs := g.service.Prepare(params)
	if len(errs) > 0 {
		return nil, operation.Response{Errors: ofDocument(errs)}, nil
	}
	if e := exchangeOf(ctx); e != nil {
		e.operation = clip(op.Operation.Name)
	}
	if r.Method == http.MethodGet && op.Operation.Operation != ast.Query {
		w.Header().Set("Allow", "POST")
		return nil, operation.Response{}, refused(http.StatusMethodNotAllowed, "GET runs queries only, use POST")
	}
	if op.Operation.Operation == ast.Subscription {
		return nil, operation.Response{}, refused(http.StatusBadRequest, "subscriptions are not served here")
	}
	ctx, cancel := context.WithTimeout(ctx, g.config.OperationTimeout)
	defer cancel()
	ctx = g.config.Observer.BeginOperation(ctx, op)
	start := time.Now()
	response := operation.Response{Errors: panicked}
	defer func() {
		g.config.Observer.EndOperation(ctx, op, time.Since(start), response.Errors)
	}()
	response = g.service.Run(ctx, op, append(answer.bytes, answerStart...))
	answer.bytes = response.Data
	return op, response, nil
}

// panicked are the errors of an operation that came to no end.
var panicked = gqlerror.List{internal.graphql("")}

// statusClientClosed is what nginx logs for a client that went away before it was answered. It is only logged.
const statusClientClosed = 499
