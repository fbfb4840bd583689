package library_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/privacy"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/internal/library/librarytest"
	"cambium/internal/library/viewer"
	"cambium/internal/reference"
)

// purge deletes the rows that the rules hide from a branch's viewer. What leads to them then leads nowhere, as it does
// when they are hidden.
const purge = `BEGIN; SET LOCAL session_replication_role = replica;
DELETE FROM loans WHERE deleted_at IS NOT NULL OR member_id IN (SELECT id FROM members WHERE branch_id <> '%[1]s');
DELETE FROM members WHERE branch_id <> '%[1]s';
DELETE FROM books WHERE deleted_at IS NOT NULL;
DELETE FROM items WHERE deleted_at IS NOT NULL;
DELETE FROM followings WHERE deleted_at IS NOT NULL;
COMMIT`

// uses are ways to touch rows that have rules: Loan has an interceptor and a policy, Member a policy, Item and Book an
// interceptor, and the pairs of Following, which is not exposed, an interceptor.
var uses = map[string]string{
	"selected":                            `{ loans(first: 100) { nodes { id takenAt fee } } }`,
	"selected in edges":                   `{ members { edges { cursor node { name } } pageInfo { hasNextPage startCursor endCursor } } }`,
	"selected at depth 1":                 `{ members { nodes { name loans { nodes { id fee } } } } }`,
	"selected at depth 2":                 `{ branches { nodes { members { nodes { loans { nodes { id } } } } } } }`,
	"selected at depth 4":                 `{ branches { nodes { items { nodes { book { authors { nodes { followers { nodes { id name } } } } } } } } } }`,
	"filtered":                            `{ loans(first: 100, where: { fee: { gte: "0" } }) { nodes { id } } }`,
	"filtered by not":                     `{ loans(first: 100, where: { not: { fee: { gte: "0" } } }) { totalCount } }`,
	"filtered by some":                    `{ branches(where: { members: { some: { name: { gte: "a" } } } }) { nodes { id } } }`,
	"filtered by none":                    `{ branches(where: { members: { none: { name: { gte: "a" } } } }) { nodes { id } } }`,
	"filtered by every":                   `{ branches(where: { members: { every: { name: { gte: "c" } } } }) { nodes { id } } }`,
	"filtered by count":                   `{ items(first: 100, where: { loans: { count: { gte: 1 } } }) { nodes { id } } }`,
	"filtered by to-one":                  `{ cards(where: { member: { name: { gte: "" } } }) { nodes { number } } }`,
	"filtered by nothing of to-one":       `{ labels(where: { not: { item: {} } }) { nodes { id } } }`,
	"filtered by a pair":                  `{ authors(where: { followers: { some: {} } }) { totalCount } }`,
	"filtered by a pair's count":          `{ authors(where: { followers: { count: { lt: 2 } } }) { totalCount } }`,
	"filtered at depth 3":                 `{ branches(where: { items: { some: { loans: { some: { member: { name: { gte: "" } } } } } } }) { nodes { id } } }`,
	"filtered in an edge":                 `{ books { nodes { items(where: { borrowers: { some: { name: { gte: "" } } } }) { totalCount } } } }`,
	"ordered by count":                    `{ items(first: 100, orderBy: [{ loans: { count: DESC } }]) { edges { cursor node { id } } } }`,
	"ordered by a pair's count":           `{ authors(orderBy: [{ followers: { count: ASC } }]) { edges { cursor node { id } } } }`,
	"ordered by to-one":                   `{ cards(orderBy: [{ member: { name: ASC } }]) { edges { cursor node { id } } } }`,
	"ordered by to-one at depth 3":        `{ labels(first: 100, orderBy: [{ item: { book: { title: DESC_NULLS_LAST } } }]) { edges { cursor node { id } } } }`,
	"ordered in an edge":                  `{ branches { nodes { items(orderBy: [{ borrowers: { count: DESC } }, { book: { title: ASC } }]) { nodes { id } } } } }`,
	"counted":                             `{ loans { totalCount } members { totalCount } books { totalCount } items { totalCount } }`,
	"counted at depth 2":                  `{ branches { nodes { items { nodes { loans { totalCount } borrowers { totalCount } } } } } }`,
	"counted through pairs":               `{ authors { nodes { followers { totalCount } } } }`,
	"aggregated":                          `{ loansAggregate { count sum { fee renewals } avg { fee } min { dueOn } max { takenAt } } }`,
	"aggregated in groups":                `{ loansAggregate(groupBy: [{ member: { name: true } }], orderBy: [{ count: DESC }]) { count group { member { name } } sum { fee } } }`,
	"aggregated by having":                `{ itemsAggregate(groupBy: [{ book: { title: true } }], having: { count: { gt: 1 } }) { count group { book { title } } } }`,
	"aggregated by filter":                `{ cardsAggregate(where: { member: { name: { gte: "" } } }) { count max { number } } }`,
	"aggregated at depth 1":               `{ members { nodes { loansAggregate { count sum { fee } } followsAggregate { count } borrowedAggregate { count max { acquiredOn } } } } }`,
	"to-one":                              `{ labels(first: 100) { nodes { id item { id number } } } }`,
	"to-one at depth 3":                   `{ labels(first: 100) { nodes { item { book { sequel { title } prequel { title } } } } } }`,
	"to-one of one's own kind":            `{ members { nodes { mentor { name } mentees { nodes { name } } } } }`,
	"through a join table":                `{ members { nodes { borrowed { nodes { id } } } } }`,
	"through a join table back":           `{ items(first: 100) { nodes { borrowers { nodes { id } } } } }`,
	"through a join table and back again": `{ members { nodes { borrowed { nodes { borrowers { nodes { id } } } } } } }`,
	"through pairs that are not exposed":  `{ members { nodes { follows { nodes { id name } } } } }`,
	"own field":                           `{ itemsInRoom(room: "a") { id } seniorMember { id loans { totalCount } } }`,
}

