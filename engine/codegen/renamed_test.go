package codegen

import (
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/require"

	"cambium/engine/api"
)

// Buyer was once a customer with a phone.
type Buyer struct{ ent.Schema }

func (Buyer) Fields() []ent.Field {
	return []ent.Field{
		field.Text("mobile").StorageKey("mobile_number").Annotations(api.RenamedFrom("phone")),
		field.Text("name"),
	}
}

func (Buyer) Annotations() []schema.Annotation {
	return []schema.Annotation{api.RenamedFrom("customers")}
}

// Plain was never called otherwise.
type Plain struct{ ent.Schema }

func TestRenamed(t *testing.T) {
	t.Parallel()
	text, err := renderRenamed(graph(t, Buyer{}))
	require.NoError(t, err)
	require.Contains(t, string(text), "var Renamed = []string{\n\t\"customers:buyers\",\n\t\"buyers.phone:mobile_number\",\n}\n")
	text, err = renderRenamed(graph(t, Plain{}))
	require.NoError(t, err)
	require.Contains(t, string(text), "var Renamed = []string{}\n")
}
