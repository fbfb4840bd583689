package read

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func testModel(t require.TestingT) *model {
	m, err := newModel([]*Entity{
		{Name: "Number", Connection: "numbers", Key: Field{Name: "id", Column: "id", Kind: BigInt}},
		{Name: "Small", Connection: "smalls", Key: Field{Name: "id", Column: "id", Kind: Int}},
		{Name: "Text", Connection: "texts", Key: Field{Name: "id", Column: "id", Kind: String}},
		{Name: "Unique", Connection: "uniques", Key: Field{Name: "id", Column: "id", Kind: UUID}},
	})
	require.NoError(t, err)
	return m
}

func TestIDsRoundTrip(t *testing.T) {
	t.Parallel()
	m := testModel(t)
	rapid.Check(t, func(r *rapid.T) {
		var key []byte
		var want any
		name := rapid.SampledFrom([]string{"Number", "Small", "Text", "Unique"}).Draw(r, "entity")
		switch name {
		case "Number":
			n := rapid.Int64().Draw(r, "key")
			key, want = binary.BigEndian.AppendUint64(nil, uint64(n)), n
		case "Small":
			n := rapid.Int32().Draw(r, "key")
			key, want = binary.BigEndian.AppendUint32(nil, uint32(n)), int64(n)
		case "Text":
			s := rapid.StringMatching(`[^\x00]{0,80}`).Draw(r, "key")
			key, want = []byte(s), s
		case "Unique":
			key = rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "key")
			want = string(appendUUIDText(nil, key))
		}
		text, err := appendID(nil, m.entities[name], key)
		require.NoError(r, err)
		var id string
		require.NoError(r, json.Unmarshal(text, &id))
		e, got, ok := m.parseID(id)
		require.True(r, ok, id)
		require.Equal(r, name, e.Name)
		require.Equal(r, want, got)
	})
}

func TestAnIDHasOneForm(t *testing.T) {
	t.Parallel()
	m := testModel(t)
	for _, plain := range []string{
		"Number:01", "Number:+1", "Number:-0", "Number: 1", "Number:", "Number", "Number:9223372036854775808",
		"Small:2147483648", "number:1", ":1", "", "Text:a\x00b", "Text:\xff",
		"Unique:A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "Unique:a0eebc999c0b4ef8bb6d6bb9bd380a11",
	} {
		_, _, ok := m.parseID(base64.RawURLEncoding.EncodeToString([]byte(plain)))
		require.False(t, ok, "%q", plain)
	}
	for _, id := range []string{"TnVtYmVyOjE=", "TnVtYmVyOjE\n", "TnVtYmVyOjF", "*"} { // padding, a line break, stray bits
		_, _, ok := m.parseID(id)
		require.False(t, ok, "%q", id)
	}
}

func FuzzID(f *testing.F) {
	m := testModel(f)
	f.Add("TnVtYmVyOjE")
	f.Fuzz(func(t *testing.T, id string) {
		if e, _, ok := m.parseID(id); ok && e == nil {
			t.Fatal("an id of no entity")
		}
	})
}
