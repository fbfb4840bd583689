package server_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/admission"
	"cambium/engine/operation"
	"cambium/engine/server"
)

// crowded is a server with one place, whose field "hello" is answered when held is closed and tells of its beginning.
func crowded(t *testing.T, config server.Config, answer string) (r *running, q *admission.Queue, begun, held chan struct{}) {
	t.Helper()
	q = admission.New(admission.Config{Limit: 1})
	begun, held = make(chan struct{}, 1), make(chan struct{})
	handler, _ := transport(t, func(c *server.GraphQLConfig) { c.Admission = q }, map[string]func(context.Context) (string, error){
		"write": func(context.Context) (string, error) {
			begun <- struct{}{}
			<-held
			return `"written"`, nil
		},
		"hello": func(context.Context) (string, error) { return answer, nil },
	})
	return start(t, config, handler), q, begun, held
}

func sent(t *testing.T, url, query string) response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(posted(t, query, nil)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", plain)
	return do(t, request)
}

func TestOperationsBeyondTheirPlacesAreRefused(t *testing.T) {
	t.Parallel()
	r, q, begun, held := crowded(t, server.NewConfig(), `"hello"`)
	running := make(chan response, 1)
	go func() { running <- sent(t, r.url, "mutation { write }") }() //nolint:testifylint // where it fails nothing arrives, and the test with it
	<-begun
	got := sent(t, r.url, "{ hello }")
	assert.Equal(t, http.StatusServiceUnavailable, got.status)
	assert.Equal(t, "1", got.header.Get("Retry-After"))
	assert.Contains(t, got.body, `{"message":"too many operations at once, try again soon","extensions":{"code":"POOL_EXHAUSTED"`)
	for _, path := range []string{"/healthz", "/readyz"} {
		assert.Equal(t, http.StatusOK, get(t, r.url+path).status, "%s waits for no place", path)
	}
	close(held)
	got = <-running
	assert.Equal(t, http.StatusOK, got.status, "what runs is run to its end")
	assert.Equal(t, `{"data":{"write":"written"}}`, got.body)
	assert.Equal(t, http.StatusOK, sent(t, r.url, "{ hello }").status)
	assert.Equal(t, admission.Stats{Limit: 1, Refused: 1}, q.Stats())
}

// TestSlowClientsHoldNoPlace has one client send its body slowly, and another one not read its answer.
func TestSlowClientsHoldNoPlace(t *testing.T) {
	t.Parallel()
	const large = 32 << 20 // more than sockets take
	config := server.NewConfig()
	config.ShutdownTimeout = 100 * time.Millisecond
	r, q, _, _ := crowded(t, config, `"`+strings.Repeat("x", large)+`"`)
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	body := `{"query":"{ hello }"}`
	head := "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	sender, reader := dial(), dial()
	_, err := sender.Write([]byte(head + body[:5]))
	require.NoError(t, err)
	_, err = reader.Write([]byte(head + body))
	require.NoError(t, err)
	line, err := bufio.NewReaderSize(reader, 16).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 200 OK\r\n", line, "its answer is on its way")
	assert.Zero(t, q.Stats().Running)
	assert.Equal(t, http.StatusOK, sent(t, r.url, "{ other { hello } }").status)

	// Nor do they hold up the end.
	begin := time.Now()
	r.stop()
	var cut *server.CutError
	require.ErrorAs(t, r.wait(t), &cut)
	assert.Positive(t, cut.Requests)
	assert.Less(t, time.Since(begin), patience/2)
}

