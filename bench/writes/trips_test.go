package writes

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/bench/wire"
	"cambium/internal/desktest"
)

// trips is what one write says to PostgreSQL, BEGIN and COMMIT included.
type trips struct{ hand, api wire.Counts }

// counted runs each pair once behind a proxy that counts, when its statements are prepared.
func (x fixture) counted(b testing.TB) []trips {
	b.Helper()
	address, err := url.Parse(x.URL)
	require.NoError(b, err)
	proxy, err := wire.Listen(b.Context(), address.Host)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, proxy.Close()) })
	address.Host = proxy.Address()
	behind := x
	behind.Desk = desktest.Over(b, address.String())
	behind.URL = address.String()

	const other = 1_000_000 // than the numbers that are measured
	var all []trips
	for _, p := range behind.pairs(b) {
		said := func(do func(n int)) (last wire.Counts) {
			for n := range 3 {
				before := proxy.Counts()
				do(other + n)
				last = proxy.Counts().Sub(before)
			}
			return last
		}
		all = append(all, trips{
			said(func(n int) { p.by(b, n) }),
			said(func(n int) { behind.RunDecoded(b, p.query, copied(p.with(n)).(map[string]any)) }),
		})
	}
	return all
}

// Trap: BEGIN, UPDATE, SELECT, COMMIT for a changed row. Here are the round trips and statements of mutations, beside those of
// the transactions by hand: no more than two round trips above them is what is promised.
func TestTrapRoundTripsOfMutations(t *testing.T) {
	t.Parallel()
	x := filled(t)
	want := map[string][4]int64{ // round trips and statements by hand, and by the API
		"M1 placeOrder with 5 lines":           {6, 6, 6, 7},
		"M2 upsert of 1,000 products":          {3, 3, 3, 4},
		"M2 with 10 of them new":               {3, 3, 4, 5},
		"M3 update of one row":                 {3, 3, 2, 3},
		"M4 customer with 3 orders of 4 lines": {6, 6, 6, 7},
	}
	pairs := x.pairs(t)
	require.Len(t, pairs, len(want))
	for i, c := range x.counted(t) {
		got := [4]int64{c.hand.RoundTrips, c.hand.Statements, c.api.RoundTrips, c.api.Statements}
		assert.Equal(t, want[pairs[i].name], got, pairs[i].name)
		assert.LessOrEqual(t, c.api.RoundTrips, c.hand.RoundTrips+2, pairs[i].name)
	}
}
