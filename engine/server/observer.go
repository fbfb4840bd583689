package server

import (
	"context"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/operation"
)

// Observer is told of requests and operations, beside the log. The answer waits for it: it has to be fast.
type Observer interface {
	// BeginRequest returns the context in which a request is answered.
	BeginRequest(r *http.Request) context.Context
	// EndRequest is called in that context when the request was answered, with r.Pattern where it led somewhere.
	EndRequest(ctx context.Context, r *http.Request, status int, took time.Duration)
	// BeginOperation returns the context in which an operation is run.
	BeginOperation(ctx context.Context, op *operation.Operation) context.Context
	// EndOperation is called in that context with the errors that the client is told.
	EndOperation(ctx context.Context, op *operation.Operation, took time.Duration, errs gqlerror.List)
	// Refused is called with the code of what kept a request from becoming an operation.
	Refused(ctx context.Context, code string)
	// Panicked is called after a panic was recovered.
	Panicked(ctx context.Context)
}

// nobody is the observer where there is none.
type nobody struct{}

func (nobody) BeginRequest(r *http.Request) context.Context { return r.Context() }

func (nobody) EndRequest(context.Context, *http.Request, int, time.Duration) {}

func (nobody) BeginOperation(ctx context.Context, _ *operation.Operation) context.Context {
	return ctx
}

func (nobody) EndOperation(context.Context, *operation.Operation, time.Duration, gqlerror.List) {}

func (nobody) Refused(context.Context, string) {}

func (nobody) Panicked(context.Context) {}
