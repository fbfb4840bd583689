package codegen

import (
	"database/sql/driver"
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	entedge "entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/stretchr/testify/require"

	"cambium/engine/access"
	"cambium/engine/api"
)

// texts stands for a Go type of an array.
//
//nolint:recvcheck // a Valuer is a value, a Scanner is written to
type texts []string

func (texts) Value() (driver.Value, error) { return "{}", nil }

func (*texts) Scan(any) error { return nil }

func in(column string) map[string]string { return map[string]string{dialect.Postgres: column} }

// Shelf has columns of types that ent does not choose by itself.
type Shelf struct{ exposed }

func (Shelf) Fields() []ent.Field {
	return []ent.Field{
		field.Other("tags", texts{}).SchemaType(in("text[]")),
		field.Other("ratings", texts{}).Optional().SchemaType(in("integer[]")),
		field.Other("price", texts{}).SchemaType(in("numeric(12,2)")),
		field.Other("name", texts{}).SchemaType(in("text")),
		field.String("code").SchemaType(in("varchar(20)")),
		field.Float32("area"),
		field.Float("height").SchemaType(in("real")),
		field.Time("built").SchemaType(in("date")),
		field.Int("rooms").SchemaType(in("integer")),
	}
}

func TestColumnTypes(t *testing.T) {
	t.Parallel()
	entities, err := describe(graph(t, Shelf{}))
	require.NoError(t, err)
	text, err := renderSDL(entities, nil)
	require.NoError(t, err)
	sdl := string(text)
	for _, line := range []string{
		"  tags: [String!]!\n", "  ratings: [Int!]\n", "  price: Decimal!\n", "  name: String!\n", "  code: String!\n", "  area: Float!\n",
		"  height: Float!\n", "  built: Date!\n", "  rooms: BigInt!\n", "  tags: StringListFilter\n",
		"input IntListFilter {\n  eq: [Int!]\n  neq: [Int!]\n  contains: [Int!]\n  overlaps: [Int!]\n  isNull: Boolean\n}\n",
	} {
		require.Contains(t, sdl, line)
	}
	require.NotContains(t, sdl, "  tags: OrderDirection")
	kinds := map[string]string{}
	for _, f := range entities[0].Fields {
		kinds[f.Name] = f.Kind.Model
	}
	require.Equal(t, "List | read.String", kinds["tags"])
	require.Equal(t, "Real", kinds["area"])
	require.Equal(t, "Real", kinds["height"])
}

// Wrong has columns whose binary form is not the one of their kind, or which compare in another way than they are read.
type Wrong struct{ exposed }

func (Wrong) Fields() []ent.Field {
	return []ent.Field{
		field.Time("clock").SchemaType(in("time")),
		field.Time("local").SchemaType(in("timestamp")),
		field.String("address").SchemaType(in("inet")),
		field.String("padded").SchemaType(in("char(8)")),
		field.String("folded").SchemaType(in("citext")),
		field.JSON("document", map[string]any{}).SchemaType(in("json")),
		field.Other("names", texts{}).SchemaType(in("varchar[]")),
		field.Other("place", texts{}).SchemaType(in("point")),
		field.String("quiet").SchemaType(in("inet")).Sensitive(),
	}
}

func TestColumnTypesThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	_, err := describe(graph(t, Wrong{}))
	for _, name := range []string{"clock", "local", "address", "padded", "folded", "document", "names", "place"} {
		require.ErrorContains(t, err, "schema Wrong, field "+name+": ")
	}
	require.NotContains(t, err.Error(), "quiet")
	require.ErrorContains(t, err, "schema Wrong, field clock: the API cannot read column type time as Time; mark it Sensitive() to leave it out")
}

// Report is a view with an id; Total is one without.
type Report struct{ ent.View }

func (Report) Fields() []ent.Field {
	return []ent.Field{field.Text("id"), field.Int("count")}
}

func (Report) Mixin() []ent.Mixin {
	return []ent.Mixin{access.Policy{Query: access.Rules{access.SignedIn()}, Mutation: access.Nobody()}}
}

func (Report) Annotations() []schema.Annotation { return []schema.Annotation{api.Expose(api.Read)} }

type Total struct{ ent.View }

func (Total) Fields() []ent.Field { return []ent.Field{field.Int("count")} }

func (Total) Annotations() []schema.Annotation { return []schema.Annotation{api.Expose(api.Read)} }

func TestViews(t *testing.T) {
	t.Parallel()
	g := graph(t, Shelf{}, Report{})
	entities, err := describe(g)
	require.NoError(t, err)
	source, err := renderModel(g, entities, "schema.graphql")
	require.NoError(t, err)
	require.Contains(t, string(source), `Column: report.FieldID, Kind: read.String}`)
	_, err = describe(graph(t, Shelf{}, Total{}))
	require.EqualError(t, err, "schema Total: exposed, but without an id of one field; give it a field named id, or do not expose it")
}

// Team and Person are joined by Membership, which is not exposed and may have rules.
type Team struct{ exposed }

func (Team) Edges() []ent.Edge {
	return []ent.Edge{entedge.To("people", Person.Type).Through("memberships", Membership.Type)}
}

type Person struct{ exposed }

func (Person) Edges() []ent.Edge {
	return []ent.Edge{entedge.From("teams", Team.Type).Ref("people").Through("memberships", Membership.Type)}
}

type Membership struct{ ent.Schema }

func (Membership) Fields() []ent.Field {
	return []ent.Field{field.Int("team_id"), field.Int("person_id")}
}

func (Membership) Edges() []ent.Edge {
	return []ent.Edge{
		entedge.To("team", Team.Type).Field("team_id").Unique().Required(),
		entedge.To("person", Person.Type).Field("person_id").Unique().Required(),
	}
}

func (Membership) Indexes() []ent.Index { return []ent.Index{index.Fields("person_id")} }

func TestJoinTablesKeepTheirRules(t *testing.T) {
	t.Parallel()
	g := graph(t, Team{}, Person{}, Membership{})
	entities, err := describe(g)
	require.NoError(t, err)
	source, err := renderModel(g, entities, "schema.graphql")
	require.NoError(t, err)
	require.Contains(t, string(source), `Join: &read.Join{Table: "memberships", From: "team_id", To: "person_id", Prepare: c.prepareMembership}`)
	require.Contains(t, string(source), `Join: &read.Join{Table: "memberships", From: "person_id", To: "team_id", Prepare: c.prepareMembership}`)
	require.Contains(t, string(source), "func (c *Client) prepareMembership(")
}
