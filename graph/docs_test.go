package graph_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

// The operations of the documentation are answered in their order, each query by one statement.
func TestDocumentedOperations(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	page, err := os.ReadFile("../docs/graphql.md")
	require.NoError(t, err)
	operations := regexp.MustCompile("(?s)```graphql\n(.*?)```").FindAllSubmatch(page, -1)
	require.NotEmpty(t, operations)
	for _, m := range operations {
		before := desk.Statements()
		r := desk.Do(t, string(m[1]), nil)
		require.Empty(t, r.Errors, "%s", m[1])
		require.NotContains(t, r.Raw, `"nodes":[]`, "%s", m[1])
		if !strings.HasPrefix(string(m[1]), "mutation") {
			require.EqualValues(t, 1, desk.Statements()-before)
		}
	}
}