// One semantics for rules: whatever an operation does with rows that the rules hide, its answer is the one of a database
// in which they are not.
//
// Trap: edge filters bypass policy. In the stock stack another tenant's text was read bit by bit through a filter, a
// count or an order.
func TestHiddenRowsDoNotExist(t *testing.T) {
	t.Parallel()
	l, purged := pair(t)
	unruled := filled(t)
	_, err := unruled.Exec(t.Context(), restore)
	require.NoError(t, err)
	ctx := as(t, north)
	for name, query := range uses {
		want := purged.do(t, ctx, query, nil)
		require.Empty(t, want.errors, name)
		got := l.do(t, ctx, query, nil)
		require.Empty(t, got.errors, name)
		require.Equal(t, want.raw, got.raw, name)
		require.NotEqual(t, unruled.do(t, as(t, staff), query, nil).raw, got.raw, "%s: the test cannot tell", name)
	}
}

// restore makes the rows that interceptors hide visible.
const restore = `UPDATE loans SET deleted_at = NULL; UPDATE books SET deleted_at = NULL; UPDATE items SET deleted_at = NULL;
UPDATE followings SET deleted_at = NULL`

// pair returns a library, and the same without the rows that the rules hide from the viewers of the north.
func pair(t *testing.T) (l, purged *library) {
	t.Helper()
	l, purged = filled(t), filled(t)
	_, err := purged.Exec(t.Context(), fmt.Sprintf(purge, north.Branch))
	require.NoError(t, err)
	return l, purged
}

// The same with operations that are drawn.
func TestHiddenRowsDoNotExistForAnyOperation(t *testing.T) {
	t.Parallel()
	l, purged := pair(t)
	ctx, data := as(t, north), visible(t, l, north)
	rapid.Check(t, func(r *rapid.T) {
		for range reference.Operations {
			query, _ := data.Draw(r, 3).Query(false)
			want, got := purged.do(t, ctx, query, nil), l.do(t, ctx, query, nil)
			require.Empty(r, want.errors, query)
			require.Empty(r, got.errors, query)
			require.Equal(r, want.raw, got.raw, query)
		}
	})
}

// Ids and keys of hidden rows are those of no row, and no error tells them apart.
func TestHiddenRowsCannotBeNamed(t *testing.T) {
	t.Parallel()
	l := filled(t)
	all, ctx := visible(t, l, viewer.Viewer{Staff: true}), as(t, north)
	mine := visible(t, l, north)
	for _, entity := range []string{"Member", "Loan", "Item", "Book"} {
		everything := append(deletedIDs(t, l, entity), all.IDs(reference.List{Entity: entity})...)
		seen := mine.IDs(reference.List{Entity: entity})
		hidden := 0
		for _, id := range everything {
			lookup := strings.ToLower(entity)
			got := l.data(t, ctx, fmt.Sprintf(`{ node(id: %[1]q) { id } nodes(ids: [%[1]q]) { id } %[2]s(id: %[1]q) { id }
				%[2]ss(where: { id: { eq: %[1]q } }) { totalCount } }`, id, lookup), nil)
			object, count := map[string]any{"id": id}, 1.0
			want := map[string]any{"node": object, "nodes": []any{object}, lookup: object, lookup + "s": map[string]any{"totalCount": count}}
			if !slices.Contains(seen, id) {
				hidden++
				want = map[string]any{"node": nil, "nodes": []any{nil}, lookup: nil, lookup + "s": map[string]any{"totalCount": 0.0}}
			}
			require.Equal(t, want, got)
		}
		require.Positive(t, hidden, entity)
		require.NotEmpty(t, seen, entity)
	}
}

