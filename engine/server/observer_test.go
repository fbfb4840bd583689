package server_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/operation"
	"cambium/engine/server"
)

// seen is an observer that remembers what it was told.
type seen struct {
	mu   sync.Mutex
	told []string
}

func (s *seen) tell(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, what)
}

func (s *seen) BeginRequest(r *http.Request) context.Context {
	s.tell("begin request")
	return r.Context()
}

func (s *seen) EndRequest(_ context.Context, r *http.Request, status int, _ time.Duration) {
	s.tell("end request " + r.Pattern + " " + strconv.Itoa(status))
}

func (s *seen) BeginOperation(ctx context.Context, _ *operation.Operation) context.Context {
	s.tell("begin operation")
	return ctx
}

func (s *seen) EndOperation(_ context.Context, _ *operation.Operation, _ time.Duration, errs gqlerror.List) {
	what := "end operation"
	for _, err := range errs {
		what += " " + server.CodeOf(err)
	}
	s.tell(what)
}

func (s *seen) Refused(_ context.Context, code string) { s.tell("refused " + code) }

func (s *seen) Panicked(context.Context) { s.tell("panicked") }
