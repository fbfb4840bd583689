package library_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/read"
	"cambium/engine/write"
)

// faults are those of a response, as "CODE field: message".
func faults(t *testing.T, r response) (list []string) {
	t.Helper()
	for _, e := range r.errors {
		var input *write.Error
		var row *read.Error
		switch {
		case errors.As(e, &input):
			list = append(list, input.Code+" "+input.Field.String()+": "+input.Message)
		case errors.As(e, &row):
			list = append(list, row.Code+" "+row.Path.String()+": "+row.Message)
		default:
			list = append(list, e.Error())
		}
	}
	return list
}

// A row that its writer could not see afterwards is not written: the answer would be null where the schema promises a row.
func TestNothingIsWrittenThatCannotBeSeen(t *testing.T) {
	t.Parallel()
	l := filled(t)
	l.data(t, as(t, staff), `mutation { createBranch(input: {key: "far", name: "Far"}) { id } createBook(input: {title: "T", edition: 1, tags: [], isbn: "1"}) { id } }`, nil)
	rows := func() (n int) {
		for _, table := range []string{"members", "books WHERE deleted_at IS NULL"} {
			require.NoError(t, l.DB.Query(t.Context(), "SELECT count(*)::int FROM "+table, nil, func(v [][]byte) error {
				n = n*1000 + int(v[0][3]) + 256*int(v[0][2])
				return nil
			}))
		}
		return n
	}
	before := rows()
	for query, where := range map[string]string{
		`mutation { createMember(input: {name: "M", branch: {connect: {id: "QnJhbmNoOmZhcg"}}}) { name } }`:                                                    "createMember",
		`mutation { x: createMembers(inputs: [{name: "M", branch: {connect: {id: "QnJhbmNoOmZhcg"}}}]) { name } }`:                                             "x[0]",
		`mutation { createBook(input: {title: "gone", edition: 1, tags: [], deletedAt: "2026-01-01T00:00:00Z"}) { title } }`:                                   "createBook",
		`mutation { updateBooks(where: {isbn: {eq: "1"}}, input: {deletedAt: "2026-01-01T00:00:00Z"}) { title } }`:                                             "updateBooks[0]",
		`mutation { upsertBook(by: ISBN, input: {title: "T", edition: 1, tags: [], isbn: "1", deletedAt: "2026-01-01T00:00:00Z"}) { node { title } } }`:        "upsertBook",
		`mutation { upsertBooks(by: ISBN, inputs: [{title: "T", edition: 1, tags: [], isbn: "1", deletedAt: "2026-01-01T00:00:00Z"}]) { n: node { title } } }`: "upsertBooks[0]",
	} {
		r := l.do(t, as(t, north), query, nil)
		assert.Equal(t, []string{"FORBIDDEN " + where + ": what would be written cannot be seen by the viewer"}, faults(t, r), query)
		assert.Nil(t, r.data)
		assert.Equal(t, before, rows(), query)
	}
}

// What the type of a column does not hold is a fault of the input, with its field, among all others: PostgreSQL would stop at
// the first without a name.
func TestColumnTypesHoldInputs(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	r := l.do(t, ctx, `mutation { createBooks(inputs: [{title: "a", edition: 1, tags: [], price: "9999999999.99"}, {title: "b", edition: 40000, tags: [], price: "-9999999999.995"}, {title: "c", edition: 1, tags: [], price: "10000000000"}, {title: "d", edition: 1, tags: [], price: "0.001"}]) { id } }`, nil)
	assert.Equal(t, []string{
		"BAD_USER_INPUT inputs[1].edition: is out of the range of its type",
		"BAD_USER_INPUT inputs[1].price: must have at most 2 digits after the point",
		"BAD_USER_INPUT inputs[2].price: is out of its range",
		"BAD_USER_INPUT inputs[3].price: must have at most 2 digits after the point",
	}, faults(t, r))
	for given, stored := range map[string]string{"9999999999.9900": "9999999999.99", "-9999999999.99": "-9999999999.99", "0.1": "0.10", "-0": "0.00", strings.Repeat("0", 50) + "1": "1.00"} {
		data := l.data(t, ctx, `mutation($t: String!, $p: Decimal) { createBook(input: {title: $t, edition: 1, tags: [], price: $p}) { price } }`, map[string]any{"t": given, "p": given})
		assert.Equal(t, map[string]any{"price": stored}, data["createBook"], given)
	}
}

// A number in JSON keeps its digits; one that could not be read again is refused.
func TestJSONKeepsDigits(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	const create = `mutation($d: JSON) { createBook(input: {title: "J", edition: 1, tags: [], details: $d}) { details } }`
	r := l.do(t, ctx, create, map[string]any{"d": map[string]any{"id": json.Number("12345678901234567890123"), "price": json.Number("1.10"), "list": []any{json.Number("0.1000000000000000055511151231257827")}}})
	require.Empty(t, r.errors)
	for _, digits := range []string{"12345678901234567890123", "1.10", "0.1000000000000000055511151231257827"} {
		assert.Contains(t, r.raw, digits)
	}
	r = l.do(t, ctx, create, map[string]any{"d": map[string]any{"x": json.Number("1e400")}})
	assert.Equal(t, []string{"BAD_USER_INPUT input.details: must be JSON of the field's form"}, faults(t, r))
}

// A fault names the row and the field that it is about, also where one key is how another begins, and where the key of the
// row itself is at fault.
func TestFaultsOfKeys(t *testing.T) {
	t.Parallel()
	l := filled(t)
	ctx := as(t, staff)
	r := l.do(t, ctx, `mutation { createBooks(inputs: [{title: "1", edition: 1, tags: [], isbn: "q) r"}, {title: "2", edition: 1, tags: [], isbn: "q) r"}, {title: "3", edition: 1, tags: [], isbn: "q"}]) { id } }`, nil)
	assert.Equal(t, []string{"CONFLICT inputs[1].isbn: is taken by another row"}, faults(t, r))
	l.data(t, ctx, `mutation { createBranch(input: {key: "k", name: "b"}) { id } createBook(input: {title: "T", edition: 1, tags: [], isbn: "b"}) { id } }`, nil)
	for query, want := range map[string]string{
		`mutation { createBranch(input: {key: "k", name: "b"}) { id } }`:                                                                                        "CONFLICT input.key: is taken by another row",
		`mutation { createBranch(input: {key: "", name: "b"}) { id } }`:                                                                                         "BAD_USER_INPUT input.key: value is less than the required length",
		`mutation { upsertItem(by: NUMBER_AND_BRANCH, input: {number: 1, branch: {create: {key: "n", name: "n"}}, book: {connect: {isbn: "b"}}}) { created } }`: "BAD_USER_INPUT input.branch: is a part of the key: must be connected by its id",
	} {
		assert.Equal(t, []string{want}, faults(t, l.do(t, ctx, query, nil)), query)
	}
}
