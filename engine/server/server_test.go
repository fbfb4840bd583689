package server_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/server"
)

// blocked is a handler whose requests say that they are there and wait to be let go.
type blocked struct{ entered, release chan struct{} }

func newBlocked() blocked { return blocked{make(chan struct{}, 16), make(chan struct{})} }

func (b blocked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.entered <- struct{}{}
	select {
	case <-b.release:
		_, _ = io.WriteString(w, "done")
	case <-r.Context().Done():
	}
}

// goGet asks in the background.
func goGet(t *testing.T, url string) chan error {
	t.Helper()
	answered := make(chan error, 1)
	go func() {
		response, err := client.Get(url)
		if err == nil {
			var body []byte
			body, err = io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err == nil && string(body) != "done" {
				err = errors.New("answered " + string(body))
			}
		}
		answered <- err
	}()
	return answered
}

func TestDrainKeepsRequestsInFlight(t *testing.T) {
	t.Parallel()
	b := newBlocked()
	s := start(t, server.NewConfig(), b)
	answered := goGet(t, s.url)
	<-b.entered
	s.stop()
	require.Eventually(t, func() bool { // it does not listen any more
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	}, patience, time.Millisecond)
	close(b.release)
	require.NoError(t, <-answered)
	require.NoError(t, s.wait(t))
}

func TestReadinessIsRedAtOnceWhenDraining(t *testing.T) {
	t.Parallel()
	config := server.NewConfig()
	config.DrainDelay = 3 * time.Second
	s := start(t, config, http.NotFoundHandler())
	require.Equal(t, http.StatusOK, get(t, s.url+"/readyz").status)
	s.stop()
	require.Eventually(t, func() bool { return get(t, s.url+"/readyz").status == http.StatusServiceUnavailable }, config.DrainDelay, time.Millisecond)
	r := get(t, s.url+"/readyz")
	assert.JSONEq(t, `{"status":"draining"}`, r.body)
	assert.Equal(t, http.StatusOK, get(t, s.url+"/healthz").status, "liveness stays green")
	require.NoError(t, s.wait(t))
}

func TestConnectionsCloseWhileDraining(t *testing.T) {
	t.Parallel()
	b := newBlocked()
	config := server.NewConfig()
	config.DrainDelay = 3 * time.Second
	s := start(t, config, b)
	close(b.release)
	s.stop()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		require.NoError(t, err)
		defer c.Close() //nolint:errcheck // of a test
		_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
		require.NoError(t, err)
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		_ = r.Body.Close()
		return r.Close
	}, config.DrainDelay, time.Millisecond)
}

func TestBudgetExceededCountsWhatWasCut(t *testing.T) {
	t.Parallel()
	b := newBlocked()
	config := server.NewConfig()
	config.ShutdownTimeout = 10 * time.Millisecond
	s := start(t, config, b)
	one, two := goGet(t, s.url), goGet(t, s.url)
	<-b.entered
	<-b.entered
	s.stop()
	err := s.wait(t)
	var cut *server.CutError
	require.ErrorAs(t, err, &cut)
	assert.Equal(t, 2, cut.Requests)
	require.EqualError(t, err, "2 requests in flight were cut after 10ms")
	require.Error(t, <-one)
	require.Error(t, <-two)
}

func TestSilentConnectionIsNoCutRequest(t *testing.T) {
	t.Parallel()
	config := server.NewConfig()
	config.ShutdownTimeout = 10 * time.Millisecond
	s := start(t, config, http.NotFoundHandler())
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // of a test
	s.stop()
	require.NoError(t, s.wait(t))
}

func TestRequestsOutliveTheContextThatEndsTheServer(t *testing.T) {
	t.Parallel()
	entered, stopped, alive := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	s := start(t, server.NewConfig(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-stopped
		alive <- r.Context().Err()
		_, _ = io.WriteString(w, "done")
	}))
	answered := goGet(t, s.url)
	<-entered
	s.stop()
	s.log.lines(t, "draining")
	close(stopped)
	require.NoError(t, <-alive)
	require.NoError(t, <-answered)
}

func TestListen(t *testing.T) {
	t.Parallel()
	listener, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close() //nolint:errcheck // of a test
	address := listener.Addr().String()
	assert.NotContains(t, address, ":0")
	_, err = server.Listen(t.Context(), address)
	require.ErrorContains(t, err, "listen on "+address)
	_, err = server.Listen(t.Context(), "nonsense")
	require.Error(t, err)
}

func TestRunTellsWhyItCannotServe(t *testing.T) {
	t.Parallel()
	log := new(logs)
	s, err := server.New(server.NewConfig(), http.NotFoundHandler(), log.logger())
	require.NoError(t, err)
	listener, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	err = s.Run(t.Context(), listener, func(string) {})
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorContains(t, err, "serve on 127.0.0.1:")
}

func TestReadyIsGivenTheRealAddress(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.NotFoundHandler())
	assert.NotEqual(t, "http://127.0.0.1:0", s.url)
	assert.Equal(t, strings.TrimPrefix(s.url, "http://"), s.log.lines(t, "listening")[0]["address"])
}

func TestSlowlorisIsClosedByTheHeaderTimeout(t *testing.T) {
	t.Parallel()
	config := server.NewConfig()
	config.ReadHeaderTimeout = 50 * time.Millisecond
	s := start(t, config, http.NotFoundHandler())
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // of a test
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, c) // until the server closes
	require.NoError(t, err)
}

func TestSlowBodyIsClosedByTheReadTimeout(t *testing.T) {
	t.Parallel()
	config := server.NewConfig()
	config.ReadHeaderTimeout, config.ReadTimeout = 50*time.Millisecond, 50*time.Millisecond
	handler, _ := transport(t, nil, nil)
	s := start(t, config, handler)
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // of a test
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(answer), "HTTP/1.1 408 "), "%s", answer)
}

func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), http.NotFoundHandler())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
	require.NoError(t, err)
	request.Header.Set("X-Large", strings.Repeat("x", 32<<10))
	assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, do(t, request).status)
}

func TestCrossOriginRequestsAreRefused(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, nil, nil)
	s := start(t, server.NewConfig(), handler)
	for name, header := range map[string]http.Header{
		"fetch metadata": {"Sec-Fetch-Site": {"cross-site"}},
		"origin":         {"Origin": {"https://elsewhere.example"}},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(`{"query":"{ hello }"}`))
		require.NoError(t, err)
		request.Header = header
		request.Header.Set("Content-Type", plain)
		r := do(t, request)
		assert.Equal(t, http.StatusForbidden, r.status, name)
		assert.Contains(t, r.body, "CROSS_ORIGIN", name)
	}
}

func TestConfigFaultsComeTogether(t *testing.T) {
	t.Parallel()
	_, err := server.New(server.Config{DrainDelay: -1}, http.NotFoundHandler(), new(logs).logger())
	for _, field := range []string{"ReadHeaderTimeout", "ReadTimeout", "WriteTimeout", "IdleTimeout", "MaxHeaderBytes", "CheckTimeout", "ShutdownTimeout", "DrainDelay"} {
		require.ErrorContains(t, err, field)
	}
	_, err = server.GraphQL(newFake(nil), server.GraphQLConfig{}, new(logs).logger())
	for _, field := range []string{"MaxBody", "MaxTokens", "CachedDocuments", "OperationTimeout", "Classify"} {
		require.ErrorContains(t, err, field)
	}
}
