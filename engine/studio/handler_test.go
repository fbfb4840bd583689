package studio

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newHandler returns a studio over an API that tells that it was asked.
func newHandler(t *testing.T, config Config, page fs.FS) *Handler {
	t.Helper()
	config.API = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("asked")) })
	h, err := serve(config, page)
	require.NoError(t, err)
	return h
}

var built = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>page")}, "assets/main-1.js": {Data: []byte("script")}}

func do(h http.Handler, method, target string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader("{}"))
	change(r)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func unchanged(*http.Request) {}

func TestPageThatWasNotBuiltSaysHowToGetIt(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{}, fstest.MapFS{".gitignore": {}})
	w := do(h, http.MethodGet, "http://127.0.0.1:4983/", unchanged)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "This program was built without the studio's web page: run `make studio` (it needs Node) and build it again.\n", w.Body.String())
	w = do(h, http.MethodPost, "http://127.0.0.1:4983/api/graphql", unchanged)
	assert.Equal(t, "asked", w.Body.String(), "all the rest is there")
}

// Nobody but the studio's own page is let in: what it is served with tells the browser so.
func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{Token: NewToken()}, built)
	for _, path := range []string{"/", "/assets/main-1.js", "/nothing", "/api/state"} {
		w := do(h, http.MethodGet, "http://127.0.0.1:4983"+path, unchanged)
		for name, value := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			assert.Equal(t, value, w.Header().Get(name), "%s of %s", name, path)
		}
	}
}

// The token becomes a cookie that scripts cannot read and other sites cannot send; nothing else does.
func TestTokenBecomesACookie(t *testing.T) {
	t.Parallel()
	token := NewToken()
	h := newHandler(t, Config{Token: token}, built)
	assert.Equal(t, "http://127.0.0.1:4983/?token="+token, h.URL("http://127.0.0.1:4983/"))
	w := do(h, http.MethodGet, h.URL("http://127.0.0.1:4983/"), unchanged)
	require.Len(t, w.Result().Cookies(), 1)
	cookie := w.Result().Cookies()[0]
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	assert.Equal(t, "/", cookie.Path)
	assert.Zero(t, cookie.MaxAge, "it ends with the browser's session")
	assert.False(t, cookie.Secure, "the listener of the loopback interface has no TLS")
	w = do(h, http.MethodGet, h.URL("https://127.0.0.1:4983/"), unchanged)
	assert.True(t, w.Result().Cookies()[0].Secure)

	for _, target := range []string{"/", "/?token=", "/?token=" + token[1:], "/?token=" + url.QueryEscape(token+" ")} {
		assert.Empty(t, do(h, http.MethodGet, "http://127.0.0.1:4983"+target, unchanged).Result().Cookies(), target)
	}
	with := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie.Name, Value: value}) }
	}
	for _, path := range []string{"/api/graphql", "/api/keys", "/api/sign-in"} {
		for _, change := range []func(*http.Request){unchanged, with(""), with("guess"), with(NewToken())} {
			w = do(h, http.MethodPost, "http://127.0.0.1:4983"+path, change)
			assert.Equal(t, http.StatusUnauthorized, w.Code, path)
			assert.Contains(t, w.Body.String(), "open the studio by the URL that was printed when it started")
		}
	}
	assert.Equal(t, "asked", do(h, http.MethodPost, "http://127.0.0.1:4983/api/graphql", with(token)).Body.String())
}

// A name of this machine, or one that was configured, is the studio's; a name that was made to lead here is not.
func TestHostsAndOrigins(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{Hosts: []string{"desk.example", "other.example:8443"}}, built)
	for host, code := range map[string]int{
		"127.0.0.1:4983": 200, "localhost:4983": 200, "localhost": 200, "[::1]:4983": 200, "127.3.2.1": 200, "desk.example": 200, "desk.example:1": 200, "other.example:8443": 200,
		"other.example": 403, "evil.example": 403, "127.0.0.1.evil.example": 403, "localhost.evil.example": 403, "0.0.0.0:4983": 403, "10.0.0.1": 403, "": 403,
	} {
		for _, path := range []string{"/", "/api/state"} {
			w := do(h, http.MethodGet, "http://127.0.0.1"+path, func(r *http.Request) { r.Host = host })
			assert.Equal(t, code, w.Code, "%s%s", host, path)
		}
	}
	for _, c := range []struct {
		name, value string
		code        int
	}{
		{"Origin", "http://localhost:4983", 200},
		{"Origin", "http://localhost:3000", 403},
		{"Origin", "http://evil.example", 403},
		{"Origin", "null", 403},
		{"Origin", "http://%", 403},
		{"Sec-Fetch-Site", "same-origin", 200},
		{"Sec-Fetch-Site", "none", 200},
		{"Sec-Fetch-Site", "same-site", 403},
		{"Sec-Fetch-Site", "cross-site", 403},
	} {
		change := func(r *http.Request) { r.Header.Set(c.name, c.value) }
		assert.Equal(t, c.code, do(h, http.MethodPost, "http://localhost:4983/api/graphql", change).Code, "%s: %s", c.name, c.value)
		assert.Equal(t, http.StatusOK, do(h, http.MethodGet, "http://localhost:4983/", change).Code, "a link leads to the page, which holds no data")
	}
}

func TestKeysOfIDs(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{}, built)
	w := do(h, http.MethodPost, "http://localhost/api/keys", func(r *http.Request) {
		r.Body = http.NoBody
	})
	assert.Equal(t, http.StatusBadRequest, w.Code)
	r := httptest.NewRequest(http.MethodPost, "http://localhost/api/keys", strings.NewReader(`["U2hpcHBlcjox", "none"]`))
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.JSONEq(t, `{"U2hpcHBlcjox": "1"}`, w.Body.String())
}
