package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// bodies are buffers for reading. What is decoded holds no part of them.
var bodies = sync.Pool{New: func() any { return new(buffer) }}

// buffer is what bytes.Buffer is, less what is not needed here.
type buffer struct{ bytes []byte }

// largestKept is the largest buffer that is worth keeping for another request, in bytes.
const largestKept = 256 << 10

func (b *buffer) release(pool *sync.Pool) {
	if cap(b.bytes) <= largestKept {
		b.bytes = b.bytes[:0]
		pool.Put(b)
	}
}

func (g *graphQL) post(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *Fault) {
	if !isJSON(r.Header) {
		return nil, refused(http.StatusUnsupportedMediaType, "Content-Type must be "+jsonType+", in UTF-8, without Content-Encoding")
	}
	if r.ContentLength > g.config.MaxBody {
		w.Header().Set("Connection", "close") // rather than read it to its end
		return nil, tooLarge
	}
	body := bodies.Get().(*buffer)
	defer body.release(&bodies)
	if err := body.fill(http.MaxBytesReader(w, r.Body, g.config.MaxBody), r.ContentLength); err != nil {
		return nil, unread(err)
	}
	return decodeParams(body.bytes)
}

var tooLarge = &Fault{Code: "BODY_TOO_LARGE", Message: "the body is too large", Status: http.StatusRequestEntityTooLarge}

// fill reads all, of a size that is known or -1.
func (b *buffer) fill(r io.Reader, size int64) error {
	const least = 1 << 10
	if need := int(max(size+1, least)); cap(b.bytes) < need { // one more, to see the end without growing
		b.bytes = make([]byte, 0, need)
	}
	for {
		n, err := r.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(b.bytes) == cap(b.bytes) {
			b.bytes = append(b.bytes, 0)[:len(b.bytes)]
		}
	}
}

func unread(err error) *Fault {
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit):
		return tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refused(http.StatusRequestTimeout, "the body took too long to arrive")
	default:
		return refused(http.StatusBadRequest, "the body could not be read")
	}
}

// isJSON accepts application/json and no other: a form or plain text is what a foreign page can send without being asked.
func isJSON(header http.Header) bool {
	if encoding := header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return false
	}
	values := header["Content-Type"]
	if len(values) != 1 {
		return false
	}
	if values[0] == jsonType {
		return true
	}
	media, params, err := mime.ParseMediaType(values[0])
	if err != nil || media != jsonType {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}
