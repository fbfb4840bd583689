package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"cambium/engine/limit"
)

// Fault is an error as a client is told it.
type Fault struct {
	Code    string // for programs, such as BAD_USER_INPUT
	Message string // for people; never a value, a statement, or another error's text
	// Path is the field that the fault is about; empty for the field whose resolver failed.
	Path ast.Path
	// Extensions are told beside the code.
	Extensions map[string]any
	// Status is that of a response without data; 0 is 200.
	Status int
	// RetryAfter asks the client to come back then, in whole seconds; 0 does not.
	RetryAfter time.Duration
	// Logged has the error itself logged, as a warning, and its id shown: for what an operator has to know of.
	Logged bool
}

func (f *Fault) Error() string { return f.Message }

// internal is any error that is nobody's business.
var internal = &Fault{Code: "INTERNAL", Message: "internal error", Status: http.StatusInternalServerError}

// gone is what is counted for a client that went away before it was answered. Nobody is told.
var gone = &Fault{Code: "CLIENT_GONE", Message: "the client has gone", Status: http.StatusInternalServerError}

// timedOut is an operation that did not end within [GraphQLConfig.OperationTimeout].
var timedOut = &Fault{Code: "TIMEOUT", Message: "the operation took too long", Status: http.StatusGatewayTimeout}

// full is an operation for which there was no room: before it ran, as where the pool itself is exhausted, so the code is the
// same.
var full = &Fault{
	Code: "POOL_EXHAUSTED", Message: "too many operations at once, try again soon",
	Status: http.StatusServiceUnavailable, RetryAfter: time.Second,
}

// CodeOf is the code of an error that a client is told.
func CodeOf(err *gqlerror.Error) string {
	code, _ := err.Extensions["code"].(string)
	return code
}

// tooMany is a request of one who asks too often.
func tooMany(e *limit.Exceeded) *Fault {
	return &Fault{Code: e.Code, Message: e.Message, Status: http.StatusTooManyRequests, RetryAfter: time.Second}
}

// refused is a request that is no GraphQL request.
func refused(status int, message string) *Fault {
	return &Fault{Code: "BAD_REQUEST", Message: message, Status: status}
}

// graphql is the fault as an error of GraphQL. id is that of the request, empty where the log has nothing to add.
func (f *Fault) graphql(id string) *gqlerror.Error {
	extensions := make(map[string]any, len(f.Extensions)+2)
	maps.Copy(extensions, f.Extensions)
	extensions["code"] = f.Code
	if id != "" {
		extensions["id"] = id
	}
	return &gqlerror.Error{Err: f, Message: f.Message, Path: f.Path, Extensions: extensions}
}

// writeFault answers a request that never came to be an operation.
func writeFault(w http.ResponseWriter, f *Fault, id string) {
	errs, err := json.Marshal(gqlerror.List{f.graphql(id)})
	if err != nil { // strings
		panic(err)
	}
	retryAfter(w.Header(), f)
	if f.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 6750, section 3
	}
	writeJSON(w, f.Status, append(append([]byte(`{"errors":`), errs...), '}'))
}

func retryAfter(header http.Header, f *Fault) {
	if f.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
}

var (
	contentJSON = []string{jsonType + "; charset=utf-8"}
	noStore     = []string{"no-store"}
	noSniff     = []string{"nosniff"}
)

// writeJSON keeps the content type that was negotiated, where one was.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	if header["Content-Type"] == nil {
		header["Content-Type"] = contentJSON
	}
	header["Cache-Control"] = noStore
	header["X-Content-Type-Options"] = noSniff
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON, by type and by escapes; a client that has gone is not told
}
