package server

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	responseType = "application/graphql-response+json"
	jsonType     = "application/json"
)

// mediaType is one of the two types of a response. They are the same bytes and differ in the status: a client that asked
// for application/json takes any other than 200 for a broken server, not for a faulty operation.
type mediaType struct {
	content      []string // the header
	requestError int      // status of an operation that was read but cannot be run
}

var (
	plainMedia    = &mediaType{content: contentJSON, requestError: http.StatusOK}
	responseMedia = &mediaType{content: []string{responseType + "; charset=utf-8"}, requestError: http.StatusBadRequest}
)

// negotiate chooses the type that Accept prefers: the highest q, then the first. Without Accept, and for wildcards, it is
// application/json, which every client knows. ok is false where neither will do.
func negotiate(accept []string) (media *mediaType, ok bool) {
	if len(accept) == 0 {
		return plainMedia, true
	}
	if len(accept) == 1 {
		switch accept[0] { // what most clients send
		case "*/*", jsonType:
			return plainMedia, true
		case responseType:
			return responseMedia, true
		}
	}
	best := 0.0
	for _, line := range accept {
		for element := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(element, ";")
			var m *mediaType
			switch strings.ToLower(strings.TrimSpace(name)) {
			case responseType:
				m = responseMedia
			case jsonType, "*/*", "application/*":
				m = plainMedia
			default:
				continue
			}
			if q := quality(params); q > best {
				media, best = m, q
			}
		}
	}
	if media == nil {
		return plainMedia, false
	}
	return media, true
}

// quality is q (RFC 9110, section 12.4.2); 1 where there is none, -1 where it cannot be read: as if nothing were there.
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		q, err := strconv.ParseFloat(value, 64)
		if err != nil || !(q >= 0 && q <= 1) { // also NaN
			return -1
		}
		return q
	}
	return 1
}
