package codegen

import (
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/entc/load"
	"entgo.io/ent/schema"
	entedge "entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/stretchr/testify/require"

	"cambium/engine/access"
	"cambium/engine/api"
)

// graph loads schemas as ent does, without the detour over a program of its own.
func graph(t *testing.T, schemas ...ent.Interface) *gen.Graph {
	t.Helper()
	var loaded []*load.Schema
	for _, s := range schemas {
		buf, err := load.MarshalSchema(s)
		require.NoError(t, err)
		l, err := load.UnmarshalSchema(buf)
		require.NoError(t, err)
		loaded = append(loaded, l)
	}
	storage, err := gen.NewStorage("sql")
	require.NoError(t, err)
	g, err := gen.NewGraph(&gen.Config{Package: "test/ent", Target: t.TempDir(), Storage: storage}, loaded...)
	require.NoError(t, err)
	return g
}

type exposed struct{ ent.Schema }

func (exposed) Mixin() []ent.Mixin {
	return []ent.Mixin{access.Policy{Query: access.Rules{access.SignedIn()}, Mutation: access.Nobody()}}
}

func (exposed) Annotations() []schema.Annotation {
	return []schema.Annotation{api.Expose(api.Read)}
}

// User has what the API must leave out, and every kind.
type User struct{ exposed }

func (User) Fields() []ent.Field {
	return []ent.Field{
		field.Text("display_name").Comment(`Says "hi".`),
		field.Text("password_hash").Sensitive(),
		field.Int("visits"),
		field.Int32("age").Optional(),
		field.Float("score"),
		field.Bool("active"),
		field.Time("seen_at"),
		field.Bytes("photo"),
		field.JSON("settings", map[string]any{}),
		field.Enum("mood").Values("GOOD", "bad_1"),
	}
}

func (User) Edges() []ent.Edge {
	return []ent.Edge{entedge.To("notes", Note.Type), entedge.To("secrets", Secret.Type)}
}

// Note has a foreign key with an index.
type Note struct{ exposed }

func (Note) Edges() []ent.Edge {
	return []ent.Edge{entedge.From("author", User.Type).Ref("notes").Unique().Required()}
}

func (Note) Indexes() []ent.Index { return []ent.Index{index.Edges("author")} }

// Secret is not exposed.
type Secret struct{ ent.Schema }

func (Secret) Edges() []ent.Edge {
	return []ent.Edge{entedge.From("owner", User.Type).Ref("secrets").Unique()}
}

func (Secret) Indexes() []ent.Index { return []ent.Index{index.Edges("owner")} }

func TestSDL(t *testing.T) {
	t.Parallel()
	entities, err := describe(graph(t, User{}, Note{}, Secret{}))
	require.NoError(t, err)
	text, err := renderSDL(entities, nil)
	require.NoError(t, err)
	sdl := string(text)
	for _, line := range []string{
		"  displayName: String!\n", "  visits: BigInt!\n", "  age: Int\n", "  score: Float!\n", "  active: Boolean!\n",
		"  seenAt: Time!\n", "  photo: Bytes!\n", "  settings: JSON!\n", "  mood: UserMood!\n",
		"enum UserMood {\n  GOOD\n  bad_1\n}\n", "  author: User!\n", "  users(\n", "  \"\"\"Says \"hi\".\"\"\"\n",
	} {
		require.Contains(t, sdl, line)
	}
	require.NotContains(t, sdl, "password")
	require.NotContains(t, sdl, "Secret")
	require.NotContains(t, sdl, "secrets")

	again, err := describe(graph(t, User{}, Note{}, Secret{}))
	require.NoError(t, err)
	second, err := renderSDL(again, nil)
	require.NoError(t, err)
	require.Equal(t, sdl, string(second), "the same schema gives the same bytes")
}

