package main

import (
	"go/format"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSchemas(t *testing.T) {
	t.Parallel()
	const n = 100
	edges := 0
	for i := 1; i <= n; i++ {
		source := entity(i, n)
		formatted, err := format.Source([]byte(source))
		require.NoError(t, err)
		require.Equal(t, string(formatted), source)
		edges += strings.Count(source, "edge.To(") + strings.Count(source, "edge.From(")
	}
	require.Equal(t, 2*(n-1)+n, edges, "three for each entity, but for the root of the tree")
}

// Trap: generated code. In the stock stack two entities made 14,400 lines; here each that is read adds some 60 to ent's own.
func TestMeasure(t *testing.T) {
	t.Parallel()
	root, err := moduleRoot()
	require.NoError(t, err)
	m, err := measure(t.Context(), root, 3, true, true)
	require.NoError(t, err)
	require.Greater(t, m.ent, 3*1000)
	require.Less(t, m.engine, 120+3*70, "lines of the read model: some for all, and some for each entity")
	require.Positive(t, m.graph)
	require.Positive(t, m.sdl)
	require.Positive(t, m.gqlgen.memory)
	require.Positive(t, m.build.cpu)
}
