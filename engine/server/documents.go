package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
)

// documents keeps documents that were parsed and validated. Large ones are not kept: parsed they take a hundred times
// their text, and a client may send as many different ones as it likes.
type documents struct {
	graphql.Cache[*ast.QueryDocument]
}

// longestCached is the longest text of a document that is kept, in bytes.
const longestCached = 8 << 10

func newDocuments(most int) documents { return documents{lru.New[*ast.QueryDocument](most)} }

// Add implements [graphql.Cache].
func (d documents) Add(ctx context.Context, text string, document *ast.QueryDocument) {
	if len(text) <= longestCached {
		d.Cache.Add(ctx, text, document)
	}
}
