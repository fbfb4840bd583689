package replica

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLagIsSinceWhenSomethingHasBeenMissing(t *testing.T) {
	t.Parallel()
	start := time.Now()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	h := history{keep: 10 * time.Second}
	require.Zero(t, h.lag(at(0), 0), "nothing is known")
	h.add(at(0), 100)
	h.add(at(1), 100)
	h.add(at(2), 200)
	h.add(at(3), 300)
	require.Zero(t, h.lag(at(60), 300), "a quiet primary leaves nobody behind")
	require.Equal(t, 7*time.Second, h.lag(at(10), 299))
	require.Equal(t, 8*time.Second, h.lag(at(10), 100))
	require.Equal(t, 10*time.Second, h.lag(at(10), 99), "since it was seen first, not last")
}

func TestHistoryForgetsWhatDoesNotMatter(t *testing.T) {
	t.Parallel()
	start := time.Now()
	h := history{keep: 10 * time.Second}
	for i := range 1000 {
		h.add(start.Add(time.Duration(i)*time.Second), Position(i+1))
	}
	require.Len(t, h.samples, 12)
	require.Greater(t, h.lag(start.Add(1000*time.Second), 5), h.keep, "who is further behind than it reaches is out all the same")
}

func TestHistoryAfterAFailover(t *testing.T) {
	t.Parallel()
	start := time.Now()
	h := history{keep: 10 * time.Second}
	h.add(start, 100)
	h.add(start.Add(time.Second), 500)
	h.add(start.Add(2*time.Second), 300) // the new primary never had what came after
	require.Equal(t, Position(300), h.newest())
	require.Zero(t, h.lag(start.Add(20*time.Second), 300))
}

func TestPosition(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"} {
		p, ok := parsePosition(text)
		require.True(t, ok)
		require.Equal(t, text, p.String())
	}
	require.Equal(t, Position(0x16_B374D848), must(parsePosition("16/B374D848")))
	for _, text := range []string{"", "/", "1/", "/1", "1", "1/2/3", "-1/2", "1/100000000", "x/y", "1 /2", " 1/2", "1/2\x00"} {
		_, ok := parsePosition(text)
		require.False(t, ok, text)
	}
	require.Zero(t, decodePosition(nil))
}

func must(p Position, ok bool) Position {
	if !ok {
		panic("no position")
	}
	return p
}
