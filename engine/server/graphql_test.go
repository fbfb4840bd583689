package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/server"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, func(c *server.GraphQLConfig) { c.MaxBody = 4096; c.MaxTokens = 100 }, nil)
	hello := `{"query":"{ hello }"}`
	for name, c := range map[string]struct {
		method, url, contentType, accept, body string
		status                                 int
		code                                   string // of the first error; empty for an answer
	}{
		"post":                         {body: hello, status: 200},
		"post typed":                   {body: hello, accept: typed, status: 200},
		"post utf-8":                   {body: hello, contentType: "application/json; charset=UTF-8", status: 200},
		"post latin-1":                 {body: hello, contentType: "application/json; charset=iso-8859-1", status: 415, code: "BAD_REQUEST"},
		"post form":                    {body: "query={hello}", contentType: "application/x-www-form-urlencoded", status: 415, code: "BAD_REQUEST"},
		"post multipart":               {body: hello, contentType: "multipart/form-data; boundary=x", status: 415, code: "BAD_REQUEST"},
		"post text":                    {body: hello, contentType: "text/plain", status: 415, code: "BAD_REQUEST"},
		"post graphql":                 {body: "{ hello }", contentType: "application/graphql", status: 415, code: "BAD_REQUEST"},
		"post without type":            {body: hello, contentType: "none", status: 415, code: "BAD_REQUEST"},
		"post malformed type":          {body: hello, contentType: "application/json;;;=", status: 415, code: "BAD_REQUEST"},
		"no json":                      {body: "{", status: 400, code: "BAD_REQUEST"},
		"empty body":                   {body: "", status: 400, code: "BAD_REQUEST"},
		"no json typed":                {body: "{", accept: typed, status: 400, code: "BAD_REQUEST"},
		"batch":                        {body: "[" + hello + "]", status: 400, code: "BAD_REQUEST"},
		"text":                         {body: `"{ hello }"`, status: 400, code: "BAD_REQUEST"},
		"null":                         {body: `null`, status: 400, code: "BAD_REQUEST"},
		"no query":                     {body: `{}`, status: 400, code: "BAD_REQUEST"},
		"query null":                   {body: `{"query":null}`, status: 400, code: "BAD_REQUEST"},
		"query number":                 {body: `{"query":5}`, status: 400, code: "BAD_REQUEST"},
		"query in other case":          {body: `{"Query":"{ hello }"}`, status: 400, code: "BAD_REQUEST"},
		"query twice":                  {body: `{"query":"{ hello }","query":"{ other { hello } }"}`, status: 400, code: "BAD_REQUEST"},
		"query twice, escaped":         {body: `{"query":"{ hello }","qu\u0065ry":"{ hello }"}`, status: 400, code: "BAD_REQUEST"},
		"operationName null":           {body: `{"query":"{ hello }","operationName":null}`, status: 200},
		"operationName number":         {body: `{"query":"{ hello }","operationName":5}`, status: 400, code: "BAD_REQUEST"},
		"operationName of none":        {body: `{"query":"{ hello }","operationName":"A"}`, status: 200, code: "GRAPHQL_VALIDATION_FAILED"},
		"operationName of none, typed": {body: `{"query":"{ hello }","operationName":"A"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"variables null":               {body: `{"query":"{ hello }","variables":null}`, status: 200},
		"variables array":              {body: `{"query":"{ hello }","variables":[]}`, status: 400, code: "BAD_REQUEST"},
		"variables text":               {body: `{"query":"{ hello }","variables":"{}"}`, status: 400, code: "BAD_REQUEST"},
		"variables with a name twice":  {body: `{"query":"{ hello }","variables":{"a":{"b":1,"b":2}}}`, status: 400, code: "BAD_REQUEST"},
		"extensions":                   {body: `{"query":"{ hello }","extensions":{"trace":true}}`, status: 200},
		"extensions text":              {body: `{"query":"{ hello }","extensions":""}`, status: 400, code: "BAD_REQUEST"},
		"other members":                {body: `{"query":"{ hello }","id":5,"x":[1]}`, status: 200},
		"other member twice":           {body: `{"query":"{ hello }","id":5,"id":6}`, status: 400, code: "BAD_REQUEST"},
		"many members":                 {body: `{"query":"{ hello }","a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1}`, status: 400, code: "BAD_REQUEST"},
		"trailing bytes":               {body: hello + "x", status: 400, code: "BAD_REQUEST"},
		"trailing value":               {body: hello + hello, status: 400, code: "BAD_REQUEST"},
		"trailing space":               {body: hello + " \n", status: 200},
		"invalid utf-8":                {body: "{\"query\":\"{ hello(name:\\\"\xff\\\") }\"}", status: 400, code: "BAD_REQUEST"},
		"lone surrogate":               {body: `{"query":"{ hello }","variables":{"a":"\ud800"}}`, status: 400, code: "BAD_REQUEST"},
		"large body":                   {body: `{"query":"{ hello }","x":"` + strings.Repeat("x", 5000) + `"}`, status: 413, code: "BODY_TOO_LARGE"},
		"many tokens":                  {body: `{"query":"{` + strings.Repeat("hello ", 200) + `}"}`, status: 200, code: "TOKEN_LIMIT"},
		"syntax":                       {body: `{"query":"{"}`, status: 200, code: "GRAPHQL_PARSE_FAILED"},
		"syntax typed":                 {body: `{"query":"{"}`, accept: typed, status: 400, code: "GRAPHQL_PARSE_FAILED"},
		"unknown field":                {body: `{"query":"{ nope }"}`, status: 200, code: "GRAPHQL_VALIDATION_FAILED"},
		"unknown field typed":          {body: `{"query":"{ nope }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"variable missing typed":       {body: `{"query":"query($n: Int!) { hello(n: $n) }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"number of no range":           {body: `{"query":"{ hello(big: 99999999999999999999) }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"float of no range":            {body: `{"query":"{ hello(big: 1e999) }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"defer":                        {body: `{"query":"{ ... @defer { hello } }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"subscription":                 {body: `{"query":"subscription { hello }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"introspection off":            {body: `{"query":"{ other { hello } __schema { types { name } } }"}`, accept: typed, status: 400, code: "GRAPHQL_VALIDATION_FAILED"},
		"typename":                     {body: `{"query":"{ __typename }"}`, status: 200},
		"mutation":                     {body: `{"query":"mutation { write }"}`, status: 200},
		"accept html only":             {body: hello, accept: "text/html", status: 406, code: "BAD_REQUEST"},
		"accept events only":           {body: hello, accept: "text/event-stream", status: 406, code: "BAD_REQUEST"},
		"get":                          {method: "GET", url: "?query={hello}", status: 200},
		"get without query":            {method: "GET", url: "", status: 400, code: "BAD_REQUEST"},
		"get query twice":              {method: "GET", url: "?query={hello}&query={hello}", status: 400, code: "BAD_REQUEST"},
		"get bad escape":               {method: "GET", url: "?query=%zz", status: 400, code: "BAD_REQUEST"},
		"get invalid utf-8":            {method: "GET", url: "?query=%ff", status: 400, code: "BAD_REQUEST"},
		"get variables":                {method: "GET", url: "?query=query($n:Int){hello(n:$n)}&variables={%22n%22:1}", status: 200},
		"get variables array":          {method: "GET", url: "?query={hello}&variables=[]", status: 400, code: "BAD_REQUEST"},
		"get variables twice a name":   {method: "GET", url: "?query={hello}&variables={%22n%22:1,%22n%22:2}", status: 400, code: "BAD_REQUEST"},
		"get operationName":            {method: "GET", url: "?query=query%20A{hello}%20query%20B{hello}&operationName=B", status: 200},
		"get mutation":                 {method: "GET", url: "?query=mutation{write}", status: 405, code: "BAD_REQUEST"},
		"put":                          {method: "PUT", body: hello, status: 405, code: "BAD_REQUEST"},
		"delete":                       {method: "DELETE", status: 405, code: "BAD_REQUEST"},
		"options":                      {method: "OPTIONS", status: 405, code: "BAD_REQUEST"},
		"head":                         {method: "HEAD", url: "?query={hello}", status: 405, code: "BAD_REQUEST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, contentType := c.method, c.contentType
			if method == "" {
				method = http.MethodPost
			}
			switch contentType {
			case "":
				contentType = plain
			case "none":
				contentType = ""
			}
			r := ask(t, handler, method, "/graphql"+c.url, contentType, c.accept, c.body)
			assert.Equal(t, c.status, r.status, "%s", r.body)
			wanted := plain
			if c.accept == typed {
				wanted = typed
			}
			assert.Equal(t, wanted+"; charset=utf-8", r.header.Get("Content-Type"))
			assert.Equal(t, fmt.Sprint(len(r.body)), r.header.Get("Content-Length"))
			if c.status == http.StatusMethodNotAllowed {
				assert.NotEmpty(t, r.header.Get("Allow"))
			}
			var body struct {
				Data   any
				Errors []struct {
					Message    string
					Extensions struct{ Code string }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(r.body), &body), "%s", r.body)
			if c.code == "" {
				assert.Empty(t, body.Errors)
				assert.NotNil(t, body.Data)
				return
			}
			require.NotEmpty(t, body.Errors, "%s", r.body)
			assert.Equal(t, c.code, body.Errors[0].Extensions.Code)
			assert.NotContains(t, r.body, `"data"`, "a request error has no data")
			assert.Less(t, len(r.body), 400)
		})
	}
}

func TestGetOfAMutationAllowsPost(t *testing.T) {
	t.Parallel()
	wrote := false
	handler, _ := transport(t, nil, map[string]func(context.Context) (string, error){
		"write": func(context.Context) (string, error) { wrote = true; return `"x"`, nil },
	})
	r := ask(t, handler, http.MethodGet, "/?query="+url.QueryEscape("mutation { write }"), "", "", "")
	assert.Equal(t, "POST", r.header.Get("Allow"))
	assert.False(t, wrote)
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, nil, nil)
	for accept, wanted := range map[string]string{
		"":                                   plain,
		"*/*":                                plain,
		"application/*":                      plain,
		"text/html, */*;q=0.8":               plain,
		plain:                                plain,
		typed:                                typed,
		"Application/GraphQL-Response+JSON":  typed,
		typed + "; charset=utf-8, " + plain:  typed,
		plain + ", " + typed:                 plain,
		plain + ";q=0.5, " + typed + ";q=1":  typed,
		typed + ";q=0.1," + plain + ";q=0.9": plain,
		typed + ";q=0, " + plain:             plain,
		typed + ";q=x, " + plain:             plain,
	} {
		r := ask(t, handler, http.MethodPost, "/", plain, accept, `{"query":"{ hello }"}`)
		assert.Equal(t, wanted+"; charset=utf-8", r.header.Get("Content-Type"), "Accept: %s", accept)
		assert.Equal(t, http.StatusOK, r.status)
	}
}

func TestResponseIsTheDataAsItCame(t *testing.T) {
	t.Parallel()
	odd := `{"html":"<&>", "space" :1}`
	handler, _ := transport(t, nil, map[string]func(context.Context) (string, error){
		"hello": func(ctx context.Context) (string, error) {
			graphql.RegisterExtension(ctx, "cost", 5)
			return odd, nil
		},
		"fails": func(context.Context) (string, error) { return "", errors.New("secret") },
	})
	r := ask(t, handler, http.MethodPost, "/", plain, "", `{"query":"{ hello }"}`)
	assert.Equal(t, `{"data":{"hello":`+odd+`},"extensions":{"cost":5}}`, r.body)
	r = ask(t, handler, http.MethodPost, "/", plain, "", `{"query":"{ fails hello }"}`)
	assert.Equal(t, http.StatusOK, r.status)
	assert.True(t, strings.HasPrefix(r.body, `{"errors":[{`), r.body)
	assert.True(t, strings.HasSuffix(r.body, `],"data":{"fails":null,"hello":`+odd+`},"extensions":{"cost":5}}`), r.body)
}

func TestVariablesReachTheOperationExactly(t *testing.T) {
	t.Parallel()
	var seen map[string]any
	handler, _ := transport(t, nil, map[string]func(context.Context) (string, error){
		"hello": func(ctx context.Context) (string, error) {
			seen = graphql.GetOperationContext(ctx).Variables
			return `""`, nil
		},
	})
	r := ask(t, handler, http.MethodPost, "/", plain, "", `{"query":"query($a: Big, $b: Big, $s: String) { hello(big: $a, name: $s) x: hello(big: $b) }",`+
		`"variables":{"a":9007199254740993123456789,"b":0.10000000000000000000001,"s":"\u00e9\ud83d\ude00\"\/\n"}}`)
	require.NotContains(t, r.body, "errors")
	assert.Equal(t, json.Number("9007199254740993123456789"), seen["a"])
	assert.Equal(t, json.Number("0.10000000000000000000001"), seen["b"])
	assert.Equal(t, "é😀\"/\n", seen["s"])
}

func TestOperationTimeout(t *testing.T) {
	t.Parallel()
	wait := func(ctx context.Context) (string, error) { <-ctx.Done(); return "", fmt.Errorf("query: %w", ctx.Err()) }
	handler, log := transport(t, func(c *server.GraphQLConfig) { c.OperationTimeout = 10 * time.Millisecond },
		map[string]func(context.Context) (string, error){"slow": wait})
	r := ask(t, handler, http.MethodPost, "/", plain, "", `{"query":"{ slow }"}`)
	assert.Equal(t, http.StatusOK, r.status, "a field without a value is no failure of HTTP's")
	assert.Contains(t, r.body, `"code":"TIMEOUT"`)
	assert.NotContains(t, r.body, "deadline")
	log.lines(t, "operation took too long")
}

func TestClientThatHasGoneIsNotAnswered(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	handler, log := transport(t, nil, map[string]func(context.Context) (string, error){
		"slow": func(ctx context.Context) (string, error) { cancel(); <-ctx.Done(); return "", ctx.Err() },
	})
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(`{"query":"{ slow }"}`))
	request.Header.Set("Content-Type", plain)
	recorder := httptest.NewRecorder()
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { handler.ServeHTTP(recorder, request) }, "net/http breaks off the connection")
	assert.Empty(t, recorder.Body.String())
	assert.NotContains(t, log.String(), "ERROR")
}

func TestDocumentsAreCachedUpToASize(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, func(c *server.GraphQLConfig) { c.CachedDocuments = 1 }, nil)
	for range 3 {
		for _, query := range []string{"{ hello }", "{ hello # " + strings.Repeat("x", 10<<10) + "\n}", "{ x: hello }"} {
			assert.Equal(t, http.StatusOK, ask(t, handler, http.MethodPost, "/", plain, typed, posted(t, query, nil)).status)
		}
	}
}

// gqlparser puts @defer into every schema. What is not served is not offered either.
func TestDeferIsNotOffered(t *testing.T) {
	t.Parallel()
	schema := newFake(nil)
	require.Contains(t, schema.schema.Directives, "defer")
	_, err := server.GraphQL(schema, server.NewGraphQLConfig(), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NotContains(t, schema.schema.Directives, "defer")
}
