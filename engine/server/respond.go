package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"cambium/engine/operation"
)

// answers are buffers for writing.
var answers = sync.Pool{New: func() any { return new(buffer) }}

// answerStart is what an answer without errors begins with.
const answerStart = `{"data":`

// respond writes a response: the errors first, where there are any, then the data as it came, which stands behind
// answerStart, then the extensions, where there are any. A response without data has no "data".
func (c answerCoding) respond(w http.ResponseWriter, status int, response operation.Response) {
	b := response.Data
	if len(response.Errors) > 0 {
		b = appendMember([]byte{'{'}, "errors", response.Errors)
		if data := dataOf(response); len(data) > 0 {
			b = append(appendKey(b, "data"), data...)
		}
	}
	if len(response.Extensions) > 0 {
		b = appendMember(b, "extensions", response.Extensions)
	}
	c.write(w, status, append(b, '}'))
}

// dataOf is the data without answerStart; empty where there is none.
func dataOf(response operation.Response) []byte {
	return response.Data[min(len(answerStart), len(response.Data)):]
}

func appendKey(b []byte, key string) []byte {
	if len(b) > 1 {
		b = append(b, ',')
	}
	return append(append(append(b, '"'), key...), '"', ':')
}

// appendMember encodes errors and extensions. They are made of strings and numbers by this program: one that has no JSON
// is a fault of the program, which the recovery answers.
func appendMember(b []byte, key string, v any) []byte {
	value, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(appendKey(b, key), value...)
}

// statusOf is 200, or, where nothing came of the operation, what its first fault with a status of its own says. A fault
// of one field, even of all, is no failure of HTTP's: INTERNAL stays 200 there, as GraphQL over HTTP has it.
func statusOf(w http.ResponseWriter, response operation.Response) int {
	if data := dataOf(response); len(data) > 0 && string(data) != "null" {
		return http.StatusOK
	}
	for _, err := range response.Errors {
		var fault *Fault
		if errors.As(err.Err, &fault) && fault.Status != 0 && fault != internal {
			retryAfter(w.Header(), fault)
			return fault.Status
		}
	}
	return http.StatusOK
}
