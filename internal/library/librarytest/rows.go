package librarytest

import (
	"fmt"
	"math/rand/v2"
)

// Branches are the ids of the branches. Some are hard to quote.
var Branches = []string{"north", "south", `it's "east"`, "we:st", "Ümläut", "a,b{c}\\"}

type table struct {
	name string
	rows []map[string]any
}

// rows returns the rows of a library, each time the same: with nulls, with ties, and with rows that rules hide.
func rows() []table {
	r := source{rand.New(rand.NewPCG(1, 2))}
	var (
		authorIDs = r.uuids(14)
		memberIDs = r.uuids(18)
		ticketIDs = r.uuids(3)
		loanIDs   = r.uuids(60)
	)
	const books, items, labels, cards, notes, shelves = 26, 48, 24, 12, 16, 5

	number := func(n int) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = i + 1
		}
		return list
	}
	return []table{
		{"branches", each(asAny(Branches), func(i int, id any) map[string]any {
			return map[string]any{
				"id": id, "Display Name": r.word(), "Order": r.or(r.IntN(3)), "motto": r.or(r.word()), "opened_on": r.or(r.date()),
				"budget": r.or(r.amount()), "latitude": r.or(r.float()), "area": r.or(r.real()), "accessible": r.or(r.bool()),
				"branch_divisions": r.or(Branches[r.IntN(max(i, 1))]),
			}
		})},
		{"shelves", each(number(shelves), func(_ int, id any) map[string]any {
			return map[string]any{"id": id, "room": r.word(), "branch_shelves": pick(r, Branches)}
		})},
		{"authors", each(authorIDs, func(int, any) map[string]any {
			return map[string]any{
				"name": r.word(), "born": r.or(r.date()), "languages": r.or(r.words()), "profile": r.or(r.document()),
				"photo": r.or(r.bytes()), "alive": r.or(r.bool()),
			}
		})},
		{"books", each(number(books), func(i int, id any) map[string]any {
			row := map[string]any{
				"deleted_at": r.rarely(r.time()), "title": r.word(), "edition": i, "isbn": r.or(fmt.Sprintf("978-%d", i)),
				"format": r.or(pick(r, []string{"hardcover", "paperback", "audio"})), "price": r.or(r.amount()), "weight": r.or(r.float()),
				"cover": r.or(r.bytes()), "details": r.or(r.document()), "tags": r.words(), "ratings": r.or([]int{r.IntN(3), r.IntN(3)}),
				"in_print": r.or(r.bool()), "published": r.or(r.date()), "added_at": r.or(r.time()),
			}
			if i > 0 && r.IntN(2) == 0 {
				row["book_sequel"] = i // the book before this one
			}
			return row
		})},
		{"items", each(number(items), func(i int, id any) map[string]any {
			return map[string]any{
				"deleted_at": r.rarely(r.time()), "number": i / 2, "condition": r.or(pick(r, []string{"fresh", "worn", "torn"})),
				"acquired_on": r.or(r.date()), "book_items": 1 + r.IntN(books), "branch_items": Branches[i%len(Branches)],
				"shelf_items": r.or(1 + r.IntN(shelves)),
			}
		})},
		{"labels", each(number(labels), func(i int, id any) map[string]any {
			return map[string]any{"id": fmt.Sprintf("%s:%d", r.word(), i), "printed_at": r.or(r.time()), "item_label": 2*i%items + i%2 + 1}
		})},
		{"members", each(memberIDs, func(i int, id any) map[string]any {
			return map[string]any{
				"name": r.word(), "user": r.or(fmt.Sprintf("%s%d", r.word(), i)), "email": r.or(r.word()), "pin": "1234",
				"level": r.or(pick(r, []string{"basic", "gold"})), "born": r.or(r.date()), "balance": r.or(r.amount()),
				"joined_at": r.or(r.time()), "branch_id": Branches[i%3], "member_mentees": r.or(memberIDs[r.IntN(max(i, 1))]),
			}
		})},
		{"cards", each(number(cards), func(i int, id any) map[string]any {
			return map[string]any{"number": 4294967295 - i, "expires_on": r.or(r.date()), "member_card": r.or(memberIDs[i])}
		})},
		{"loans", each(loanIDs, func(i int, id any) map[string]any {
			return map[string]any{
				"deleted_at": r.rarely(r.time()), "taken_at": r.or(r.time()), "due_on": r.or(r.date()), "fee": r.or(r.amount()),
				"renewals": r.or(r.IntN(3)), "member_id": memberIDs[i%len(memberIDs)], "item_id": 1 + i*7%items,
			}
		})},
		{"followings", pairs(r, "member_id", memberIDs, "author_id", authorIDs, func(row map[string]any) {
			row["deleted_at"] = r.rarely(r.time())
		})},
		{"author_books", pairs(r, "author_id", authorIDs, "book_id", number(books), nil)},
		{"author_influences", pairs(r, "author_id", authorIDs, "influenced_by_id", authorIDs, nil)},
		{"author_peers", pairs(r, "author_id", authorIDs, "peer_id", authorIDs, nil)},
		{"notes", each(number(notes), func(int, any) map[string]any {
			return map[string]any{
				"body": r.word(), "written_at": r.or(r.time()), "member_notes": r.or(pick(r, memberIDs)), "book_notes": r.or(1 + r.IntN(books)),
			}
		})},
		{"tickets", each(ticketIDs, func(int, any) map[string]any { return map[string]any{} })},
	}
}

