package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/rs/cors"
)

// door is what every request passes: headers that tell browsers what not to do with an answer, the list of hosts, what
// other origins may do.
//
// A page that rebinds the name of its host to this server's address is of the same origin to its browser, whatever that
// asks for; but it cannot change the Host header, which still has the page's name.
type door struct {
	hosts    []string
	next     http.Handler
	observer Observer
}

// newDoor puts a door before a handler.
func newDoor(config Config, next http.Handler) (http.Handler, error) {
	d := &door{observer: config.Observer}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.refuse(w, r, crossOrigin) }))
	for _, origin := range config.CORSOrigins {
		if u, err := url.Parse(origin); err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || strings.Contains(origin, "*") {
			return nil, fmt.Errorf("CORSOrigins: %q is no origin such as https://app.example", origin)
		}
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("CORSOrigins: %w", err)
		}
	}
	handler := protection.Handler(next)
	if len(config.CORSOrigins) > 0 {
		const aDay = 86400
		handler = cors.New(cors.Options{
			AllowedOrigins: config.CORSOrigins,
			AllowedMethods: []string{http.MethodGet, http.MethodPost},
			AllowedHeaders: []string{"Authorization", "Cambium-Position", "Content-Type", "Idempotency-Key", "X-Request-Id"},
			ExposedHeaders: []string{"Cambium-Position", "Retry-After", "X-Request-Id"},
			MaxAge:         aDay,
		}).Handler(handler)
	}
	for _, host := range config.AllowedHosts {
		d.hosts = append(d.hosts, strings.ToLower(strings.TrimSuffix(host, ".")))
	}
	d.next = handler
	return d, nil
}

// What the door refuses.
var (
	crossOrigin = &Fault{Code: "CROSS_ORIGIN", Message: "cross-origin requests are refused", Status: http.StatusForbidden}
	otherHost   = &Fault{Code: "HOST_NOT_ALLOWED", Message: "this host is not served here", Status: http.StatusMisdirectedRequest}
)

func (d *door) refuse(w http.ResponseWriter, r *http.Request, fault *Fault) {
	d.observer.Refused(r.Context(), fault.Code)
	writeFault(w, fault, RequestID(r.Context()))
}

// The values of headers that every answer has.
var (
	noFrames   = []string{"default-src 'none'; frame-ancestors 'none'"}
	noReferrer = []string{"no-referrer"}
	sameOrigin = []string{"same-origin"}
)

// ServeHTTP implements [http.Handler].
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Content-Security-Policy"] = noFrames
	header["Referrer-Policy"] = noReferrer
	header["X-Content-Type-Options"] = noSniff
	header["Cross-Origin-Resource-Policy"] = sameOrigin
	if !IsProbe(r.URL.Path) && !d.allows(r.Host) {
		d.refuse(w, r, otherHost)
		return
	}
	d.next.ServeHTTP(w, r)
}

// allows tells whether a Host header names this server: by an address, which no page can pretend to be of, as localhost,
// or by a name of the list.
func (d *door) allows(host string) bool {
	name := host
	if without, _, err := net.SplitHostPort(host); err == nil {
		name = without
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.Contains(d.hosts, name) || slices.Contains(d.hosts, "*") {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}
