package read

import (
	"encoding/base64"
	"strings"
)

// Ids and cursors are base64url without padding (RFC 4648, section 5), so that they need no escaping anywhere.

// appendOpaque writes bytes as an opaque JSON string.
func appendOpaque(dst, plain []byte) []byte {
	dst = append(dst, '"')
	dst = base64.RawURLEncoding.AppendEncode(dst, plain)
	return append(dst, '"')
}

var strict = base64.RawURLEncoding.Strict()

// parseOpaque is the reverse; it appends to dst. It accepts the one form that appendOpaque writes: no padding, no stray
// bits, and no line breaks, which encoding/base64 skips.
func parseOpaque(dst []byte, text string) (plain []byte, ok bool) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	plain, err := strict.AppendDecode(dst, []byte(text))
	return plain, err == nil
}