func TestModelLeavesSecretsOut(t *testing.T) {
	t.Parallel()
	g := graph(t, User{}, Note{}, Secret{})
	entities, err := describe(g)
	require.NoError(t, err)
	source, err := renderModel(g, entities, "schema.graphql")
	require.NoError(t, err)
	require.Contains(t, string(source), `{Name: "author", Target: "User", From: "user_notes", To: "id", Unique: true}`)
	require.Contains(t, string(source), `{Name: "notes", Aggregate: "notesAggregate", Target: "Note", From: "id", To: "user_notes"}`)
	require.NotContains(t, string(source), "assword")
	require.NotContains(t, string(source), "ecret")
}

// Bare has a foreign key without an index.
type Bare struct{ ent.Schema }

func (Bare) Edges() []ent.Edge { return []ent.Edge{entedge.To("user", User.Type).Unique()} }

// Clash has two fields of one name in the API.
type Clash struct{ exposed }

func (Clash) Fields() []ent.Field {
	return []ent.Field{field.Text("full_name"), field.Text("fullName")}
}

// Odd has an enum that GraphQL cannot say.
type Odd struct{ exposed }

func (Odd) Fields() []ent.Field { return []ent.Field{field.Enum("size").Values("12 inch")} }

// Trap: no index on foreign keys. In the stock stack each parent was a sequential scan.
func TestForeignKeyWithoutIndexIsRefused(t *testing.T) {
	t.Parallel()
	_, err := describe(graph(t, User{}, Note{}, Secret{}, Bare{}))
	require.EqualError(t, err, `schema Bare: foreign key bare_user of edge user has no index; add index.Fields("bare_user", "id")`)
}

func TestEveryFaultIsReported(t *testing.T) {
	t.Parallel()
	_, err := describe(graph(t, Clash{}, Odd{}))
	require.ErrorContains(t, err, "schema Clash: two fields or edges are named fullName in the API")
	require.ErrorContains(t, err, `schema Odd, field size: enum value "12 inch" is not a GraphQL name`)
}

// Open is exposed, and nobody has said to whom.
type Open struct{ ent.Schema }

func (Open) Annotations() []schema.Annotation { return []schema.Annotation{api.Expose(api.Read)} }

// Half says who may read, and not who may write.
type Half struct{ ent.Schema }

func (Half) Mixin() []ent.Mixin {
	return []ent.Mixin{access.Policy{Query: access.Rules{access.SignedIn()}}}
}

func (Half) Annotations() []schema.Annotation {
	return []schema.Annotation{api.Expose(api.Read, "create")}
}

// Trap: mutations without a policy. In the stock stack another tenant's row was changed and returned.
func TestExposedWithoutAPolicyIsRefused(t *testing.T) {
	t.Parallel()
	_, err := describe(graph(t, Open{}, Half{}))
	require.ErrorContains(t, err, "schema Open: exposed without a policy for queries")
	require.ErrorContains(t, err, "schema Half: exposes create without a policy for mutations")
	require.NotContains(t, err.Error(), "schema Half: exposed without")
}

// Leaky shows a private field by way of another.
type Leaky struct{ exposed }

func (Leaky) Fields() []ent.Field {
	return []ent.Field{
		field.Int("pay").Annotations(api.ReadableBy("boss")),
		field.Text("code").Unique().Annotations(api.ReadableBy("boss")),
		field.Text("pin").Annotations(api.ReadableByOwner("no_such")),
	}
}

func (Leaky) Annotations() []schema.Annotation {
	return []schema.Annotation{api.Expose(api.Read), api.Compute(api.Field{Name: "double", Type: api.Int, SQL: "2 * {pay}"})}
}

func TestPrivateFieldsCannotBeSeenThroughOthers(t *testing.T) {
	t.Parallel()
	g := graph(t, Leaky{})
	_, err := describe(g)
	require.ErrorContains(t, err, "computed field double: {pay} is no column of the table that everybody may read")
	require.ErrorContains(t, err, `field pin: api.ReadableByOwner names the column "no_such", which the table has not`)
}
