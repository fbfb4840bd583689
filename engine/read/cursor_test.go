package read

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// tContext returns the context of a test or of a property's try.
func tContext(t require.TestingT) context.Context {
	return t.(interface{ Context() context.Context }).Context()
}

func TestCursorGivesItsValuesBack(t *testing.T) {
	t.Parallel()
	c := newCursors(bytes.Repeat([]byte{7}, 32))
	rapid.Check(t, func(r *rapid.T) {
		order := rapid.String().Draw(r, "order")
		values := rapid.SliceOfN(rapid.OneOf(rapid.Just[[]byte](nil), rapid.SliceOfN(rapid.Byte(), 0, 200)), 1, 4).Draw(r, "values")
		var cursor string
		require.NoError(r, json.Unmarshal(c.append(nil, order, values...), &cursor))
		got, err := c.open(order, cursor)
		require.NoError(r, err)
		require.Len(r, got, len(values))
		for i := range values {
			require.Equal(r, values[i] == nil, got[i] == nil, "NULL and empty differ")
			require.True(r, bytes.Equal(values[i], got[i]))
		}
		_, err = c.open(order+"x", cursor)
		require.ErrorIs(r, err, errCursor, "another order")
		_, err = newCursors(bytes.Repeat([]byte{8}, 32)).open(order, cursor)
		require.ErrorIs(r, err, errCursor, "another maker")
		at := rapid.IntRange(0, len(cursor)-1).Draw(r, "at")
		forged := []byte(cursor)
		forged[at] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rapid.IntRange(0, 25).Draw(r, "letter")]
		if string(forged) != cursor {
			_, err = c.open(order, string(forged))
			require.ErrorIs(r, err, errCursor, "a changed byte")
		}
		_, err = c.open(order, cursor[:at])
		require.ErrorIs(r, err, errCursor, "a cut cursor")
	})
}

func FuzzCursor(f *testing.F) {
	c := newCursors(bytes.Repeat([]byte{7}, 32))
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, cursor string) {
		if _, err := c.open("Order id", cursor); err == nil {
			t.Fatalf("a cursor nobody made was opened: %q", cursor)
		}
	})
}
