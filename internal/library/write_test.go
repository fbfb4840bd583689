package library_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/engine/write"
)

// shelf is what a model knows of authors and books: who wrote what, who is a peer of whom, and which book follows which.
type shelf struct {
	wrote   map[string][]string // names of authors by titles, sorted
	peers   map[string][]string // each is a peer of the other
	sequels map[string]string
}

// Random sequences of mutations leave what a model in memory says: many-to-many edges with an inverse and without, one-to-one
// edges between rows of one table, ids of 32 bits and UUIDs, arrays and JSON.
func TestMutationsAgainstModel(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	title := rapid.Map(rapid.IntRange(0, 3), func(i int) string { return fmt.Sprint("book ", i) })
	writer := rapid.Map(rapid.IntRange(0, 3), func(i int) string { return fmt.Sprint("author ", i) })
	rapid.Check(t, func(r *rapid.T) {
		_, err := l.DB.Exec(t.Context(), "TRUNCATE authors, books CASCADE")
		require.NoError(r, err)
		ids := map[string]any{}
		m := &shelf{map[string][]string{}, map[string][]string{}, map[string]string{}}
		ref := func(name string) map[string]any { return map[string]any{"id": ids[name]} }
		with := func(list []string, name string) []string {
			if slices.Contains(list, name) {
				return list
			}
			return slices.Sorted(slices.Values(append(slices.Clone(list), name)))
		}
		r.Repeat(map[string]func(*rapid.T){
			"write a book": func(r *rapid.T) {
				name, by := title.Draw(r, "title"), writer.Draw(r, "author")
				if ids[name] != nil {
					return
				}
				authors := map[string]any{"create": []any{map[string]any{"name": by, "languages": []any{`a "b" \c`, "NULL", ""}, "profile": map[string]any{"x": []any{1, nil}}}}}
				if ids[by] != nil {
					authors = map[string]any{"connect": []any{ref(by)}}
				}
				in := map[string]any{"title": name, "edition": 1, "tags": []any{"a", "b,c"}, "ratings": []any{1, 2}, "price": "12.50", "authors": authors}
				book := l.data(t, ctx, `mutation($b: BookCreateInput!) { createBook(input: $b) { id tags ratings price authors { nodes { id name languages profile } } } }`, map[string]any{"b": in})["createBook"].(map[string]any)
				require.Equal(r, []any{"a", "b,c"}, book["tags"])
				require.Equal(r, []any{1.0, 2.0}, book["ratings"])
				require.Equal(r, "12.5", fmt.Sprint(book["price"])[:4])
				author := book["authors"].(map[string]any)["nodes"].([]any)[0].(map[string]any)
				require.Equal(r, []any{`a "b" \c`, "NULL", ""}, author["languages"])
				ids[name], ids[by] = book["id"], author["id"]
				m.wrote[name] = []string{by}
			},
			"change the authors": func(r *rapid.T) {
				name, by, member := title.Draw(r, "title"), writer.Draw(r, "author"), rapid.SampledFrom([]string{"connect", "set", "disconnect"}).Draw(r, "member")
				if ids[name] == nil || ids[by] == nil {
					return
				}
				if member == "disconnect" && !slices.Contains(m.wrote[name], by) {
					return
				}
				l.data(t, ctx, `mutation($id: ID!, $a: AuthorToManyUpdateInput!) { updateBook(id: $id, input: {authors: $a}) { id } }`, map[string]any{"id": ids[name], "a": map[string]any{member: []any{ref(by)}}})
				switch member {
				case "connect":
					m.wrote[name] = with(m.wrote[name], by)
				case "set":
					m.wrote[name] = []string{by}
				default:
					m.wrote[name] = slices.DeleteFunc(slices.Clone(m.wrote[name]), func(s string) bool { return s == by })
				}
			},
			"become peers": func(r *rapid.T) {
				a, b := writer.Draw(r, "a"), writer.Draw(r, "b")
				if ids[a] == nil || ids[b] == nil || a == b {
					return
				}
				l.data(t, ctx, `mutation($id: ID!, $p: [AuthorRef!]) { updateAuthor(id: $id, input: {peers: {connect: $p}}) { id } }`, map[string]any{"id": ids[a], "p": []any{ref(b)}})
				m.peers[a], m.peers[b] = with(m.peers[a], b), with(m.peers[b], a)
			},
			"write a sequel": func(r *rapid.T) {
				a, b := title.Draw(r, "a"), title.Draw(r, "b")
				if ids[a] == nil || ids[b] == nil || a == b {
					return
				}
				for of, after := range m.sequels { // a book follows one other, and one book follows it
					if after == b && of != a {
						return
					}
				}
				l.data(t, ctx, `mutation($id: ID!, $s: BookRef) { updateBook(id: $id, input: {sequel: {connect: $s}}) { id } }`, map[string]any{"id": ids[a], "s": ref(b)})
				m.sequels[a] = b
			},
			"": func(r *rapid.T) {
				data := l.data(t, ctx, `{ books { nodes { title authors { nodes { name } } sequel { title } } } authors { nodes { name peers { nodes { name } } } } }`, nil)
				got := &shelf{map[string][]string{}, map[string][]string{}, map[string]string{}}
				list := func(of any) (found []string) {
					for _, n := range of.(map[string]any)["nodes"].([]any) {
						found = append(found, n.(map[string]any)["name"].(string))
					}
					return slices.Sorted(slices.Values(found))
				}
				for _, n := range data["books"].(map[string]any)["nodes"].([]any) {
					n := n.(map[string]any)
					name := n["title"].(string)
					if got.wrote[name] = list(n["authors"]); got.wrote[name] == nil {
						got.wrote[name] = []string{}
					}
					if s, ok := n["sequel"].(map[string]any); ok {
						got.sequels[name] = s["title"].(string)
					}
				}
				for _, n := range data["authors"].(map[string]any)["nodes"].([]any) {
					n := n.(map[string]any)
					if peers := list(n["peers"]); len(peers) > 0 {
						got.peers[n["name"].(string)] = peers
					}
				}
				require.Equal(r, m, got)
			},
		})
	})
}

