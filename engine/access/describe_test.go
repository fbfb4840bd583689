package access_test

import (
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/privacy"
	"github.com/stretchr/testify/require"

	"cambium/engine/access"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	require.Equal(t, access.Description{
		Query:    []string{"admin", "sales, rows of mine", "guest, rows of shared"},
		Mutation: []string{"admin: delete", "sales: create, update, rows of mine"},
	}, access.Describe(privacy.Policies{policy}))
	unnamed := access.Policy{
		Query:    access.Rules{access.Anyone(), access.SignedIn().Where(func(*access.Viewer) func(*sql.Selector) { return access.Nothing() })},
		Mutation: access.Nobody(),
	}
	require.Equal(t, access.Description{
		Query: []string{"anyone", "whoever is signed in, some rows"}, Mutation: []string{"nobody"},
	}, access.Describe(unnamed))
	var own ent.Policy = privacy.Policy{}
	require.Equal(t, access.Description{Query: []string{"decided by code of its own"}, Mutation: []string{"decided by code of its own"}}, access.Describe(own))
}