// each makes a row for each id.
func each(ids []any, row func(i int, id any) map[string]any) (list []map[string]any) {
	for i, id := range ids {
		columns := row(i, id)
		if columns["id"] == nil {
			columns["id"] = id
		}
		list = append(list, columns)
	}
	return list
}

// pairs joins about one pair of five.
func pairs(r source, near string, from []any, far string, to []any, more func(map[string]any)) (list []map[string]any) {
	for _, a := range from {
		for _, b := range to {
			if r.IntN(5) > 0 {
				continue
			}
			row := map[string]any{near: a, far: b}
			if more != nil {
				more(row)
			}
			list = append(list, row)
		}
	}
	return list
}

func asAny(texts []string) (list []any) {
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

func pick[T any](r source, list []T) T { return list[r.IntN(len(list))] }

// source draws values from few, so that many are equal.
type source struct{ *rand.Rand }

// or is null one time in three.
func (r source) or(v any) any {
	if r.IntN(3) == 0 {
		return nil
	}
	return v
}

// rarely is a value one time in four.
func (r source) rarely(v any) any {
	if r.IntN(4) == 0 {
		return v
	}
	return nil
}

func (r source) uuids(n int) (list []any) {
	for range n {
		a, b := r.Uint64(), r.Uint64()
		list = append(list, fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff))
	}
	return list
}

func (r source) word() string {
	return pick(r, []string{"", "a", "A", "aa", "b%", "b_", `c\`, `d"e`, "é", "E", "日本", "z z", "line\nbreak", "🦉"})
}

func (r source) words() []string {
	list := []string{}
	for range r.IntN(4) {
		list = append(list, pick(r, []string{"x", "y", "NULL", "", "a,b", `{"}`, "é"}))
	}
	return list
}

func (r source) date() string { return fmt.Sprintf("%d-02-0%d", 1990+r.IntN(3), 1+r.IntN(2)) }

func (r source) time() string {
	return pick(r, []string{
		"2024-02-29T23:59:59.999999Z", "2024-03-01T00:00:00Z", "2024-03-01T02:30:00+02:30", "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z",
	})
}

func (r source) amount() string {
	return pick(r, []string{"0", "0.10", "-0.10", "12.50", "9999999999.99"})
}

func (r source) float() float64 {
	return pick(r, []float64{0, 0.1, -0.1, 1e300, 5e-324, 52.520008, 3})
}

func (r source) real() float32 { return pick(r, []float32{0, 0.1, -0.1, 16777217, 3.4e38, 0.3}) }

func (r source) bool() bool { return r.IntN(2) == 0 }

func (r source) bytes() string { return pick(r, []string{`\x`, `\x00`, `\xdeadbeef`, `\xff`}) }

func (r source) document() any {
	return pick(r, []any{
		map[string]any{}, map[string]any{"a": 1}, map[string]any{"a": nil}, map[string]any{"a": map[string]any{"b": []any{1, "x"}}},
		map[string]any{"b": "é\n"}, map[string]any{"a": true, "c": 1.5},
	})
}