// deletedIDs returns the ids of the rows of an entity that are there and deleted.
func deletedIDs(t *testing.T, l *library, entity string) (ids []string) {
	t.Helper()
	if entity == "Member" {
		return nil
	}
	table := strings.ToLower(entity) + "s"
	err := l.Query(t.Context(), "SELECT id::text FROM "+table+" WHERE deleted_at IS NOT NULL", nil, func(values [][]byte) error {
		ids = append(ids, base64.RawURLEncoding.EncodeToString([]byte(entity+":"+string(values[0]))))
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, ids)
	return ids
}

// Unique keys of hidden rows find nothing.
func TestHiddenRowsCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for _, key := range []struct{ query, table, visible string }{
		{`{ found: memberByHandle(handle: %q) { id } }`, `SELECT "user", branch_id = 'north' FROM members WHERE "user" IS NOT NULL`, ""},
		{`{ found: bookByIsbn(isbn: %q) { id } }`, `SELECT isbn, deleted_at IS NULL FROM books WHERE isbn IS NOT NULL`, ""},
	} {
		found := map[bool]int{}
		err := l.Query(t.Context(), key.table, nil, func(values [][]byte) error {
			visible := values[1][0] == 1
			got := l.data(t, as(t, north), fmt.Sprintf(key.query, values[0]), nil)
			require.Equal(t, visible, got["found"] != nil, "%s", values[0])
			found[visible]++
			return nil
		})
		require.NoError(t, err)
		require.Positive(t, found[true])
		require.Positive(t, found[false])
	}
	id := func(entity string, key any) string {
		return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", entity, key))
	}
	got := l.data(t, as(t, staff), fmt.Sprintf(`{ a: itemByNumberAndBranch(number: 0, branch: %q) { number branch { id } }
		b: itemByNumberAndBranch(number: 0, branch: %q) { id } c: cardByNumber(number: "4294967295") { number } }`,
		id("Branch", librarytest.Branches[0]), id("Member", librarytest.Branches[0])), nil)
	require.Equal(t, map[string]any{
		"a": map[string]any{"number": 0.0, "branch": map[string]any{"id": id("Branch", librarytest.Branches[0])}},
		"b": nil,
		"c": map[string]any{"number": "4294967295"},
	}, got)
}

// Who may see nothing of an entity is told so wherever it is touched, and gets nothing.
func TestDeniedEntity(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for _, query := range []string{
		`{ notes { nodes { id } } }`,
		`{ notes { totalCount } }`,
		`{ notesAggregate { count } }`,
		`{ node(id: "` + base64.RawURLEncoding.EncodeToString([]byte("Note:1")) + `") { id } }`,
		`{ note(id: "` + base64.RawURLEncoding.EncodeToString([]byte("Note:1")) + `") { id } }`,
		`{ members { nodes { notes { nodes { body } } } } }`,
		`{ members { nodes { notesAggregate { count } } } }`,
		`{ members(where: { notes: { some: { body: { contains: "a" } } } }) { totalCount } }`,
		`{ members(where: { notes: { count: { gt: 0 } } }) { totalCount } }`,
		`{ members(orderBy: [{ notes: { count: DESC } }]) { nodes { id } } }`,
		`{ branches(where: { members: { some: { notes: { none: {} } } } }) { totalCount } }`,
	} {
		got := l.do(t, as(t, north), query, nil)
		if data, ok := got.data.(map[string]any); ok { // the field itself may be null
			require.Equal(t, []any{nil}, slices.Collect(maps.Values(data)), query)
		}
		require.Len(t, got.errors, 1, query)
		require.ErrorIs(t, got.errors[0], privacy.Deny, query)
		require.Empty(t, l.do(t, as(t, staff), query, nil).errors, query)
	}
}

// Where nobody is looking, rows of a policy are denied wherever they are touched, and others are not.
func TestWithoutViewer(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for _, query := range []string{
		uses["selected"], uses["selected at depth 4"], uses["filtered by some"], uses["filtered by a pair's count"], uses["ordered by count"],
		uses["counted at depth 2"], uses["aggregated in groups"], uses["through a join table back"],
	} {
		got := l.do(t, t.Context(), query, nil)
		require.Nil(t, got.data, query)
		require.NotEmpty(t, got.errors, query)
		require.ErrorIs(t, got.errors[0], privacy.Deny)
	}
	require.Empty(t, l.do(t, t.Context(), uses["to-one at depth 3"], nil).errors)
}
