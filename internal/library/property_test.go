package library_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cambium/engine/read"
	"cambium/internal/library/viewer"
	"cambium/internal/reference"
)

// visible returns what there is for a viewer, as the rules of the schema say it in Go.
func visible(t testing.TB, l *library, v viewer.Viewer) *reference.Data {
	t.Helper()
	model := l.model()
	if !v.Staff {
		model = without(model, "Note") // to ask for one is an error: see TestDeniedEntity
		for _, e := range model {
			e.Fields = slices.DeleteFunc(e.Fields, func(f read.Field) bool { return f.Guard != nil }) // so is this
		}
	}
	data, err := reference.Load(t.Context(), l.DB, model)
	require.NoError(t, err)
	deleted := func(r reference.Row) bool { return r["deleted_at"] != nil }
	for _, table := range []string{"books", "items", "loans", "followings"} {
		data.Hide(table, deleted)
	}
	if v.Staff {
		return data
	}
	elsewhere := make(map[any]bool)
	data.Hide("members", func(r reference.Row) bool {
		elsewhere[r["id"]] = r["branch_id"] != v.Branch
		return elsewhere[r["id"]]
	})
	data.Hide("loans", func(r reference.Row) bool { return elsewhere[r["member_id"]] })
	return data
}

// without returns the model as if an entity were not exposed.
func without(model []*read.Entity, name string) (rest []*read.Entity) {
	for _, e := range model {
		if e.Name == name {
			continue
		}
		clone := *e
		clone.Edges = slices.DeleteFunc(slices.Clone(e.Edges), func(x read.Edge) bool { return x.Target == name })
		rest = append(rest, &clone)
	}
	return rest
}

// What the reader answers each viewer is what the naive evaluator answers over the rows that the viewer may see.
func TestReadAgainstReference(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]viewer.Viewer{"staff": staff, "north": north} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := filled(t)
			data, ctx := visible(t, l, v), as(t, v)
			rapid.Check(t, func(r *rapid.T) {
				for range reference.Operations {
					operation := data.Draw(r, 3)
					query, variables := operation.Query(rapid.Bool().Draw(r, "variables"))
					l.log.take()
					got := l.do(t, ctx, query, jsonOf(t, variables))
					require.Empty(r, got.errors, query)
					require.Len(r, l.log.take(), 1)
					require.Empty(r, reference.Difference(data.Answer(operation), got.data), "%s %v", query, variables)
				}
			})
		})
	}
}

// jsonOf gives variables the types that a transport gives them.
func jsonOf(t *testing.T, v map[string]any) (decoded map[string]any) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &decoded))
	return decoded
}

// Trap: paging by a nullable column, by an edge count, by an edge field. In the stock stack rows were lost, or page two
// failed.
func TestPagingGivesEveryRowOnceInEveryOrder(t *testing.T) {
	t.Parallel()
	l := filled(t)
	for name, v := range map[string]viewer.Viewer{"staff": staff, "north": north} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, ctx := visible(t, l, v), as(t, v)
			rapid.Check(t, func(r *rapid.T) {
				list := data.DrawList(r, 0)
				size := rapid.IntRange(1, 10).Draw(r, "size")
				want := append([]string{}, data.IDs(list)...)
				require.Equal(r, want, pages(t, ctx, r, l, list, size, true))
				backwards := pages(t, ctx, r, l, list, size, false)
				slices.Reverse(backwards)
				require.Equal(r, want, backwards)
			})
		})
	}
}

// pages reads a list page by page, from its end if not forwards.
func pages(t *testing.T, ctx context.Context, r *rapid.T, l *library, list reference.List, size int, forwards bool) []string {
	t.Helper()
	arguments := fmt.Sprintf("last: %d", size)
	if forwards {
		arguments = fmt.Sprintf("first: %d", size)
	}
	cursor, ids := "", []string{}
	for n := 0; ; n++ {
		require.Less(r, n, 300, "paging does not end")
		query := reference.Page(list, arguments+cursor)
		got := l.do(t, ctx, query, nil)
		require.Empty(r, got.errors, query)
		page := got.data.(map[string]any)["list"].(map[string]any)
		edges, info := page["edges"].([]any), page["pageInfo"].(map[string]any)
		if !forwards {
			slices.Reverse(edges)
		}
		for _, e := range edges {
			ids = append(ids, e.(map[string]any)["node"].(map[string]any)["id"].(string))
		}
		more, end, name := info["hasNextPage"], info["endCursor"], "after"
		if !forwards {
			more, end, name = info["hasPreviousPage"], info["startCursor"], "before"
		}
		if more == false {
			return ids
		}
		require.Len(r, edges, size)
		cursor = ", " + name + ": " + strconv.Quote(end.(string))
	}
}

// While rows come and go, those that are there throughout come exactly once, in order.
func TestPagingIsExactWhileRowsComeAndGo(t *testing.T) {
	t.Parallel()
	l := filled(t)
	data, ctx := visible(t, l, staff), as(t, staff)
	writing, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	rounds := make(chan struct{})
	go func() {
		ended <- comeAndGo(writing, l, rounds)
	}()
	rapid.Check(t, func(r *rapid.T) {
		list := data.DrawListOf(r, rapid.SampledFrom([]string{"Author", "Branch", "Ticket"}).Draw(r, "changing"), 0)
		want := append([]string{}, data.IDs(list)...)
		throughout := make(map[string]bool)
		for _, id := range want {
			throughout[id] = true
		}
		for _, forwards := range []bool{true, false} {
			select {
			case <-rounds: // the rows have changed since the last time
			case err := <-ended:
				require.NoError(t, err)
			}
			got := slices.DeleteFunc(pages(t, ctx, r, l, list, rapid.IntRange(1, 4).Draw(r, "size"), forwards),
				func(id string) bool { return !throughout[id] })
			if !forwards {
				slices.Reverse(got)
			}
			require.Equal(r, want, got)
		}
	})
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}

// comeAndGo stores and deletes rows that no other row leads to, with the values of rows that are there.
func comeAndGo(ctx context.Context, l *library, rounds chan<- struct{}) error {
	if _, err := l.Exec(ctx, "CREATE TABLE kept AS SELECT id::text FROM authors UNION ALL SELECT id FROM branches UNION ALL SELECT id::text FROM tickets"); err != nil {
		return err
	}
	for {
		for _, statement := range []string{
			`INSERT INTO authors (id, name, born, languages, profile, photo, alive)
			 SELECT gen_random_uuid(), name, born, languages, profile, photo, alive FROM authors ORDER BY random() LIMIT 5`,
			`INSERT INTO branches (id, "Display Name", "Order", motto, opened_on, budget, latitude, area, accessible)
			 SELECT gen_random_uuid(), "Display Name", "Order", motto, opened_on, budget, latitude, area, accessible
			 FROM branches ORDER BY random() LIMIT 3`,
			`INSERT INTO tickets SELECT gen_random_uuid() FROM generate_series(1, 3)`,
			`DELETE FROM authors WHERE random() < 0.4 AND id::text NOT IN (SELECT id FROM kept)`,
			`DELETE FROM branches WHERE random() < 0.4 AND id NOT IN (SELECT id FROM kept)`,
			`DELETE FROM tickets WHERE random() < 0.4 AND id::text NOT IN (SELECT id FROM kept)`,
		} {
			if _, err := l.Exec(ctx, statement); err != nil {
				return err
			}
		}
		select {
		case rounds <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		default: // nobody waits: on to the next round
		}
	}
}
