package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

const (
	livenessPath  = "/healthz"
	readinessPath = "/readyz"
)

// IsProbe tells whether a path is one of those that ask for health.
func IsProbe(path string) bool { return path == livenessPath || path == readinessPath }

// Check is one condition of readiness.
type Check struct {
	Name string // shown to whoever asks
	// Run is nil when the condition holds. It obeys its context, which is bounded by [Config.CheckTimeout]. Its error is
	// logged, never shown.
	Run func(context.Context) error
}

// liveness is green as long as the process serves, whatever the database does: restarting this process cures nothing
// but this process.
func (s *Server) liveness(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, []byte(`{"status":"ok"}`))
}

// report is the body of /readyz.
type report struct {
	Status string            `json:"status"` // ready, unready or draining
	Checks map[string]string `json:"checks,omitempty"`
}

func (s *Server) readiness(w http.ResponseWriter, r *http.Request) {
	status, report := http.StatusOK, report{Status: "ready"}
	if !s.draining.Load() {
		report.Checks = s.check(r.Context())
	}
	for _, outcome := range report.Checks {
		if outcome != passed {
			status, report.Status = http.StatusServiceUnavailable, "unready"
		}
	}
	if s.draining.Load() { // also when it began while the checks ran
		status, report.Status = http.StatusServiceUnavailable, "draining"
	}
	body, err := json.Marshal(report)
	if err != nil { // strings in a map
		panic(err)
	}
	writeJSON(w, status, body)
}

const passed = "ok"

// check runs the checks side by side. Callers that come while they run share the outcome, so that a flood of probes is
// no flood on the database.
func (s *Server) check(ctx context.Context) map[string]string {
	v, _, _ := s.checking.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), s.config.CheckTimeout, errCheckTimeout)
		defer cancel()
		outcomes := make(map[string]string, len(s.checks))
		results := make([]chan error, len(s.checks))
		for i, c := range s.checks {
			results[i] = make(chan error, 1)
			go func() { results[i] <- c.Run(ctx) }()
		}
		for i, c := range s.checks {
			var err error
			select {
			case err = <-results[i]:
			case <-ctx.Done():
				err = context.Cause(ctx)
			}
			outcomes[c.Name] = passed
			if err != nil {
				outcomes[c.Name] = "failed"
				s.logger.WarnContext(ctx, "readiness check failed", "check", c.Name, "error", err)
			}
		}
		return outcomes, nil
	})
	return v.(map[string]string)
}

var errCheckTimeout = errors.New("the check took too long")
