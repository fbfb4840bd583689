package server_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"cambium/engine/server"
)

func TestReadinessNamesWhatFailed(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.NotFoundHandler(),
		server.Check{Name: "database", Run: func(context.Context) error { return errors.New("no route to 10.1.2.3") }},
		server.Check{Name: "migrations", Run: func(context.Context) error { return nil }})
	r := get(t, s.url+"/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, r.status)
	assert.JSONEq(t, `{"status":"unready","checks":{"database":"failed","migrations":"ok"}}`, r.body)
	assert.Equal(t, "application/json; charset=utf-8", r.header.Get("Content-Type"))
	assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
	line := s.log.lines(t, "readiness check failed")[0]
	assert.Equal(t, "no route to 10.1.2.3", line["error"])
	assert.Equal(t, "database", line["check"])
	assert.Equal(t, http.StatusOK, get(t, s.url+"/healthz").status)
}

func TestReadinessRecovers(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	s := start(t, server.NewConfig(), http.NotFoundHandler(), server.Check{Name: "database", Run: func(context.Context) error {
		if down.Load() {
			return errors.New("down")
		}
		return nil
	}})
	assert.Equal(t, http.StatusOK, get(t, s.url+"/readyz").status)
	down.Store(true)
	assert.Equal(t, http.StatusServiceUnavailable, get(t, s.url+"/readyz").status)
	down.Store(false)
	assert.JSONEq(t, `{"status":"ready","checks":{"database":"ok"}}`, get(t, s.url+"/readyz").body)
}

func TestReadinessIsBoundedInTime(t *testing.T) {
	t.Parallel()
	config := server.NewConfig()
	config.CheckTimeout = 10 * time.Millisecond
	release := make(chan struct{})
	s := start(t, config, http.NotFoundHandler(), server.Check{Name: "stuck", Run: func(context.Context) error {
		<-release // deaf to its context
		return nil
	}})
	r := get(t, s.url+"/readyz")
	close(release)
	assert.Equal(t, http.StatusServiceUnavailable, r.status)
	assert.JSONEq(t, `{"status":"unready","checks":{"stuck":"failed"}}`, r.body)
}

func TestProbesShareOneRunOfTheChecks(t *testing.T) {
	t.Parallel()
	var most, now atomic.Int64
	s := start(t, server.NewConfig(), http.NotFoundHandler(), server.Check{Name: "database", Run: func(context.Context) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		return nil
	}})
	var probes sync.WaitGroup
	for range 20 {
		probes.Go(func() { get(t, s.url+"/readyz") })
	}
	probes.Wait()
	assert.Equal(t, int64(1), most.Load())
}

func TestHealthIsLoggedAtDebugLevel(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.NotFoundHandler())
	get(t, s.url+"/healthz")
	line := s.log.lines(t, "request")[0]
	assert.Equal(t, "DEBUG", line["level"])
	assert.Equal(t, "/healthz", line["path"])
}
