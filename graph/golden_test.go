package graph_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

var update = flag.Bool("update", false, "write the golden files")

// The statements of telling operations, to be read: testdata/statements holds each operation with its SQL.
func TestStatements(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	files, err := filepath.Glob("testdata/statements/*.graphql")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 20)
	for _, file := range files {
		query, err := os.ReadFile(file)
		require.NoError(t, err)
		variables := map[string]any{"id": id("Order", 10248), "ids": []any{id("Order", 10248), id("Product", 1)}, "first": 3,
			"where": map[string]any{"freight": map[string]any{"gt": "10"}}}
		r := desk.Do(t, string(query), variables)
		require.Empty(t, r.Errors, file)
		text := laidOut(desk.LastStatement())
		golden := strings.TrimSuffix(file, ".graphql") + ".sql"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(text), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), text, "%s; if it is meant to change: go test ./graph -run Statements -update", golden)
	}
}

// laidOut breaks a statement into lines at its clauses, indented by the depth of their parentheses.
func laidOut(statement string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(statement); i++ {
		switch statement[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ' ':
			for _, clause := range []string{"FROM ", "WHERE ", "GROUP BY ", "HAVING ", "ORDER BY ", "LIMIT ", "CROSS JOIN ", "LEFT JOIN ", "JOIN ", "UNION ALL "} {
				if strings.HasPrefix(statement[i+1:], clause) && !strings.HasSuffix(statement[:i], "CROSS") && !strings.HasSuffix(statement[:i], "LEFT") {
					b.WriteString("\n" + strings.Repeat("  ", depth))
					i++
					break
				}
			}
		}
		b.WriteByte(statement[i])
	}
	return b.String() + "\n"
}
