package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/server"
)

// FuzzRequest sends a document with its variables, and whole bodies. Whatever they are, the answer is JSON of GraphQL's
// form and of a bounded length, nothing panics, and nothing is called an internal error.
func FuzzRequest(f *testing.F) {
	handler, log := transport(f, func(c *server.GraphQLConfig) { c.MaxBody = 64 << 10 }, nil)
	for document, variables := range map[string]string{
		`{ hello }`: ``,
		`query Q($n: Int = 5, $s: String!) { a: hello(n: $n, name: $s) ...F } fragment F on Query { other { hello @skip(if: true) } }`: `{"n":7,"s":"\ud83d\ude00"}`,
		`query($f: Filter, $c: Colour, $b: Big) { hello(filter: $f, colour: $c, big: $b) }`:                                            `{"f":{"deep":{"name":null}},"c":"RED","b":[1e400,{"a":-0}]}`,
		`{ hello(big: 99999999999999999999, filter: {deep: {deep: {name: """block"""}}}) }`:                                            `null`,
		`mutation { write } subscription S { x }`:                                                                                      `{"a":1,"a":2}`,
		`{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }`:                                                           `[]`,
		`{ ... @defer { hello } __schema { types { name } } }`:                                                                         `{}`,
		"\ufeff{ hello(name: \"\\u{1F600}\\uD800\") # \xff\n}":                                                                         `{"\x00":"\xff"}`,
	} {
		f.Add(document, variables)
	}
	f.Fuzz(func(t *testing.T, document, variables string) {
		text, err := json.Marshal(document)
		require.NoError(t, err)
		body := `{"query":` + string(text)
		if variables != "" {
			body += `,"variables":` + variables
		}
		for _, body := range []string{body + "}", variables} {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
			request.Header.Set("Content-Type", plain)
			request.Header.Set("Accept", typed)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			requireAnswer(t, recorder, len(body))
			require.NotContains(t, log.String(), "ERROR")
		}
	})
}

// requireAnswer holds an answer to what all have in common.
func requireAnswer(t *testing.T, recorder *httptest.ResponseRecorder, asked int) {
	t.Helper()
	body, err := io.ReadAll(recorder.Body)
	require.NoError(t, err)
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	require.Less(t, len(body), 64<<10+2*asked)
	for _, e := range answer.Errors {
		require.NotEmpty(t, e.Message)
		require.NotContains(t, []string{"", "INTERNAL"}, e.Extensions.Code, "%s", body)
	}
	if recorder.Code == http.StatusOK {
		require.NotEmpty(t, answer.Data)
		return
	}
	require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, recorder.Code)
	require.NotEmpty(t, answer.Errors)
	require.Empty(t, answer.Data)
}
