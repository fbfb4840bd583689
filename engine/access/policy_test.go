package access_test

import (
	"context"
	"strings"
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/privacy"
	"github.com/stretchr/testify/require"

	"cambium/engine/access"
)

// query collects the conditions of a policy.
type query struct{ conditions []func(*sql.Selector) }

func (q *query) WhereP(ps ...func(*sql.Selector)) { q.conditions = append(q.conditions, ps...) }

// mutation is one of a kind.
type mutation struct {
	ent.Mutation
	query

	op ent.Op
}

func (m *mutation) Op() ent.Op { return m.op }

func mine(v *access.Viewer) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C("owner"), v.ID)) }
}

func shared(*access.Viewer) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C("shared"), true)) }
}

func where(conditions []func(*sql.Selector)) string {
	s := sql.Dialect(dialect.Postgres).Select().From(sql.Table("t"))
	for _, c := range conditions {
		c(s)
	}
	text, _ := s.Query()
	return text
}

var policy = access.Policy{
	Query: access.Rules{access.Allow("admin"), access.Allow("sales").Where(mine), access.Allow("guest").Where(shared)},
	Mutation: access.Rules{
		access.Allow("admin").On(ent.OpDeleteOne), access.Allow("sales").Where(mine).On(ent.OpUpdateOne | ent.OpCreate),
	},
}

func as(t *testing.T, roles ...string) context.Context {
	t.Helper()
	return access.With(t.Context(), &access.Viewer{ID: "1", Roles: roles})
}

func TestQueryPolicy(t *testing.T) {
	t.Parallel()
	all := privacy.Policies{policy}
	for name, c := range map[string]struct {
		ctx    context.Context //nolint:containedctx // of one case of a table
		wanted string          // the condition; "denied" for none
		open   bool
	}{
		"nobody":          {t.Context(), "denied", false},
		"no role":         {as(t), "denied", false},
		"another's role":  {as(t, "Admin"), "denied", false},
		"all rows":        {as(t, "admin"), `SELECT * FROM "t"`, true},
		"all rows first":  {as(t, "sales", "admin"), `SELECT * FROM "t"`, true},
		"some rows":       {as(t, "sales"), `SELECT * FROM "t" WHERE "t"."owner" = $1`, false},
		"roles add up":    {as(t, "guest", "sales"), `SELECT * FROM "t" WHERE "t"."owner" = $1 OR "t"."shared"`, false},
		"the program":     {access.With(t.Context(), access.System()), `SELECT * FROM "t"`, true},
		"ent's own allow": {privacy.DecisionContext(t.Context(), privacy.Allow), `SELECT * FROM "t"`, false},
		"ent's own deny":  {privacy.DecisionContext(as(t, "admin"), privacy.Deny), "denied", false},
	} {
		q := new(query)
		err := all.EvalQuery(c.ctx, q)
		require.Equal(t, c.open, access.Open(c.ctx, all), name)
		if c.wanted == "denied" {
			require.ErrorIs(t, err, privacy.Deny, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.wanted, where(q.conditions), name)
	}
	require.ErrorIs(t, all.EvalQuery(t.Context(), new(query)), access.ErrAnonymous)
	require.NotErrorIs(t, all.EvalQuery(as(t), new(query)), access.ErrAnonymous)
	require.ErrorIs(t, all.EvalQuery(as(t, "sales"), struct{}{}), privacy.Deny, "what takes no conditions")
	require.ErrorIs(t, privacy.Policies{access.Policy{}}.EvalQuery(as(t, "admin"), new(query)), privacy.Deny, "no rules allow nothing")
}

func TestMutationPolicy(t *testing.T) {
	t.Parallel()
	all := privacy.Policies{policy}
	for name, c := range map[string]struct {
		ctx    context.Context //nolint:containedctx // of one case of a table
		op     ent.Op
		wanted string
	}{
		"what is not named":  {as(t, "admin"), ent.OpUpdateOne, "denied"},
		"what is":            {as(t, "admin"), ent.OpDeleteOne, `SELECT * FROM "t"`},
		"another kind":       {as(t, "admin"), ent.OpDelete, "denied"},
		"one's own":          {as(t, "sales"), ent.OpUpdateOne, `SELECT * FROM "t" WHERE "t"."owner" = $1`},
		"a row to come":      {as(t, "sales"), ent.OpCreate, `SELECT * FROM "t"`},
		"one's own, deleted": {as(t, "sales"), ent.OpDeleteOne, "denied"},
		"nobody":             {t.Context(), ent.OpCreate, "denied"},
	} {
		m := &mutation{op: c.op}
		err := all.EvalMutation(c.ctx, m)
		if c.wanted == "denied" {
			require.ErrorIs(t, err, privacy.Deny, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.wanted, where(m.conditions), name)
	}
}

// A row to come cannot be made where nothing can look at it when it is there.
func TestCreationIsNotTakenOnTrust(t *testing.T) {
	t.Parallel()
	hooks := policy.Hooks()
	require.Len(t, hooks, 1)
	ran := false
	next := ent.MutateFunc(func(context.Context, ent.Mutation) (ent.Value, error) {
		ran = true
		return nil, nil //nolint:nilnil // nothing was made
	})
	_, err := hooks[0](next).Mutate(as(t, "sales"), &mutation{op: ent.OpCreate})
	require.ErrorIs(t, err, privacy.Deny)
	require.False(t, ran)
	require.Empty(t, access.Policy{Mutation: access.Rules{access.SignedIn()}}.Hooks(), "where no rule has a condition nothing is looked at")
}

func TestConditions(t *testing.T) {
	t.Parallel()
	tree := access.Tree{Table: "staff", Key: "id", Parent: `bo"ss`}
	s := sql.Dialect(dialect.Postgres).Select().From(sql.Table("orders").As("o"))
	access.In("employee_id", tree.From(7))(s)
	access.Outside(access.In("id", access.Select("order_id", "lines", "staff_id", tree.From(8))))(s)
	text, args := s.Query()
	_, text, _ = strings.Cut(text, " WHERE ")
	require.Equal(t, `"o"."employee_id" IN (WITH RECURSIVE below(k) AS (SELECT "id" FROM "staff" WHERE "id" = $1 `+
		`UNION SELECT c."id" FROM "staff" AS c JOIN below ON c."bo""ss" = below.k) SELECT k FROM below) AND ("o"."id" IN (SELECT "order_id" FROM "lines" `+
		`WHERE "staff_id" IN (WITH RECURSIVE below(k) AS (SELECT "id" FROM "staff" WHERE "id" = $2 UNION SELECT c."id" FROM "staff" AS c `+
		`JOIN below ON c."bo""ss" = below.k) SELECT k FROM below))) IS NOT TRUE`, text)
	require.Equal(t, []any{7, 8}, args)
}

// BenchmarkOpen is what an entity costs an operation of a viewer who sees all rows.
func BenchmarkOpen(b *testing.B) {
	ctx := access.With(b.Context(), &access.Viewer{ID: "1", Roles: []string{"admin"}})
	policies := privacy.Policies{policy}
	b.ReportAllocs()
	for b.Loop() {
		if !access.Open(ctx, policies) {
			b.Fatal("denied")
		}
	}
}