func TestPanicsAreTold(t *testing.T) {
	t.Parallel()
	seen := &seen{}
	handler, _ := transport(t, func(c *server.GraphQLConfig) { c.Observer = seen }, map[string]func(context.Context) (string, error){
		"hello": func(context.Context) (string, error) { panic("a resolver's") },
	})
	config := server.NewConfig()
	config.Observer = seen
	mux := http.NewServeMux()
	mux.Handle("/graphql", handler)
	mux.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic("a handler's") })
	r := start(t, config, mux)
	assert.Equal(t, http.StatusOK, sent(t, r.url+"/graphql", "{ hello }").status)
	assert.Equal(t, http.StatusInternalServerError, get(t, r.url+"/broken").status)
	assert.Equal(t, http.StatusOK, sent(t, r.url+"/graphql", "{ nothing }").status)
	r.stop()
	require.NoError(t, r.wait(t))
	assert.Equal(t, []string{
		"begin request", "begin operation", "panicked", "end operation INTERNAL", "end request /graphql 200",
		"begin request", "panicked", "end request /broken 500",
		"begin request", "refused GRAPHQL_VALIDATION_FAILED", "end request /graphql 200",
	}, seen.told)
}

// boundless panics where its executor would answer.
type boundless struct{ *fake }

func (boundless) Execute(context.Context, *operation.Operation, []byte) []byte {
	panic("the executor's")
}

// An operation whose executor panicked is none that went well, and one whose client has gone is no fault of the program.
func TestWhatCameToNothingIsCountedAsThat(t *testing.T) {
	t.Parallel()
	seen := &seen{}
	graphQL := server.NewGraphQLConfig()
	graphQL.Observer = seen
	config := server.NewConfig()
	config.Observer = seen
	handler, err := server.GraphQL(boundless{newFake(nil)}, graphQL, new(logs).logger())
	require.NoError(t, err)
	begun, gone := make(chan struct{}), make(chan struct{})
	leaving, _ := transport(t, func(c *server.GraphQLConfig) { c.Observer = seen }, map[string]func(context.Context) (string, error){
		"slow": func(ctx context.Context) (string, error) {
			close(begun)
			<-ctx.Done()
			defer close(gone)
			return "", ctx.Err()
		},
	})
	mux := http.NewServeMux()
	mux.Handle("/panics", handler)
	mux.Handle("/leaves", leaving)
	r := start(t, config, mux)
	assert.Equal(t, http.StatusInternalServerError, sent(t, r.url+"/panics", "{ hello }").status)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/leaves", strings.NewReader(posted(t, "{ slow }", nil)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", plain)
	go func() { <-begun; leave() }()
	_, err = client.Do(request) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, context.Canceled)
	<-gone
	assert.Equal(t, http.StatusForbidden, foreign(t, r.url+"/panics"))
	r.stop()
	require.NoError(t, r.wait(t))
	assert.Subset(t, seen.told, []string{
		"panicked", "end operation INTERNAL", "end request /panics 500",
		"end operation CLIENT_GONE", "end request /leaves 499",
		"refused CROSS_ORIGIN", "end request  403",
	})
}

// foreign is the status of what a page of another origin asks.
func foreign(t *testing.T, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(posted(t, "{ hello }", nil)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", plain)
	request.Header.Set("Origin", "https://other.example")
	return do(t, request).status
}

// What is cut at the end of the budget is broken off: an empty answer with 200 would be one.
func TestWhatIsCutIsNotAnswered(t *testing.T) {
	t.Parallel()
	config := server.NewConfig()
	config.ShutdownTimeout = time.Millisecond
	const clients = 20
	var begun sync.WaitGroup
	begun.Add(clients)
	handler, _ := transport(t, nil, map[string]func(context.Context) (string, error){
		"slow": func(ctx context.Context) (string, error) {
			begun.Done()
			<-ctx.Done()
			return "", ctx.Err()
		},
	})
	r := start(t, config, handler)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url, strings.NewReader(posted(t, "{ slow }", nil)))
			if !assert.NoError(t, err) {
				return
			}
			request.Header.Set("Content-Type", plain)
			response, err := client.Do(request)
			if err == nil {
				_ = response.Body.Close()
			}
			assert.Error(t, err)
		})
	}
	begun.Wait()
	r.stop()
	var cut *server.CutError
	require.ErrorAs(t, r.wait(t), &cut)
	all.Wait()
}
