package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"go.uber.org/goleak"

	"cambium/engine/operation"
	"cambium/engine/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of these tests: many times what a slow machine takes.
const patience = 20 * time.Second

// running is a server on a port of its own.
type running struct {
	url  string
	log  *logs
	stop context.CancelFunc
	done chan error // the outcome of Run, once
}

// start runs a server and stops it at the test's end.
func start(t *testing.T, config server.Config, handler http.Handler, checks ...server.Check) *running {
	t.Helper()
	r := &running{log: new(logs), done: make(chan error, 1)}
	s, err := server.New(config, handler, r.log.logger(), checks...)
	require.NoError(t, err)
	listener, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	address := make(chan string, 1)
	go func() { r.done <- s.Run(ctx, listener, func(a string) { address <- a }) }()
	r.url = "http://" + <-address
	t.Cleanup(func() {
		stop()
		r.wait(t) //nolint:errcheck // tests that care have asked
	})
	return r
}

// wait returns the outcome of Run, as often as it is asked.
func (r *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.done:
		r.done <- err
		return err
	case <-time.After(patience):
		t.Fatal("the server does not stop")
		return nil
	}
}

// client keeps no connection open, so that none is left when a test ends.
var client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

// response is what came back.
type response struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, url string) response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return do(t, request)
}

func do(t *testing.T, request *http.Request) response {
	t.Helper()
	r, err := client.Do(request)
	require.NoError(t, err)
	defer r.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return response{r.StatusCode, r.Header, string(body)}
}

// logs keeps what is logged, one JSON object a line.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) logger() *slog.Logger {
	return slog.New(server.LogHandler(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// lines are the lines with that message, once there are some: a request's comes after its response.
func (l *logs) lines(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	require.Eventually(t, func() bool {
		found = nil
		for text := range strings.Lines(l.String()) {
			var line map[string]any
			if json.Unmarshal([]byte(text), &line) == nil && line["msg"] == message {
				found = append(found, line)
			}
		}
		return len(found) > 0
	}, patience, time.Millisecond, "nobody logged %q", message)
	return found
}

// fake is a schema whose fields are answered by functions.
type fake struct {
	schema *ast.Schema
	fields map[string]func(context.Context) (string, error)
}

const fakeSDL = `
	scalar Big
	enum Colour { RED GREEN }
	input Filter { name: String, deep: Filter }
	type Query { hello(name: String, n: Int, big: Big, colour: Colour, filter: Filter): String  fails: String  panics: String  slow: String  other: Query }
	type Mutation { write: String }
`

func newFake(fields map[string]func(context.Context) (string, error)) *fake {
	return &fake{gqlparser.MustLoadSchema(&ast.Source{Input: fakeSDL}), fields}
}

func (f *fake) Schema() *ast.Schema { return f.schema }

func (f *fake) Execute(ctx context.Context, op *operation.Operation, dst []byte) []byte {
	dst = append(dst, '{')
	for i, field := range op.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		value, err := f.field(ctx, field.Name)
		if err != nil {
			graphql.AddError(ctx, graphql.ErrorOnPath(graphql.WithPathContext(ctx, graphql.NewPathWithField(field.Alias)), err))
			value = "null"
		}
		dst = append(append(dst, `"`+field.Alias+`":`...), value...)
	}
	return append(dst, '}')
}

func (f *fake) field(ctx context.Context, name string) (value string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = graphql.Recover(ctx, v)
		}
	}()
	if answer := f.fields[name]; answer != nil {
		return answer(ctx)
	}
	return `"` + name + `"`, nil
}

// ask sends one request to a handler, without a network.
func ask(t testing.TB, handler http.Handler, method, url, contentType, accept, body string) response {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return response{recorder.Code, recorder.Header(), recorder.Body.String()}
}

const (
	plain = "application/json"
	typed = "application/graphql-response+json"
)

// transport is a GraphQL handler over the fake schema.
func transport(t testing.TB, tune func(*server.GraphQLConfig), fields map[string]func(context.Context) (string, error)) (http.Handler, *logs) {
	t.Helper()
	config := server.NewGraphQLConfig()
	if tune != nil {
		tune(&config)
	}
	log := new(logs)
	handler, err := server.GraphQL(newFake(fields), config, log.logger())
	require.NoError(t, err)
	return handler, log
}

// posted is the body of a POST.
func posted(t testing.TB, query string, variables any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(t, err)
	return string(body)
}
