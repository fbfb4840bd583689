package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// Server serves one handler, with health, ids, logs and a clean end around it. [New] makes one.
type Server struct {
	config   Config
	logger   *slog.Logger
	checks   []Check
	handler  http.Handler // the app's, health beside it and the door before both
	draining atomic.Bool
	inFlight atomic.Int64
	checking singleflight.Group
}

// New makes a server of the handler. The checks are those of /readyz. It fails, with all faults at once, for a Config
// that is out of its bounds.
func New(config Config, handler http.Handler, logger *slog.Logger, checks ...Check) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	s := &Server{config: config, logger: logger, checks: checks}
	health := http.NewServeMux()
	health.HandleFunc("GET "+livenessPath, s.liveness)
	health.HandleFunc("GET "+readinessPath, s.readiness)
	var err error
	s.handler, err = newDoor(config, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if IsProbe(r.URL.Path) {
			health.ServeHTTP(w, r)
		} else {
			handler.ServeHTTP(w, r)
		}
	}))
	if err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	return s, nil
}

// Listen opens the address, host:port; port 0 takes a free one. The caller hands the listener to [Server.Run] or closes
// it.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// Run serves on the listener until ctx ends, then drains; it closes the listener. ready is called once, with the real
// address, when requests are answered.
//
// It returns nil when every request was answered, a [*CutError] when the budget ended before that, and the reason when
// it could not serve.
func (s *Server) Run(ctx context.Context, listener net.Listener, ready func(address string)) error {
	requests, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)
	h := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.config.ReadHeaderTimeout,
		ReadTimeout:       s.config.ReadTimeout,
		WriteTimeout:      s.config.WriteTimeout,
		IdleTimeout:       s.config.IdleTimeout,
		MaxHeaderBytes:    s.config.MaxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug), // clients that misbehave
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(listener) }()
	address := listener.Addr().String()
	s.logger.InfoContext(ctx, "listening", "address", address)
	ready(address)
	select {
	case err := <-served:
		cut(err)
		_ = h.Close() // of connections that nothing is left to say to
		return fmt.Errorf("serve on %s: %w", address, err)
	case <-ctx.Done():
	}
	err := s.drain(ctx, h, cut)
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}
