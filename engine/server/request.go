package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
	"unicode/utf8"
)

// exchange is one request and its response, as the log tells it.
type exchange struct {
	http.ResponseWriter

	id        [1]string // as a header has it
	operation string
	status    int // 0 until the header is written
	bytes     int64
}

type exchangeKey struct{}

// exchangeOf is the exchange of a request's context; nil outside of one.
func exchangeOf(ctx context.Context) *exchange {
	e, _ := ctx.Value(exchangeKey{}).(*exchange)
	return e
}

// RequestID is the id of the request that ctx belongs to; empty outside of one.
func RequestID(ctx context.Context) string {
	if e := exchangeOf(ctx); e != nil {
		return e.id[0]
	}
	return ""
}

// ServeHTTP answers one request: with an id, one line of log, and a 500 where the handler panics.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	start := time.Now()
	e := &exchange{ResponseWriter: w, id: [1]string{requestID(r.Header)}}
	header := w.Header()
	header["X-Request-Id"] = e.id[:]
	if s.draining.Load() {
		header.Set("Connection", "close") // the next request of this client belongs elsewhere
	}
	ctx := context.WithValue(s.config.Observer.BeginRequest(r), exchangeKey{}, e)
	r = r.WithContext(ctx)
	defer s.end(ctx, e, r, start)
	defer s.recover(ctx, e)
	s.handler.ServeHTTP(e, r)
}

// end tells of a request that was answered.
func (s *Server) end(ctx context.Context, e *exchange, r *http.Request, start time.Time) {
	took := time.Since(start)
	if e.status == 0 {
		e.status = http.StatusOK // net/http's, for a handler that wrote nothing
	}
	s.config.Observer.EndRequest(ctx, r, e.status, took)
	s.log(ctx, e, r, took)
}

// recover answers a panic. Where the response had begun there is nothing to say but to break it off.
func (s *Server) recover(ctx context.Context, e *exchange) {
	v := recover() //nolint:revive // ServeHTTP defers this method itself
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	s.config.Observer.Panicked(ctx)
	s.logger.ErrorContext(ctx, "panic", "id", e.id[0], "panic", v, "stack", string(debug.Stack()))
	if e.status != 0 {
		panic(http.ErrAbortHandler)
	}
	writeFault(e, internal, e.id[0])
}

func (s *Server) log(ctx context.Context, e *exchange, r *http.Request, took time.Duration) {
	level := slog.LevelInfo
	if IsProbe(r.URL.Path) {
		level = slog.LevelDebug
	}
	if !s.logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 7)
	attrs = append(attrs, slog.String("id", e.id[0]), slog.String("method", clip(r.Method)), slog.String("path", clip(r.URL.Path)))
	if e.operation != "" {
		attrs = append(attrs, slog.String("operation", e.operation))
	}
	attrs = append(attrs, slog.Duration("duration", took), slog.Int("status", e.status), slog.Int64("bytes", e.bytes))
	s.logger.LogAttrs(ctx, level, "request", attrs...)
}

// longestClipped bounds what a client can write into a line of log or into an error, in bytes.
const longestClipped = 200

func clip(text string) string {
	if len(text) <= longestClipped {
		return text
	}
	n := longestClipped
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// WriteHeader implements [http.ResponseWriter].
func (e *exchange) WriteHeader(status int) {
	if e.status == 0 && status >= http.StatusOK { // below are hints, after which the status comes
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (e *exchange) Write(b []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(b)
	e.bytes += int64(n)
	return n, err
}

// Unwrap lets [http.ResponseController] reach what is underneath.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// longestID is longer than a UUID and a W3C traceparent.
const longestID = 64

// requestID takes the client's id where it is one short word that no log or header can be misled by, else makes one.
func requestID(header http.Header) string {
	values := header["X-Request-Id"]
	if len(values) != 1 || values[0] == "" || len(values[0]) > longestID {
		return rand.Text()
	}
	for _, c := range []byte(values[0]) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return rand.Text()
		}
	}
	return values[0]
}
