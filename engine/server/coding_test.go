package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/server"
)

// rows is an answer of many rows, as `{ customers { nodes { ... } } }` has it.
func rows(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,{"id":"Q3VzdG9tZXI%X","code":"C%04d","companyName":"%s & Sons %d","city":"%s","freight":"%d.%02d","orderedAt":"2026-%02d-%02dT00:00:00Z"}`,
			i*7919+1<<20, i, strings.Repeat(string(rune('A'+i%26)), 3+i%5), i, []string{"Graz", "Lund", "Porto", "Reims"}[i*i%4], i*i%900, i%100, 1+i%12, 1+i%28)
	}
	return `{"nodes":[` + b.String()[1:] + `]}`
}

// manyRows is far longer than what is compressed, fewRows shorter.
var manyRows, fewRows = rows(100), rows(2)

// answering is a handler of which every hello is the same.
func answering(t testing.TB, data string) http.Handler {
	t.Helper()
	handler, _ := transport(t, nil, map[string]func(context.Context) (string, error){
		"hello": func(context.Context) (string, error) { return data, nil },
	})
	return handler
}

// asked is a POST of an operation, as a client sends it that accepts those codings, one element a line.
func asked(t testing.TB, body string, codings ...string) *http.Request {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("Content-Type", plain)
	if codings != nil {
		request.Header["Accept-Encoding"] = codings
	}
	return request
}

const hello = `{"query":"{ hello }"}`

// answer serves a request and decodes the answer.
func answer(t testing.TB, handler http.Handler, request *http.Request) (r response, coding string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	header := recorder.Header()
	assert.Equal(t, []string{strconv.Itoa(recorder.Body.Len())}, header["Content-Length"])
	assert.Equal(t, []string{"Accept, Accept-Encoding"}, header["Vary"])
	coding = header.Get("Content-Encoding")
	return response{recorder.Code, header, decoded(t, coding, recorder.Body)}, coding
}

func decoded(t testing.TB, coding string, body io.Reader) string {
	t.Helper()
	switch coding {
	case "gzip":
		r, err := gzip.NewReader(body) // not by the library that wrote it
		require.NoError(t, err)
		body = r
	case "zstd":
		r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		require.NoError(t, err)
		defer r.Close()
		body = r
	default:
		require.Empty(t, coding)
	}
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(text)
}

func TestAcceptEncoding(t *testing.T) {
	t.Parallel()
	many, few := answering(t, manyRows), answering(t, fewRows)
	for name, c := range map[string]struct {
		accept      []string
		coding      string // of an answer of many rows
		fewer       string // of one of few
		nothingWill bool
	}{
		"absent":                     {accept: nil},
		"empty":                      {accept: []string{""}},
		"gzip":                       {accept: []string{"gzip"}, coding: "gzip"},
		"zstd":                       {accept: []string{"zstd"}, coding: "zstd"},
		"x-gzip":                     {accept: []string{"x-gzip"}, coding: "gzip"},
		"capitals":                   {accept: []string{"GZip"}, coding: "gzip"},
		"a browser":                  {accept: []string{"gzip, deflate, br, zstd"}, coding: "zstd"},
		"an older browser":           {accept: []string{"gzip, deflate, br"}, coding: "gzip"},
		"without space":              {accept: []string{"deflate,gzip"}, coding: "gzip"},
		"two lines":                  {accept: []string{"br", "gzip"}, coding: "gzip"},
		"others":                     {accept: []string{"br, deflate, compress"}},
		"identity":                   {accept: []string{"identity"}},
		"anything":                   {accept: []string{"*"}, coding: "gzip"},
		"anything but gzip":          {accept: []string{"gzip;q=0, *"}, coding: "zstd"},
		"gzip more":                  {accept: []string{"zstd;q=0.5, gzip;q=0.8"}, coding: "gzip"},
		"zstd more":                  {accept: []string{"gzip;q=0.1, zstd;q=0.2"}, coding: "zstd"},
		"as much of each":            {accept: []string{"gzip;q=0.5, zstd;q=0.5"}, coding: "zstd"},
		"anything more":              {accept: []string{"gzip;q=0.5, *;q=0.9"}, coding: "zstd"},
		"neither":                    {accept: []string{"gzip;q=0, zstd;q=0.000"}},
		"nothing special":            {accept: []string{"*;q=0, identity;q=0.1"}},
		"identity more":              {accept: []string{"gzip;q=0.5, identity;q=0.9"}},
		"identity as much":           {accept: []string{"gzip, identity"}, coding: "gzip"},
		"identity less":              {accept: []string{"identity;q=0.5, gzip"}, coding: "gzip"},
		"not as it is":               {accept: []string{"gzip, identity;q=0"}, coding: "gzip", fewer: "gzip"},
		"not as it is, spaced":       {accept: []string{"zstd ; q=1 , identity ; Q=0"}, coding: "zstd", fewer: "zstd"},
		"nothing but zstd":           {accept: []string{"zstd, *;q=0"}, coding: "zstd", fewer: "zstd"},
		"anything but as it is":      {accept: []string{"identity;q=0, *"}, coding: "gzip", fewer: "gzip"},
		"anything left over":         {accept: []string{"identity;q=0, gzip;q=0, *;q=0.1"}, coding: "zstd", fewer: "zstd"},
		"nothing":                    {accept: []string{"*;q=0"}, nothingWill: true},
		"nothing that is here":       {accept: []string{"br, identity;q=0"}, nothingWill: true},
		"a q that cannot be read":    {accept: []string{"gzip;q=x, identity;q=, *;q=2, zstd;q=NaN"}},
		"commas":                     {accept: []string{",,;,;q=1,"}},
		"other parameters":           {accept: []string{"gzip;level=9;q=0.3"}, coding: "gzip"},
		"twice, the higher q counts": {accept: []string{"gzip;q=0, gzip;q=1"}, coding: "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, coding := answer(t, many, asked(t, hello, c.accept...))
			assert.Equal(t, c.coding, coding)
			if c.nothingWill {
				assert.Equal(t, http.StatusNotAcceptable, r.status)
				assert.Contains(t, r.body, "Accept-Encoding")
				return
			}
			assert.Equal(t, http.StatusOK, r.status)
			assert.Equal(t, `{"data":{"hello":`+manyRows+`}}`, r.body)
			assert.Equal(t, plain+"; charset=utf-8", r.header.Get("Content-Type"))
			r, coding = answer(t, few, asked(t, hello, c.accept...))
			assert.Equal(t, c.fewer, coding)
			assert.Equal(t, `{"data":{"hello":`+fewRows+`}}`, r.body)
		})
	}
}

func TestCompressedFromASize(t *testing.T) {
	t.Parallel()
	const from = 600
	text := strings.Repeat("x", from-len(`{"data":{"hello":""}}`))
	for name, c := range map[string]struct {
		data   string
		coding string
	}{
		"one byte short": {`"` + text[1:] + `"`, ""},
		"just long":      {`"` + text + `"`, "gzip"},
	} {
		handler, _ := transport(t, func(c *server.GraphQLConfig) { c.CompressFrom = from }, map[string]func(context.Context) (string, error){
			"hello": func(context.Context) (string, error) { return c.data, nil },
		})
		_, coding := answer(t, handler, asked(t, hello, "gzip"))
		assert.Equal(t, c.coding, coding, name)
	}
}

// What does not get shorter is sent as it is, unless that is refused.
func TestNothingGetsLongerByCompression(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, func(c *server.GraphQLConfig) { c.CompressFrom = 1 }, nil)
	for _, accept := range []string{"gzip", "zstd"} {
		_, coding := answer(t, handler, asked(t, hello, accept))
		assert.Empty(t, coding)
		r, coding := answer(t, handler, asked(t, hello, accept+", identity;q=0"))
		assert.Equal(t, accept, coding)
		assert.Equal(t, `{"data":{"hello":"hello"}}`, r.body)
	}
}

// A refusal is for a client, or for what stands before one, that may not have said what it takes.
func TestRefusalsAreNotCompressed(t *testing.T) {
	t.Parallel()
	handler, _ := transport(t, func(c *server.GraphQLConfig) { c.CompressFrom = 1 }, nil)
	for body, status := range map[string]int{"{": 400, `{"query":""}`: 400, hello + "x": 400} {
		r, coding := answer(t, handler, asked(t, body, "gzip, identity;q=0"))
		assert.Equal(t, status, r.status)
		assert.Empty(t, coding)
		assert.Contains(t, r.body, "BAD_REQUEST")
	}
	head := httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/?query={hello}", nil)
	head.Header.Set("Accept-Encoding", "gzip")
	r, coding := answer(t, handler, head)
	assert.Equal(t, http.StatusMethodNotAllowed, r.status)
	assert.Empty(t, coding)
}

// The BREACH attack: a page of another site has a browser ask for the same again and again, with a guess in it each
// time, and sees on the wire which guess makes the answer shorter.
func TestWhatAnotherSiteAsksForIsNotCompressed(t *testing.T) {
	t.Parallel()
	handler := answering(t, manyRows)
	for site, wanted := range map[string]string{"cross-site": "", "same-site": "", "unheard-of": "", "same-origin": "gzip", "none": "gzip"} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?query={guess:hello}", nil)
		request.Header.Set("Accept-Encoding", "gzip")
		request.Header.Set("Sec-Fetch-Site", site)
		r, coding := answer(t, handler, request)
		assert.Equal(t, wanted, coding, site)
		assert.Equal(t, `{"data":{"guess":`+manyRows+`}}`, r.body)
	}
}

func TestCompressionOverTheWire(t *testing.T) {
	t.Parallel()
	s := start(t, server.NewConfig(), answering(t, manyRows))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(hello))
	require.NoError(t, err)
	request.Header.Set("Content-Type", plain)
	r := do(t, request) // Go's client asks for gzip and decodes it
	assert.Equal(t, `{"data":{"hello":`+manyRows+`}}`, r.body)
	line := s.log.lines(t, "request")[0]
	assert.Less(t, line["bytes"], float64(len(r.body)/3), "what was sent is what is logged")
}

// Writers are shared by all requests: none may get what was another's.
func TestCompressionInParallel(t *testing.T) {
	t.Parallel()
	var wait sync.WaitGroup
	for n := range 8 {
		data := rows(20 + 40*n)
		handler := answering(t, data)
		for _, accept := range []string{"gzip", "zstd"} {
			wait.Go(func() {
				for range 20 {
					r, coding := answer(t, handler, asked(t, hello, accept))
					assert.Equal(t, accept, coding)
					assert.Equal(t, `{"data":{"hello":`+data+`}}`, r.body)
				}
			})
		}
	}
	wait.Wait()
}

func FuzzAcceptEncoding(f *testing.F) {
	handler := answering(f, manyRows)
	for _, seed := range []string{"gzip, deflate, br, zstd", "*;q=0", "identity;q=0, gzip;q=0.5", "gzip;q=,;;,=", "zstd;q=1e0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		r, coding := answer(t, handler, asked(t, hello, accept))
		lower := strings.ToLower(accept)
		switch r.status {
		case http.StatusOK:
			require.Equal(t, `{"data":{"hello":`+manyRows+`}}`, r.body)
			require.True(t, coding == "" || strings.Contains(lower, coding) || strings.Contains(accept, "*"), "%q was not asked for", coding)
		case http.StatusNotAcceptable:
			require.Contains(t, accept, "0", "something will do unless it is refused")
		default:
			t.Fatalf("status %d", r.status)
		}
	})
}

// BenchmarkCompression measures what each coding adds to an answer of 1, 10 and 100 KB, for each KB, and what is left of
// its length.
func BenchmarkCompression(b *testing.B) {
	for _, n := range []int{8, 75, 750} {
		handler, err := server.GraphQL(ready{newFake(nil), []byte(rows(n))}, server.NewGraphQLConfig(), slog.New(slog.DiscardHandler))
		require.NoError(b, err)
		whole := ask(b, handler, http.MethodPost, "/", plain, "", hello)
		for _, accept := range []string{"identity", "gzip", "zstd"} {
			b.Run(fmt.Sprintf("%d KB/%s", (len(whole.body)+512)>>10, accept), func(b *testing.B) {
				reader := bytes.NewReader(nil)
				request := asked(b, "", accept)
				request.ContentLength = int64(len(hello))
				header := make(http.Header, 8)
				b.ReportAllocs()
				for b.Loop() {
					clear(header)
					reader.Reset([]byte(hello))
					request.Body = io.NopCloser(reader)
					handler.ServeHTTP(discard{header}, request)
				}
				length, err := strconv.Atoi(header.Get("Content-Length"))
				require.NoError(b, err)
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(whole.body))*(1<<10), "µs/KB")
				b.ReportMetric(100*float64(length)/float64(len(whole.body)), "%length")
			})
		}
	}
}
