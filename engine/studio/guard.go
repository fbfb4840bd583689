package studio

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// NewToken makes a token for one launch.
func NewToken() string {
	const size = 16
	b := make([]byte, size)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// policy lets the page load what the studio serves and nothing else, and nobody frame it.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the URL holds the token
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// foreign says why a request is refused that comes from another page, or under a name that is not the studio's: a page
// whose own name was made to lead here (DNS rebinding) is of the same origin to the browser. Empty is none of both.
func (h *Handler) foreign(r *http.Request) string {
	if !h.hosted(r.Host) {
		return "the studio is not served under this name"
	}
	// A link that leads here from another page opens the page, which holds no data.
	if r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/api/") {
		return ""
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return "the studio answers its own page alone"
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return ""
	}
	if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
		return "the studio answers its own page alone"
	}
	return ""
}

func (h *Handler) hosted(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if name == "localhost" || slices.Contains(h.config.Hosts, host) || slices.Contains(h.config.Hosts, name) {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// cookieName is apart for each launch: cookies of one host are shared by its ports, and two studios by theirs.
func (h *Handler) cookieName() string {
	const enough = 8
	return "studio-" + h.config.Token[:min(enough, len(h.config.Token))]
}

// admit turns the token of a URL into a cookie, which scripts cannot read and other sites cannot send.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request) {
	if h.config.Token == "" || !same(r.URL.Query().Get("token"), h.config.Token) {
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // of a loopback listener, which has no TLS
		Name: h.cookieName(), Value: h.config.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
}

// known demands the cookie.
func (h *Handler) known(next http.HandlerFunc) http.Handler {
	if h.config.Token == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(h.cookieName())
		if err != nil || !same(cookie.Value, h.config.Token) {
			http.Error(w, "open the studio by the URL that was printed when it started", http.StatusUnauthorized)
			return
		}
		next(w, r)
	})
}

func same(given, token string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}
