package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func decode(text string) (v any, err error) {
	d := decoder{text: []byte(text)}
	err = d.whole(func() error { v, err = d.value(); return err })
	return v, err
}

func TestDecoder(t *testing.T) {
	t.Parallel()
	for text, wanted := range map[string]any{
		`null`: nil, ` true `: true, "\tfalse\r\n": false,
		`0`: json.Number("0"), `-0`: json.Number("-0"), `1.50`: json.Number("1.50"), `-1e+9`: json.Number("-1e+9"), `1E-2`: json.Number("1E-2"),
		`18446744073709551616`: json.Number("18446744073709551616"),
		`""`:                   "", `"é"`: "é", `"\"\\\/\b\f\n\r\t"`: "\"\\/\b\f\n\r\t", `"\u00e9\uD83D\uDE00\u0000"`: "é😀\x00", `"�"`: "\ufffd", `"\ufffd"`: "\ufffd",
		`[]`: []any{}, `[ 1 , [ ] ]`: []any{json.Number("1"), []any{}},
		`{}`: map[string]any{}, `{ "a" : {"a":1} , "b":[{"a":1},{"a":2}]}`: map[string]any{
			"a": map[string]any{"a": json.Number("1")},
			"b": []any{map[string]any{"a": json.Number("1")}, map[string]any{"a": json.Number("2")}},
		},
	} {
		v, err := decode(text)
		require.NoError(t, err, text)
		assert.Equal(t, wanted, v, text)
	}
	for text, wanted := range map[string]error{
		``: errSyntax, ` `: errSyntax, `nul`: errSyntax, `nulL`: errSyntax, `truefalse`: errTrailing, `NaN`: errSyntax, `Infinity`: errSyntax,
		`01`: errTrailing, `+1`: errSyntax, `1.`: errSyntax, `.5`: errSyntax, `-`: errSyntax, `1e`: errSyntax, `1e+`: errSyntax, `0x1`: errTrailing,
		`"`: errSyntax, `"\`: errSyntax, `"\x"`: errSyntax, "\"\n\"": errSyntax, "\"\\n\x01\"": errSyntax, `"\u12"`: errSyntax, `"\u12g4"`: errSyntax, `'a'`: errSyntax,
		`"\ud800"`: errSurrogate, `"\udc00"`: errSurrogate, `"\ud800\ud800"`: errSurrogate, `"\ud800\n"`: errSurrogate, `"\ud800x"`: errSurrogate, `"\ud800\u00"`: errSyntax,
		"\"\xff\"": errUTF8, "\"\xed\xa0\x80\"": errUTF8, "\xef\xbb\xbf{}": errSyntax,
		`[`: errSyntax, `[1`: errSyntax, `[1,]`: errSyntax, `[,1]`: errSyntax, `[1 2]`: errSyntax, `]`: errSyntax,
		`{`: errSyntax, `{"a"}`: errSyntax, `{"a":}`: errSyntax, `{"a":1,}`: errSyntax, `{a:1}`: errSyntax, `{"a":1 "b":2}`: errSyntax, `{,}`: errSyntax,
		`{"a":1,"a":1}`: errDuplicate, `{"a":1,"\u0061":2}`: errDuplicate, `[{"x":{"":1,"":2}}]`: errDuplicate,
		`1 1`: errTrailing, `{}{}`: errTrailing, `{}x`: errTrailing, "{}\x00": errTrailing, `// comment`: errSyntax,
		strings.Repeat("[", 65) + strings.Repeat("]", 65): errDeep, strings.Repeat(`{"a":`, 1000): errDeep,
	} {
		_, err := decode(text)
		assert.ErrorIs(t, err, wanted, text)
	}
	_, err := decode(strings.Repeat("[", 64) + strings.Repeat("]", 64))
	require.NoError(t, err)
}

// FuzzDecoder holds the decoder against encoding/json: what it takes has the same value there, and what it refuses is
// refused there too, or is one of the things that encoding/json repairs or lets pass.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{`{"query":"{ a }","variables":{"n":[1,-2.5e3,null,true,"\u00e9\ud83d\ude00"]}}`, `{"a":1,"a":2}`, `"\ud800"`, `[[]]`, `{} {}`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var reference any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		valid := json.Valid(text)
		v, err := decode(string(text))
		switch {
		case err == nil:
			require.True(t, valid)
			require.NoError(t, d.Decode(&reference))
			require.Equal(t, reference, v)
		case errors.Is(err, errUTF8):
			require.False(t, utf8.Valid(text))
		case errors.Is(err, errSurrogate), errors.Is(err, errDuplicate), errors.Is(err, errDeep): // it may have more wrong with it further on
		default:
			require.False(t, valid)
		}
	})
}
