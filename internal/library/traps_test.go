package library_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"cambium/engine/read"
	"cambium/internal/library/ent"
	"cambium/internal/library/ent/intercept"
	"cambium/internal/reference"
)

// Trap: paging by a nullable column. In the stock stack 10 rows paged by 3 gave 5 ascending and 3 descending, without an
// error.
func TestPagingByANullableColumn(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for _, direction := range []string{"ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST"} {
		var ids []string
		after := ""
		for more := true; more; {
			page := l.data(t, as(t, staff), fmt.Sprintf(`{ authors(first: 3, orderBy: [{ born: %s }]%s) {
				nodes { id } pageInfo { hasNextPage endCursor } } }`, direction, after), nil)["authors"].(map[string]any)
			for _, node := range page["nodes"].([]any) {
				ids = append(ids, node.(map[string]any)["id"].(string))
			}
			info := page["pageInfo"].(map[string]any)
			more, after = info["hasNextPage"].(bool), fmt.Sprintf(", after: %q", info["endCursor"])
		}
		slices.Sort(ids)
		require.Len(t, slices.Compact(ids), 14, direction)
	}
}

// Trap: COUNT whenever pageInfo is selected. Here only for totalCount, and then in the same statement.
func TestCountOnlyForTotalCount(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for query, counts := range map[string]int{
		`{ books { edges { cursor node { title } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`: 0,
		`{ books(last: 3) { nodes { authors { pageInfo { hasPreviousPage } nodes { books(offset: 1) { nodes { id } } } } } } }`:     0,
		`{ books { totalCount } }`: 1,
		`{ books { totalCount nodes { items { totalCount } authors { nodes { id } } } } }`:      2,
		`query($yes: Boolean = false) { books { totalCount @include(if: $yes) nodes { id } } }`: 0,
	} {
		l.log.take()
		l.data(t, as(t, staff), query, nil)
		texts := l.log.take()
		require.Len(t, texts, 1, query)
		require.Equal(t, counts, strings.Count(texts[0], "count("), query)
	}
}

// Trap: first: MaxInt64. In the stock stack: "LIMIT must not be negative".
func TestSizesOutOfRange(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for _, argument := range []string{"first", "last"} {
		for _, n := range []int64{math.MaxInt64, math.MaxInt64 - 1, math.MaxInt32 + 1, math.MaxInt32, 101, 0, -1, math.MinInt32, math.MinInt64} {
			for _, query := range []string{
				"{ books(%s: %d) { nodes { id } } }", "{ books { nodes { authors(%s: %d) { nodes { id } } } } }",
			} {
				got := l.do(t, as(t, staff), fmt.Sprintf(query, argument, n), nil)
				require.Len(t, got.errors, 1, query)
				require.Empty(t, l.log.take(), "%s %d reached the database", argument, n)
			}
			got := l.do(t, as(t, staff), fmt.Sprintf("query($n: Int) { books(%s: $n) { nodes { id } } }", argument),
				map[string]any{"n": json.Number(fmt.Sprint(n))})
			require.Len(t, got.errors, 1)
			require.Empty(t, l.log.take())
		}
	}
	require.NotEmpty(t, l.do(t, as(t, staff), "{ books(offset: -1) { nodes { id } } }", nil).errors)
	require.NotEmpty(t, l.do(t, as(t, staff), "{ books(first: 1, last: 1) { nodes { id } } }", nil).errors)
	require.NotEmpty(t, l.do(t, as(t, staff), "{ booksAggregate(first: 101) { count } }", nil).errors)
}

// Trap: lists without first. In the stock stack they had no LIMIT.
func TestListsWithoutFirst(t *testing.T) {
	t.Parallel()
	l := filled(t)
	data := l.data(t, as(t, staff), `{ items { nodes { id } totalCount pageInfo { hasNextPage } } branches { nodes { items { nodes { id } } } }
		booksAggregate(groupBy: [{ title: true }]) { count } }`, nil)
	items := data["items"].(map[string]any)
	require.Len(t, items["nodes"], 20)
	require.Greater(t, items["totalCount"], 20.0)
	require.Equal(t, map[string]any{"hasNextPage": true}, items["pageInfo"])
	require.Equal(t, 4, strings.Count(l.log.take()[0], " LIMIT "), "every list has its limit")
}

