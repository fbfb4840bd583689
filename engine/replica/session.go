package replica

import (
	"context"
	"net/http"
	"sync/atomic"
)

// Header carries a [Position] in PostgreSQL's form: in an answer, that of what the request wrote; in a request, that of
// what it has to see.
const Header = "Cambium-Position"

// session is one request, as far as it matters where it reads.
type session struct {
	after   Position // what it has to see
	pinned  atomic.Bool
	member  atomic.Pointer[member] // where it has read so far
	written atomic.Uint64          // the Position after its last transaction; 0 without one
}

type sessionKey struct{}

func sessionOf(ctx context.Context) *session {
	s, _ := ctx.Value(sessionKey{}).(*session)
	return s
}

// Handler lets the requests of next read from replicas. A position that cannot be read is one that no replica has.
func (s *Set) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session := &session{}
		if values := r.Header[Header]; len(values) > 0 {
			var ok bool
			if session.after, ok = parsePosition(values[0]); !ok || len(values) > 1 {
				session.after = nowhere
			}
		}
		if r.Method == http.MethodPost {
			w = &answer{ResponseWriter: w, session: session}
		}
		inner := r.WithContext(context.WithValue(r.Context(), sessionKey{}, session))
		defer func() { r.Pattern = inner.Pattern }() // where it leads to is counted outside
		next.ServeHTTP(w, inner)
	})
}

// answer adds the header to what is answered.
type answer struct {
	http.ResponseWriter

	session *session
	begun   bool
}

func (a *answer) begin() {
	if written := a.session.written.Load(); written > 0 && !a.begun {
		a.Header().Set(Header, Position(written).String())
	}
	a.begun = true
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK { // below are hints
		a.begin()
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (a *answer) Write(b []byte) (int, error) {
	a.begin()
	return a.ResponseWriter.Write(b)
}

// Unwrap lets [http.ResponseController] reach what is underneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
