package telemetry

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/pprof" // what it registers by itself is on a mux that nothing serves
	"net/netip"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Debug serves /metrics, /debug/status and /debug/pprof/. It is for a listener on loopback: nobody signs in. A page of a
// browser on this machine, whose host's name leads here, is refused for its Host header.
func (t *Telemetry) Debug() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{
		Registry: t.registry, EnableOpenMetrics: true, ErrorHandling: promhttp.ContinueOnError,
	}))
	mux.HandleFunc("GET /debug/status", t.debugStatus)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", notServed) // arguments may hold secrets
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, "only for this machine", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func notServed(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "not served", http.StatusNotFound)
}

// isLoopback tells whether a Host header names this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// debugStatus is the process at a glance.
func (t *Telemetry) debugStatus(w http.ResponseWriter, _ *http.Request) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	status := map[string]any{
		"version": t.config.Version, "go": runtime.Version(), "uptime": time.Since(t.start).Round(time.Second).String(),
		"goroutines": runtime.NumGoroutine(), "heap_bytes": memory.HeapAlloc, "gc_runs": memory.NumGC, "traces": t.tracer != nil,
	}
	for name, of := range t.status {
		status[name] = of()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(status) //nolint:errchkjson // plain figures, to a client that may have gone
}