// Keys that whoever creates a row gives, keys of two columns, edges through an entity, one-to-one edges, upserts in inputs.
func TestMutateEveryKindOfEdge(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	_, err := l.DB.Exec(t.Context(), "TRUNCATE branches, books, members, items, labels, loans CASCADE")
	require.NoError(t, err)
	l.data(t, ctx, `mutation { createBranch(input: {key: "main", name: "Main \"house\"", rank: 1, divisions: {create: [{key: "sub", name: "Sub"}]}}) { id }
		createBook(input: {title: "T", edition: 1, tags: []}) { id } }`, nil)
	item := l.data(t, ctx, `mutation { upsertItem(by: NUMBER_AND_BRANCH, input: {number: 7, condition: fresh, book: {connect: {titleAndEdition: {title: "T", edition: 1}}},
		branch: {connect: {id: "QnJhbmNoOm1haW4"}}, label: {create: {key: "L1"}}}) { created node { id condition label { id } branch { name } } } }`, nil)["upsertItem"].(map[string]any)
	assert.Equal(t, true, item["created"])
	node := item["node"].(map[string]any)
	assert.Equal(t, map[string]any{"name": `Main "house"`}, node["branch"])
	again := l.data(t, ctx, `mutation { upsertItem(by: NUMBER_AND_BRANCH, input: {number: 7, condition: torn, book: {connect: {titleAndEdition: {title: "T", edition: 1}}},
		branch: {connect: {id: "QnJhbmNoOm1haW4"}}}) { created node { id condition label { id } } } }`, nil)["upsertItem"].(map[string]any)
	assert.Equal(t, map[string]any{"created": false, "node": map[string]any{"id": node["id"], "condition": "torn", "label": node["label"]}}, again)

	// Through an entity, which is created as the client would.
	member := l.data(t, ctx, `mutation($i: ID!) { createMember(input: {name: "M", branch: {connect: {id: "QnJhbmNoOm1haW4"}}, card: {create: {number: "4000000000"}}, borrowed: {connect: [{id: $i}]}})
		{ id card { number } borrowed { nodes { number } } loans { nodes { id } } } }`, map[string]any{"i": node["id"]})["createMember"].(map[string]any)
	assert.Len(t, member["loans"].(map[string]any)["nodes"], 1)
	assert.Equal(t, map[string]any{"number": "4000000000"}, member["card"])
	changed := l.data(t, ctx, `mutation($m: ID!, $i: ID!) { updateMember(id: $m, input: {card: {upsert: {create: {number: "1"}, update: {number: "2"}}}, borrowed: {disconnect: [{id: $i}]}, mentees: {create: [{name: "N", branch: {connect: {id: "QnJhbmNoOm1haW4"}}}]}})
		{ card { number } borrowed { nodes { id } } mentees { nodes { name mentor { name } } } } }`, map[string]any{"m": member["id"], "i": node["id"]})["updateMember"]
	assert.Equal(t, map[string]any{"card": map[string]any{"number": "2"}, "borrowed": map[string]any{"nodes": []any{}},
		"mentees": map[string]any{"nodes": []any{map[string]any{"name": "N", "mentor": map[string]any{"name": "M"}}}}}, changed)
	gone := l.data(t, ctx, `mutation($m: ID!) { updateMember(id: $m, input: {card: {delete: true}}) { card { number } } }`, map[string]any{"m": member["id"]})["updateMember"]
	assert.Equal(t, map[string]any{"card": nil}, gone)
	upserted := l.data(t, ctx, `mutation($m: ID!) { updateMember(id: $m, input: {card: {upsert: {create: {number: "1"}, update: {number: "2"}}}}) { card { number } } }`, map[string]any{"m": member["id"]})["updateMember"]
	assert.Equal(t, map[string]any{"card": map[string]any{"number": "1"}}, upserted)

	r := l.do(t, ctx, `mutation { createBranch(input: {key: "", name: "x"}) { id } }`, nil)
	require.Len(t, r.errors, 1)
	var fault *write.Error
	require.ErrorAs(t, r.errors[0], &fault)
	assert.Equal(t, write.BadUserInput, fault.Code)
}
