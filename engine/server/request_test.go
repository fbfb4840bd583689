package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/server"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, server.RequestID(r.Context()))
	}))
	for name, c := range map[string]struct {
		sent  []string
		taken bool
	}{
		"none":       {nil, false},
		"uuid":       {[]string{"0b9d7f3e-6c1a-4f0e-9f52-2f6f3a1b7c11"}, true},
		"word":       {[]string{"deploy_42.retry-1"}, true},
		"longest":    {[]string{strings.Repeat("a", 64)}, true},
		"too long":   {[]string{strings.Repeat("a", 65)}, false},
		"empty":      {[]string{""}, false},
		"space":      {[]string{"a b"}, false},
		"log forger": {[]string{`a" level=ERROR`}, false},
		"not ascii":  {[]string{"é"}, false},
		"two":        {[]string{"a", "b"}, false},
		"markup":     {[]string{"<script>"}, false},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
		require.NoError(t, err)
		request.Header["X-Request-Id"] = c.sent
		r := do(t, request)
		id := r.header.Get("X-Request-Id")
		assert.Equal(t, id, r.body, "%s: the handler has the same", name)
		assert.NotEmpty(t, id, name)
		if c.taken {
			assert.Equal(t, c.sent[0], id, name)
		} else {
			assert.NotContains(t, c.sent, id, name)
		}
	}
}

func TestEveryRequestIsOneLine(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, nil, nil)
	s := start(t, server.NewConfig(), handler)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql?secret=1", strings.NewReader(`{"query":"query Greet { hello }"}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", plain)
	request.Header.Set("X-Request-Id", "abc")
	r := do(t, request)
	lines := s.log.lines(t, "request")
	require.Len(t, lines, 1)
	line := lines[0]
	assert.Equal(t, "abc", line["id"])
	assert.Equal(t, "POST", line["method"])
	assert.Equal(t, "/graphql", line["path"])
	assert.Equal(t, "Greet", line["operation"])
	assert.InDelta(t, 200, line["status"], 0)
	assert.InDelta(t, len(r.body), line["bytes"], 0)
	assert.Positive(t, line["duration"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, s.log.String(), "secret")
	assert.Equal(t, 1, strings.Count(s.log.String(), `"id":"abc"`), "said once")
}

func TestLogHandlerAddsTheID(t *testing.T) {
	t.Parallel()
	log := new(logs)
	logger := log.logger().With("part", "app").WithGroup("g")
	s := start(t, server.NewConfig(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		logger.InfoContext(r.Context(), "working")
	}))
	id := get(t, s.url).header.Get("X-Request-Id")
	line := log.lines(t, "working")[0]
	assert.Equal(t, map[string]any{"id": id}, line["g"])
	assert.Equal(t, "app", line["part"])
}

func TestPanicBecomes500WithAnErrorID(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret of the code") }))
	r := get(t, s.url)
	id := r.header.Get("X-Request-Id")
	assert.Equal(t, http.StatusInternalServerError, r.status)
	assert.JSONEq(t, `{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL","id":"`+id+`"}}]}`, r.body)
	line := s.log.lines(t, "panic")[0]
	assert.Equal(t, id, line["id"])
	assert.Equal(t, "secret of the code", line["panic"])
	assert.Contains(t, line["stack"], "request_test.go")
	assert.InDelta(t, 500, s.log.lines(t, "request")[0]["status"], 0)
}

func TestPanicAfterTheHeaderBreaksTheResponseOff(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("half ", 1000))
		panic("too late")
	}))
	response, err := client.Get(s.url)
	if err == nil {
		_, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
	}
	require.Error(t, err)
	s.log.lines(t, "panic")
	assert.InDelta(t, 200, s.log.lines(t, "request")[0]["status"], 0)
}

func TestAbortIsNoPanic(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	_, err := client.Get(s.url) //nolint:bodyclose // there is none
	require.Error(t, err)
	s.log.lines(t, "request")
	assert.NotContains(t, s.log.String(), `"msg":"panic"`)
}

func TestResponseControllerReachesTheConnection(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
		assert.NoError(t, http.NewResponseController(w).Flush())
	}))
	assert.Equal(t, http.StatusTeapot, get(t, s.url).status)
	assert.InDelta(t, http.StatusTeapot, s.log.lines(t, "request")[0]["status"], 0)
}
