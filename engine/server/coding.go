package server

import (
	"net/http"
	"strings"
)

// coding is a content coding (RFC 9110, section 8.4.1).
type coding struct {
	header []string // Content-Encoding
	encode func(to *buffer, body []byte)
}

var (
	gzipCoding = &coding{[]string{"gzip"}, encodeGzip}
	zstdCoding = &coding{[]string{"zstd"}, encodeZstd}
)

// answerCoding is how an answer may be coded.
type answerCoding struct {
	*coding // nil for none

	from int // the shortest answer for which it is worth the time
}

// negotiateCoding chooses what Accept-Encoding prefers (RFC 9110, section 12.5.3): the highest q; of equals zstd, which
// costs no more and is shorter, where it is named, and gzip where all that is said is "anything". ok is false where
// nothing will do, not even an answer as it is.
//
// What another site had a browser ask for is not compressed: the length would tell whether what that site has chosen is
// part of what it may not read (the BREACH attack).
func negotiateCoding(header http.Header, from int) (chosen answerCoding, ok bool) {
	switch accept := header["Accept-Encoding"]; {
	case len(accept) == 0:
		return answerCoding{}, true
	case isForeign(header["Sec-Fetch-Site"]):
		return answerCoding{}, true
	case len(accept) == 1 && accept[0] == "gzip": // Go's client
		return answerCoding{gzipCoding, from}, true
	case len(accept) == 1 && accept[0] == "gzip, deflate, br, zstd": // browsers
		return answerCoding{zstdCoding, from}, true
	default:
		return parseCodings(accept).choose(from)
	}
}

// isForeign reports whether a browser says that the request comes from another origin.
func isForeign(site []string) bool {
	return len(site) > 0 && site[0] != "same-origin" && site[0] != "none"
}

// codings are the q of each, and unnamed for those that are not there.
type codings struct{ gzip, zstd, identity, any float64 }

const unnamed = -1.0

func parseCodings(accept []string) codings {
	c := codings{unnamed, unnamed, unnamed, unnamed}
	for _, line := range accept {
		for element := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(element, ";")
			q := quality(params)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip", "x-gzip":
				c.gzip = max(c.gzip, q)
			case "zstd":
				c.zstd = max(c.zstd, q)
			case "identity":
				c.identity = max(c.identity, q)
			case "*":
				c.any = max(c.any, q)
			}
		}
	}
	return c
}

func (c codings) choose(from int) (chosen answerCoding, ok bool) {
	best := 0.0
	for _, candidate := range []struct {
		coding *coding
		q      float64
	}{{zstdCoding, c.zstd}, {gzipCoding, c.orAny(c.gzip)}, {zstdCoding, c.orAny(c.zstd)}} {
		if candidate.q > best {
			chosen, best = answerCoding{candidate.coding, from}, candidate.q
		}
	}
	if plain := c.orAny(c.identity); plain == 0 {
		chosen.from = 0
		return chosen, chosen.coding != nil
	}
	if c.identity > best {
		return answerCoding{}, true
	}
	return chosen, true
}

// orAny is q, or that of "*" where there is none.
func (c codings) orAny(q float64) float64 {
	if q == unnamed {
		return c.any
	}
	return q
}

// write answers with a body that was made, coded or as it is. Where it must be coded, from is 0.
func (c answerCoding) write(w http.ResponseWriter, status int, body []byte) {
	if c.coding == nil || len(body) < c.from {
		writeJSON(w, status, body)
		return
	}
	coded := answers.Get().(*buffer)
	defer coded.release(&answers)
	c.encode(coded, body)
	if c.from > 0 && len(coded.bytes) >= len(body) {
		writeJSON(w, status, body)
		return
	}
	w.Header()["Content-Encoding"] = c.header
	writeJSON(w, status, coded.bytes)
}