// Trap: nodes(ids: 50,000) was accepted.
func TestTooManyIDs(t *testing.T) {
	t.Parallel()
	l := filled(t)
	id := base64.RawURLEncoding.EncodeToString([]byte("Book:1"))
	const query = `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`
	for n, refused := range map[int]bool{50_000: true, 101: true, 100: false, 0: false} {
		got := l.do(t, as(t, staff), query, map[string]any{"ids": slices.Repeat([]any{id}, n)})
		if !refused {
			require.Empty(t, got.errors)
			require.Len(t, got.data.(map[string]any)["nodes"], n)
			l.log.take()
			continue
		}
		require.Len(t, got.errors, 1)
		require.Equal(t, `ids: at most 100 ids`, got.errors[0].Message)
		require.Empty(t, l.log.take())
	}
}

// Trap: hidden fields filterable. In the stock stack the exact value was found by bisection. Here what cannot be read
// cannot be filtered, ordered, grouped or aggregated by either: a sensitive field, a foreign key, an entity that is not
// exposed.
func TestHiddenFieldsAreNowhere(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for _, query := range []string{
		`{ members { nodes { pin } } }`,
		`{ members(where: { pin: { eq: "1234" } }) { totalCount } }`,
		`{ loans(where: { member: { pin: { startsWith: "1" } } }) { totalCount } }`,
		`{ branches(where: { members: { some: { pin: { gt: "1" } } } }) { totalCount } }`,
		`{ members(orderBy: [{ pin: ASC }]) { nodes { id } } }`,
		`{ cards(orderBy: [{ member: { pin: ASC } }]) { nodes { id } } }`,
		`{ membersAggregate(groupBy: [{ pin: true }]) { count } }`,
		`{ loansAggregate(groupBy: [{ member: { pin: true } }]) { count } }`,
		`{ membersAggregate { min { pin } } }`,
		`{ membersAggregate(having: { max: { pin: { gt: "1" } } }) { count } }`,
		`{ membersAggregate(orderBy: [{ max: { pin: ASC } }]) { count } }`,
		`{ memberByPin(pin: "1234") { id } }`,
		`{ members { nodes { branchId } } }`,
		`{ loans(where: { memberId: { isNull: false } }) { totalCount } }`,
		`{ shelves { nodes { room } } }`,
		`{ branches { nodes { shelves { nodes { room } } } } }`,
		`{ items(where: { shelf: { room: { eq: "a" } } }) { totalCount } }`,
		`{ items(orderBy: [{ shelf: { room: ASC } }]) { nodes { id } } }`,
		`{ followings { nodes { id } } }`,
	} {
		got := l.do(t, as(t, staff), query, nil)
		require.Nil(t, got.data, query)
		require.NotEmpty(t, got.errors, query)
	}
	require.Empty(t, l.log.take())
	for _, id := range []string{"Shelf:1", "Following:1"} {
		got := l.data(t, as(t, staff), fmt.Sprintf(`{ node(id: %q) { id } }`, base64.RawURLEncoding.EncodeToString([]byte(id))), nil)
		require.Nil(t, got["node"])
	}
	for _, secret := range []string{"pin:", "Shelf", "shelf", "Following", "branchId", "memberId"} {
		require.NotContains(t, ent.SDL, secret)
	}
}

