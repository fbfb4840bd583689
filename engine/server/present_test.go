package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/server"
)

var (
	errInput     = errors.New("first must be 1 to 100")
	errExhausted = errors.New("pool at 10.0.0.1 is exhausted")
)

// classified is what an app knows of its errors.
func classified(c *server.GraphQLConfig) {
	c.Classify = func(err error) (*server.Fault, bool) {
		switch {
		case errors.Is(err, errInput):
			return &server.Fault{Code: "BAD_USER_INPUT", Message: errInput.Error(), Path: ast.Path{ast.PathName("orders"), ast.PathName("lines")}}, true
		case errors.Is(err, errExhausted):
			return &server.Fault{Code: "POOL_EXHAUSTED", Message: "busy, try again", Status: http.StatusServiceUnavailable, RetryAfter: 1500 * time.Millisecond, Logged: true}, true
		default:
			return nil, false
		}
	}
}

func TestErrorsAreOnAList(t *testing.T) {
	t.Parallel()
	secret := `ERROR: duplicate key value (email)=(a@b.c) (SQLSTATE 23505) postgres://u:p@h/d`
	for name, c := range map[string]struct {
		err    error
		wanted string // the error, without its id
		logged bool
	}{
		"known":        {fmt.Errorf("read: %w", errInput), `{"message":"first must be 1 to 100","path":["orders","lines"],"extensions":{"code":"BAD_USER_INPUT"}}`, false},
		"unknown":      {errors.New(secret), `{"message":"internal error","path":["fails"],"extensions":{"code":"INTERNAL","id":""}}`, true},
		"gqlerror":     {gqlerror.Errorf("%s", secret), `{"message":"internal error","path":["fails"],"extensions":{"code":"INTERNAL","id":""}}`, true},
		"with a code":  {&gqlerror.Error{Message: secret, Extensions: map[string]any{"code": "SECRET", "sql": secret}}, `{"message":"internal error","path":["fails"],"extensions":{"code":"INTERNAL","id":""}}`, true},
		"with a place": {&gqlerror.Error{Message: secret, Path: ast.Path{ast.PathName("a"), ast.PathIndex(1)}, Locations: []gqlerror.Location{{Line: 1, Column: 3}}}, `{"message":"internal error","path":["a",1],"locations":[{"line":1,"column":3}],"extensions":{"code":"INTERNAL","id":""}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler, log := transport(t, classified, map[string]func(context.Context) (string, error){
				"fails": func(context.Context) (string, error) { return "", c.err },
			})
			s := start(t, server.NewConfig(), handler)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(`{"query":"query Q { fails }"}`))
			require.NoError(t, err)
			request.Header.Set("Content-Type", plain)
			r := do(t, request)
			assert.Equal(t, http.StatusOK, r.status)
			id := r.header.Get("X-Request-Id")
			wanted := strings.Replace(c.wanted, `"id":""`, `"id":"`+id+`"`, 1)
			assert.JSONEq(t, `{"errors":[`+wanted+`],"data":{"fails":null}}`, r.body)
			assert.NotContains(t, r.body, "SQLSTATE")
			if !c.logged {
				assert.NotContains(t, log.String(), "ERROR")
				return
			}
			line := log.lines(t, "operation failed")[0]
			assert.Equal(t, id, line["id"])
			assert.Equal(t, "Q", line["operation"])
			assert.Contains(t, line["error"], "SQLSTATE 23505")
		})
	}
}

func TestPoolExhaustedIs503WithRetryAfter(t *testing.T) {
	t.Parallel()
	config, log := server.NewGraphQLConfig(), new(logs)
	classified(&config)
	nothing, err := server.GraphQL(nothing{newFake(nil), errExhausted}, config, log.logger())
	require.NoError(t, err)
	some, _ := transport(t, classified, map[string]func(context.Context) (string, error){
		"fails": func(context.Context) (string, error) { return "", errExhausted },
	})
	for _, accept := range []string{plain, typed} {
		for handler, status := range map[http.Handler]int{nothing: http.StatusServiceUnavailable, some: http.StatusOK} {
			r := ask(t, handler, http.MethodPost, "/", plain, accept, posted(t, "{ fails hello }", nil))
			assert.Equal(t, status, r.status)
			assert.Contains(t, r.body, `"code":"POOL_EXHAUSTED"`)
			assert.NotContains(t, r.body, "10.0.0.1")
			if status != http.StatusOK {
				assert.Equal(t, "2", r.header.Get("Retry-After"))
			}
		}
	}
	line := log.lines(t, "operation failed")[0]
	assert.Equal(t, "WARN", line["level"])
	assert.Equal(t, errExhausted.Error(), line["error"])
}

func TestPanicOfAResolver(t *testing.T) {
	t.Parallel()
	handler, log := transport(t, nil, map[string]func(context.Context) (string, error){
		"panics": func(context.Context) (string, error) { panic("secret of the code") },
	})
	r := ask(t, handler, http.MethodPost, "/", plain, "", `{"query":"{ panics hello }"}`)
	assert.Contains(t, r.body, `"data":{"panics":null,"hello":"hello"}`)
	assert.Contains(t, r.body, `"code":"INTERNAL"`)
	assert.NotContains(t, r.body, "secret")
	line := log.lines(t, "operation failed")[0]
	assert.Equal(t, "panic: secret of the code", line["error"])
	assert.Contains(t, line["stack"], "present_test.go")
}

func TestSuggestionsAndIntrospection(t *testing.T) {
	t.Parallel()
	silent, _ := transport(t, nil, nil)
	loud, _ := transport(t, func(c *server.GraphQLConfig) { c.Introspection = true }, nil)
	for _, query := range []string{"{ helo }", "{ hello(nane: 1) }", "{ hello(colour: GREE) }", "{ other }", "{ hello(filter: {nam: \"\"}) }"} {
		r := ask(t, silent, http.MethodPost, "/", plain, "", posted(t, query, nil))
		assert.Contains(t, r.body, "GRAPHQL_VALIDATION_FAILED", query)
		assert.NotContains(t, r.body, "Did you mean", query)
		r = ask(t, loud, http.MethodPost, "/", plain, "", posted(t, query, nil))
		assert.Contains(t, r.body, "Did you mean", query)
	}
	query := posted(t, `{ __type(name: "Query") { name } ...F } fragment F on Query { __schema { types { name } } }`, nil)
	assert.Contains(t, ask(t, silent, http.MethodPost, "/", plain, "", query).body, "Introspection is switched off.")
	assert.NotContains(t, ask(t, loud, http.MethodPost, "/", plain, "", query).body, "errors")
}

func TestNothingIsEchoed(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, nil, nil)
	secret := strings.Repeat("hunter2-", 500)
	for name, body := range map[string]string{
		"body":           secret,
		"member":         `{"` + secret + `":1`,
		"string token":   posted(t, `"`+secret+`"`, nil),
		"field":          posted(t, `{ `+strings.ReplaceAll(secret, "-", "_")+` }`, nil),
		"argument":       posted(t, `{ hello(n: "`+secret+`") }`, nil),
		"enum":           posted(t, `query($c: Colour) { hello(colour: $c) }`, map[string]any{"c": secret}),
		"unknown member": posted(t, `query($f: Filter) { hello(filter: $f) }`, map[string]any{"f": map[string]any{secret: 1}}),
		"operation":      `{"query":"{ hello }","operationName":"` + secret + `"}`,
		"many faults":    posted(t, `{ `+strings.Repeat("nope ", 900)+` }`, nil),
	} {
		r := ask(t, handler, http.MethodPost, "/", plain, "", body)
		assert.Contains(t, r.body, `"errors"`, name)
		assert.Less(t, len(r.body), 4000, name)
		assert.NotContains(t, r.body, secret, name)
	}
}
