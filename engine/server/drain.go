package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// CutError says that requests were still in flight when the budget for them ended.
type CutError struct {
	Requests int           // that were not answered
	Budget   time.Duration // that they had
}

func (e *CutError) Error() string {
	return fmt.Sprintf("%d requests in flight were cut after %v", e.Requests, e.Budget)
}

// errCut is the cause with which the contexts of cut requests end.
var errCut = errors.New("server is shutting down")

// cutGrace is how long cut requests have to notice: enough for a cancelled statement, and not to be felt.
const cutGrace = time.Second

// drain ends the server: red, late-comers, those in flight, and what is left. The contexts of requests outlive the one
// that ended, so nothing here waits on it.
func (s *Server) drain(ctx context.Context, h *http.Server, cut context.CancelCauseFunc) error {
	s.draining.Store(true)
	s.logger.InfoContext(ctx, "draining", "delay", s.config.DrainDelay, "budget", s.config.ShutdownTimeout, "in_flight", s.inFlight.Load())
	if s.config.DrainDelay > 0 {
		<-time.After(s.config.DrainDelay)
	}
	budget, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ShutdownTimeout)
	defer cancel()
	err := h.Shutdown(budget)
	if err == nil {
		s.logger.InfoContext(ctx, "drained")
		return nil
	}
	n := s.inFlight.Load()
	cut(errCut)
	closing := h.Close()
	s.awaitCut()
	switch {
	case n > 0:
		return &CutError{Requests: int(n), Budget: s.config.ShutdownTimeout}
	case errors.Is(err, context.DeadlineExceeded): // a connection was open on which nothing was asked
		s.logger.InfoContext(ctx, "drained")
		return nil
	default:
		return fmt.Errorf("shut down: %w", errors.Join(err, closing))
	}
}

// awaitCut waits for the handlers of cut requests, so that what they use is not closed under them.
func (s *Server) awaitCut() {
	const pause = 5 * time.Millisecond
	look := time.NewTicker(pause)
	defer look.Stop()
	for end := time.After(cutGrace); s.inFlight.Load() > 0; {
		select {
		case <-look.C:
		case <-end:
			return
		}
	}
}