// Cursors open for the list and order that they were made for, and for no other.
func TestCursorsAreBound(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	page := func(list, arguments string) response {
		return l.do(t, ctx, fmt.Sprintf(`{ list: %s(%s) { edges { cursor } } }`, list, arguments), nil)
	}
	made := page("authors", "first: 1, orderBy: [{ born: ASC }]").data.(map[string]any)["list"].(map[string]any)
	cursor := made["edges"].([]any)[0].(map[string]any)["cursor"].(string)
	require.Empty(t, page("authors", fmt.Sprintf("orderBy: [{ born: ASC }], after: %q", cursor)).errors)

	plain, err := base64.RawURLEncoding.DecodeString(cursor)
	require.NoError(t, err)
	forged := func(change func(b []byte) []byte) string {
		return base64.RawURLEncoding.EncodeToString(change(slices.Clone(plain)))
	}
	const order = "orderBy: [{ born: ASC }], "
	for name, bad := range map[string][3]string{
		"no order":          {"authors", "", cursor},
		"another direction": {"authors", "orderBy: [{ born: DESC }], ", cursor},
		"other nulls":       {"authors", "orderBy: [{ born: ASC_NULLS_FIRST }], ", cursor},
		"another field":     {"authors", "orderBy: [{ name: ASC }], ", cursor},
		"one term more":     {"authors", "orderBy: [{ born: ASC }, { name: ASC }], ", cursor},
		"another entity":    {"members", order, cursor},
		"no cursor":         {"authors", order, ""},
		"no base64":         {"authors", order, "ä"},
		"a line break":      {"authors", order, cursor + "\n"},
		"padding":           {"authors", order, cursor + "="},
		"cut":               {"authors", order, cursor[:len(cursor)-4]},
		"another value":     {"authors", order, forged(func(b []byte) []byte { b[len(b)-1] ^= 1; return b })},
		"another tag":       {"authors", order, forged(func(b []byte) []byte { b[0] ^= 1; return b })},
		"a value more":      {"authors", order, forged(func(b []byte) []byte { return append(b, 0) })},
		"no tag":            {"authors", order, forged(func(b []byte) []byte { return b[16:] })},
	} {
		for _, argument := range []string{"after", "before"} {
			l.log.take()
			got := page(bad[0], bad[1]+fmt.Sprintf("%s: %s", argument, quoted(bad[2])))
			require.Len(t, got.errors, 1, name)
			var fault *read.Error
			require.ErrorAs(t, got.errors[0], &fault, name)
			require.Equal(t, read.InvalidCursor, fault.Code, name)
			require.Empty(t, l.log.take(), name)
		}
	}
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// With two cursors a page lies between them, counted from either end.
func TestPageBetweenCursors(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	edges := func(arguments string) (ids, cursors []string) {
		list := l.data(t, ctx, fmt.Sprintf(`{ books(orderBy: [{ price: DESC }]%s) { totalCount edges { cursor node { id } } } }`, arguments), nil)
		require.Equal(t, 21.0, list["books"].(map[string]any)["totalCount"], "of the whole list, on an empty page too") //nolint:testifylint // a count
		for _, e := range list["books"].(map[string]any)["edges"].([]any) {
			ids = append(ids, e.(map[string]any)["node"].(map[string]any)["id"].(string))
			cursors = append(cursors, e.(map[string]any)["cursor"].(string))
		}
		return ids, cursors
	}
	ids, cursors := edges(", first: 100")
	for i := range ids {
		for j := range ids {
			inside := ids[min(i+1, len(ids)):max(j, min(i+1, len(ids)))]
			between := fmt.Sprintf(", after: %q, before: %q", cursors[i], cursors[j])
			got, _ := edges(between + ", first: 3")
			require.ElementsMatch(t, inside[:min(3, len(inside))], got)
			got, _ = edges(between + ", last: 3")
			require.ElementsMatch(t, inside[max(0, len(inside)-3):], got)
		}
	}
}

// What an interceptor or a rule does that cannot be a part of a larger statement is refused, never skipped.
func TestInterceptorsThatCannotBeCompiledAreRefused(t *testing.T) {
	t.Parallel()
	joins := func(s *sql.Selector) {
		other := sql.Table("cards")
		s.Join(other).On(s.C("id"), other.C("member_card"))
	}
	for name, c := range map[string]struct {
		interceptor ent.Interceptor
		want        string
	}{
		"results": {ent.InterceptFunc(func(next ent.Querier) ent.Querier { return next }), "rewrites results"},
		"limit":   {intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error { q.Limit(1); return nil }), "sets a limit"},
		"offset":  {intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error { q.Offset(1); return nil }), "an offset"},
		"order": {intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error {
			q.Order(func(s *sql.Selector) { s.OrderBy(s.C("id")) })
			return nil
		}), "an order"},
		"join": {intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error {
			q.WhereP(joins)
			return nil
		}), "joins, groups or limits"},
		"group": {intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error {
			q.WhereP(func(s *sql.Selector) { s.GroupBy(s.C("id")) })
			return nil
		}), "joins, groups or limits"},
		"limit in a predicate": {intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error {
			q.WhereP(func(s *sql.Selector) { s.Limit(1) })
			return nil
		}), "joins, groups or limits"},
		"fault": {intercept.TraverseFunc(func(context.Context, intercept.Query) error { return context.DeadlineExceeded }), "deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := filled(t)
			l.client.Member.Intercept(c.interceptor)
			for _, use := range []string{"selected in edges", "filtered by some", "ordered by to-one", "counted", "through a join table back", "aggregated in groups"} {
				got := l.do(t, as(t, north), uses[use], nil)
				require.Nil(t, got.data, use)
				require.ErrorContains(t, got.errors, c.want, use)
			}
			require.Empty(t, l.log.take())
		})
	}
}

