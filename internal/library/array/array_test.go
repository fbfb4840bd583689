package array

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		texts := Text(rapid.SliceOf(rapid.String()).Draw(r, "texts"))
		value, err := texts.Value()
		require.NoError(r, err)
		var gotTexts Text
		require.NoError(r, gotTexts.Scan(value))
		require.Equal(r, texts, gotTexts)

		numbers := Int(rapid.SliceOf(rapid.Int32()).Draw(r, "numbers"))
		value, err = numbers.Value()
		require.NoError(r, err)
		var gotNumbers Int
		require.NoError(r, gotNumbers.Scan(value))
		require.Equal(r, numbers, gotNumbers)
	})
}

func TestNull(t *testing.T) {
	t.Parallel()
	value, err := Text(nil).Value()
	require.NoError(t, err)
	require.Nil(t, value)
	value, err = Int(nil).Value()
	require.NoError(t, err)
	require.Nil(t, value)
	texts, numbers := Text{"a"}, Int{1}
	require.NoError(t, texts.Scan(nil))
	require.NoError(t, numbers.Scan(nil))
	require.Nil(t, texts)
	require.Nil(t, numbers)
}

func TestWhatIsNoArrayIsRefused(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		1, "", "{", "a", "{a", "{a,}", "{,a}", "{NULL}", `{"a}`, `{"a"b}`, `{"a\`, "{{a}}", `{"a",}`,
	} {
		require.ErrorIs(t, new(Text).Scan(v), errForm, "%v", v)
	}
	require.Error(t, new(Int).Scan("{a}"))
	require.Error(t, new(Int).Scan("{2147483648}"))
}
