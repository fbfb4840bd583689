package read

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
)

func TestPlansAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	const limit = 200_000
	p, place := newPlans(limit), &ast.Position{}
	key := func(i int) planKey { return planKey{place, strconv.Itoa(i)} }
	for i := range 1000 {
		p.add(key(i), &plan{statement: statement{parts: []string{strings.Repeat("x", i)}}})
		require.LessOrEqual(t, p.bytes, limit)
	}
	_, kept := p.get(key(999))
	require.True(t, kept, "the last one used")
	_, kept = p.get(key(0))
	require.False(t, kept, "the first one used")
	p.add(key(5000), &plan{statement: statement{parts: []string{strings.Repeat("x", limit)}}})
	_, kept = p.get(key(5000))
	require.False(t, kept, "one that is too large for all")
	for p.lru.Len() > 0 {
		p.lru.RemoveOldest()
	}
	require.Zero(t, p.bytes)
}

// A plan holds the document of its operation, by the operation's position: that counts too.
func TestPlansAreBoundedWithTheirDocuments(t *testing.T) {
	t.Parallel()
	const limit, document = 1 << 20, 64 << 10
	p := newPlans(limit)
	for range 1000 {
		source := &ast.Source{Input: strings.Repeat(" ", document)}
		p.add(planKey{place: &ast.Position{Src: source}}, &plan{})
	}
	require.LessOrEqual(t, p.lru.Len()*document, limit)
}