// Ids of every type name their rows, and what is not in the one form names none.
func TestIDsOfEveryType(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx, data := as(t, staff), visible(t, l, staff)
	var ids []any
	for _, e := range l.model() {
		for i, id := range data.IDs(reference.List{Entity: e.Name}) {
			if i < 7 {
				ids = append(ids, id)
			}
		}
	}
	got := l.data(t, ctx, `query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }`, map[string]any{"ids": ids})["nodes"].([]any)
	for i, id := range ids {
		require.Equal(t, id, got[i].(map[string]any)["id"])
	}
	for _, plain := range []string{
		"Book:01", "Book:+1", "Book: 1", "Book:1 ", "Book:2147483648", "Book:-2147483649", "Book:", "Book", "", ":", "book:1", "Nothing:1",
		"Item:1.0", "Item:9223372036854775808", "Branch:\x00", "Branch:\xff", "Ticket:1", "Label:nothing",
		"Ticket:00000000-0000-4000-8000-00000000000G", "Ticket:{00000000-0000-4000-8000-000000000000}",
		"Ticket:00000000-0000-4000-8000-00000000000\n",
	} {
		id := base64.RawURLEncoding.EncodeToString([]byte(plain))
		got := l.data(t, ctx, `query($id: ID!) { node(id: $id) { id } books(where: { id: { in: [$id] } }) { totalCount } }`, map[string]any{"id": id})
		require.Equal(t, map[string]any{"node": nil, "books": map[string]any{"totalCount": 0.0}}, got, plain)
	}
}

// The far side of every edge is what ent's client says it is: which column of a join table is near is easily confused.
func TestEdgesAgreeWithTheClient(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	authors := l.client.Author.Query().WithBooks().WithInfluences().WithInfluencedBy().WithPeers().WithFollowers().AllX(ctx)
	for _, a := range authors {
		got := l.data(t, ctx, fmt.Sprintf(`{ author(id: %q) { books(first: 100) { nodes { title } } influences(first: 100) { nodes { id } }
			influencedBy(first: 100) { nodes { id } } peers(first: 100) { nodes { id } } } }`, opaque("Author", a.ID)), nil)["author"].(map[string]any)
		require.ElementsMatch(t, texts(a.Edges.Books, func(b *ent.Book) string { return b.Title }), members(got["books"], "title"))
		id := func(a *ent.Author) string { return opaque("Author", a.ID) }
		require.ElementsMatch(t, texts(a.Edges.Influences, id), members(got["influences"], "id"))
		require.ElementsMatch(t, texts(a.Edges.InfluencedBy, id), members(got["influencedBy"], "id"))
		require.ElementsMatch(t, texts(a.Edges.Peers, id), members(got["peers"], "id"))
	}
	title := func(b *ent.Book) any {
		if b == nil {
			return nil
		}
		return map[string]any{"title": b.Title}
	}
	for _, b := range l.client.Book.Query().WithSequel().WithPrequel().AllX(ctx) {
		got := l.data(t, ctx, fmt.Sprintf(`{ book(id: %q) { sequel { title } prequel { title } tags ratings } }`, opaque("Book", b.ID)), nil)["book"].(map[string]any)
		require.Equal(t, title(b.Edges.Sequel), got["sequel"])
		require.Equal(t, title(b.Edges.Prequel), got["prequel"])
		require.Len(t, got["tags"], len(b.Tags))
		if b.Ratings != nil {
			require.Len(t, got["ratings"], len(b.Ratings))
		}
	}
	for _, branch := range l.client.Branch.Query().WithParent().WithDivisions().AllX(ctx) {
		got := l.data(t, ctx, fmt.Sprintf(`{ branch(id: %q) { divisions { nodes { id } } } }`, opaque("Branch", branch.ID)), nil)["branch"].(map[string]any)
		require.ElementsMatch(t, texts(branch.Edges.Divisions, func(b *ent.Branch) string { return opaque("Branch", b.ID) }), members(got["divisions"], "id"))
	}
}

func opaque(entity string, key any) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", entity, key))
}

func texts[T any](list []T, text func(T) string) (all []string) {
	for _, one := range list {
		all = append(all, text(one))
	}
	return all
}

// members returns a member of each row of a page.
func members(page any, name string) (all []string) {
	for _, node := range page.(map[string]any)["nodes"].([]any) {
		all = append(all, node.(map[string]any)[name].(string))
	}
	return all
}

// Arrays that the API has no form for are null with an error that says where, and nothing else is lost.
func TestArraysWithoutAForm(t *testing.T) {
	t.Parallel()
	l := filled(t)
	_, err := l.Exec(t.Context(), `UPDATE books SET deleted_at = NULL;
		UPDATE books SET ratings = '{{1,2},{3,4}}' WHERE id = 1; UPDATE books SET ratings = '{1,NULL}' WHERE id = 2;
		UPDATE books SET ratings = '[5:6]={1,2}' WHERE id = 3; UPDATE books SET tags = '{NULL}' WHERE id = 5`)
	require.NoError(t, err)
	book := func(id int, field string) response {
		return l.do(t, as(t, staff), fmt.Sprintf(`{ book(id: %q) { edition %s } }`, opaque("Book", id), field), nil)
	}
	for id, message := range map[int]string{1: "several dimensions", 2: "NULL"} {
		got := book(id, "ratings")
		require.Equal(t, map[string]any{"book": map[string]any{"edition": float64(id - 1), "ratings": nil}}, got.data)
		require.ErrorContains(t, got.errors, message)
		require.Equal(t, "book.ratings", got.errors[0].Path.String())
	}
	got := book(3, "ratings")
	require.Empty(t, got.errors)
	require.Equal(t, map[string]any{"book": map[string]any{"edition": 2.0, "ratings": []any{1.0, 2.0}}}, got.data)
	require.Equal(t, map[string]any{"book": nil}, book(5, "tags").data, "a list that must not be null takes its row with it")
}

// Comparisons of arrays.
func TestArrayFilters(t *testing.T) {
	t.Parallel()
	l := filled(t)
	_, err := l.Exec(t.Context(), `UPDATE books SET deleted_at = now(); UPDATE books SET deleted_at = NULL, tags = '{x,"a,b","{\"}"}', ratings = NULL WHERE id = 1`)
	require.NoError(t, err)
	for where, want := range map[string]float64{
		`tags: { contains: [] }`: 1, `tags: { contains: "x" }`: 1, `tags: { contains: ["{\"}", "a,b"] }`: 1, `tags: { contains: ["x", "y"] }`: 0,
		`tags: { overlaps: ["x", "y"] }`: 1, `tags: { overlaps: [] }`: 0, `tags: { overlaps: ["y"] }`: 0,
		`tags: { eq: ["x", "a,b", "{\"}"] }`: 1, `tags: { eq: ["x"] }`: 0, `tags: { neq: ["x"] }`: 1, `tags: { isNull: false }`: 1,
		`ratings: { isNull: true }`: 1, `ratings: { contains: [] }`: 0, `ratings: { neq: [1] }`: 0, `not: { ratings: { overlaps: [1] } }`: 1,
	} {
		got := l.data(t, as(t, staff), fmt.Sprintf(`{ books(where: { %s }) { totalCount } }`, where), nil)
		require.Equal(t, map[string]any{"books": map[string]any{"totalCount": want}}, got, where)
	}
	got := l.data(t, as(t, staff), `query($tags: [String!], $where: BookWhere) { a: books(where: { tags: { contains: $tags } }) { totalCount }
		b: books(where: $where) { totalCount } }`, map[string]any{"tags": []any{"x"}, "where": map[string]any{"tags": map[string]any{"overlaps": "x"}}})
	require.Equal(t, map[string]any{"a": map[string]any{"totalCount": 1.0}, "b": map[string]any{"totalCount": 1.0}}, got)
	for _, where := range []string{`tags: { contains: null }`, `tags: { contains: [null] }`, `tags: { contains: ["\u0000"] }`, `ratings: { contains: [2147483648] }`} {
		require.NotEmpty(t, l.do(t, as(t, staff), fmt.Sprintf(`{ books(where: { %s }) { totalCount } }`, where), nil).errors, where)
	}
}

// What clients are told of the schema is what there is.
func TestIntrospection(t *testing.T) {
	t.Parallel()
	l := filled(t)
	data := l.data(t, as(t, north), `{ __type(name: "Member") { fields { name } } }`, nil)
	var names []string
	for _, f := range data["__type"].(map[string]any)["fields"].([]any) {
		names = append(names, f.(map[string]any)["name"].(string))
	}
	require.Subset(t, names, []string{"id", "name", "handle", "mentor", "mentees", "borrowed", "follows", "loans"})
	require.NotContains(t, names, "pin")
}

// A single value stands for a list of it (GraphQL, section 3.11), in a document and in a variable, wherever a list is
// asked for: what was not understood must not be left out of a filter.
func TestSingleValuesStandForLists(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	object := func(name string, v any) map[string]any { return map[string]any{name: v} }
	where, price := object("format", object("eq", "audio")), object("price", "DESC")
	const query = `query($where: BookWhere, $by: [BookOrderBy!], $group: [BookGroupBy!]) {
		books(where: $where, orderBy: $by, first: 100) { nodes { id } } booksAggregate(where: $where, groupBy: $group) { count } }`
	for name, v := range map[string][2]map[string]any{
		"and":    {object("where", object("and", where)), object("where", object("and", []any{where}))},
		"or":     {object("where", object("or", where)), object("where", object("or", []any{where}))},
		"deep":   {object("where", object("not", object("or", object("and", where)))), object("where", object("not", where))},
		"in":     {object("where", object("title", object("in", "a"))), object("where", object("title", object("in", []any{"a"})))},
		"path":   {object("where", object("details", map[string]any{"path": "a", "isNull": false})), object("where", object("details", map[string]any{"path": []any{"a"}, "isNull": false}))},
		"order":  {object("by", price), object("by", []any{price})},
		"group":  {object("group", object("format", true)), object("group", []any{object("format", true)})},
		"number": {object("where", object("ratings", object("contains", 1))), object("where", object("ratings", object("contains", []any{1})))},
	} {
		all := l.do(t, ctx, query, nil)
		want, got := l.do(t, ctx, query, v[1]), l.do(t, ctx, query, v[0])
		require.Empty(t, want.errors, name)
		require.Empty(t, got.errors, name)
		require.Equal(t, want.raw, got.raw, name)
		require.NotEqual(t, want.raw, all.raw, name)
	}
	id := opaque("Book", 2)
	_, err := l.Exec(t.Context(), "UPDATE books SET deleted_at = NULL WHERE id = 2")
	require.NoError(t, err)
	got := l.data(t, ctx, `query($ids: [ID!]!, $titles: [String!]) { nodes(ids: $ids) { id } books(where: { title: { in: $titles } }) { totalCount }
		authors(where: { books: { some: { and: { id: { in: $ids } } } } }) { totalCount } }`, map[string]any{"ids": id, "titles": "no such title"})
	require.Equal(t, []any{map[string]any{"id": id}}, got["nodes"])
	require.Equal(t, map[string]any{"totalCount": 0.0}, got["books"])
}

// A list is paged by values that the API has no form for, too: infinities, NaN, years before the first and after the
// 9999th.
func TestPagingByValuesWithoutAForm(t *testing.T) {
	t.Parallel()
	l := filled(t)
	_, err := l.Exec(t.Context(), `UPDATE books SET deleted_at = NULL;
		UPDATE books SET (published, added_at, weight, price) = ('infinity', 'infinity', 'infinity', 'NaN') WHERE id % 5 = 1;
		UPDATE books SET (published, added_at, weight) = ('-infinity', '-infinity', '-infinity') WHERE id % 5 = 2;
		UPDATE books SET (published, added_at, weight) = ('4000-01-01 BC', '4000-01-01 BC', 'NaN') WHERE id % 5 = 3;
		UPDATE books SET (published, added_at) = ('200000-01-01', '200000-01-01') WHERE id % 5 = 4;
		UPDATE branches SET area = 'NaN' WHERE area > 0; UPDATE branches SET area = '-infinity' WHERE area = 0`)
	require.NoError(t, err)
	for _, term := range []string{"books published", "books addedAt", "books weight", "books price", "branches area"} {
		name, field, _ := strings.Cut(term, " ")
		for _, direction := range []string{"ASC", "DESC"} {
			seen, after := map[any]bool{}, ""
			for more := true; more; {
				page := l.data(t, as(t, staff), fmt.Sprintf(`{ page: %s(first: 1, orderBy: [{ %s: %s }]%s) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
					name, field, direction, after), nil)["page"].(map[string]any)
				id := page["nodes"].([]any)[0].(map[string]any)["id"]
				require.False(t, seen[id], "%s %s: twice", term, direction)
				seen[id] = true
				info := page["pageInfo"].(map[string]any)
				more, after = info["hasNextPage"].(bool), fmt.Sprintf(", after: %q", info["endCursor"])
			}
			require.Len(t, seen, map[string]int{"books": 26, "branches": 6}[name], term)
		}
	}
}
