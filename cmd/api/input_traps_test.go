package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/ent/schema"
)

// refusedInput sends inputs of new categories, each of which is refused, and sees that nothing was written.
func refusedInput(t *testing.T, code string, bodies map[string]string) {
	t.Helper()
	f := newFront(t, nil)
	admin := signed(t, "2", schema.RoleAdmin)
	count := func() string {
		return f.ask(t, admin, `{ categories { totalCount } products(first: 1) { totalCount nodes { unitPrice } } }`, nil).body
	}
	before := count()
	for name, body := range bodies {
		got := f.send(t, post(t, admin, body))
		require.NotEmpty(t, got.codes(), "%s: %s", name, got.body)
		for _, c := range got.codes() {
			assert.Equal(t, code, c, "%s: %s", name, got.body)
		}
		harmless(t, name, got)
	}
	assert.Equal(t, before, count())
}

// created is the body of an operation that creates a category, with its variables as they are.
func created(variables string) string {
	const query = `"mutation($name: String!, $d: String) { createCategory(input: {name: $name, description: $d}) { id } }"`
	return `{"query":` + query + `,"variables":` + variables + `}`
}

// Trap: NUL in a string. In the stock stack it reached PostgreSQL and came back as a raw SQLSTATE 22021.
func TestTrapNULInAString(t *testing.T) {
	t.Parallel()
	refusedInput(t, "BAD_USER_INPUT", map[string]string{
		"in a variable":     created(`{"name":"a\u0000b"}`),
		"in another":        created(`{"name":"a","d":"\u0000"}`),
		"in the document":   `{"query":"mutation { createCategory(input: {name: \"a\\u0000b\"}) { id } }"}`,
		"in a whole object": `{"query":"mutation($i: CategoryCreateInput!) { createCategory(input: $i) { id } }","variables":{"i":{"name":"\u0000"}}}`,
	})
}

// Trap: invalid UTF-8 and lone surrogates. In the stock stack they were stored as U+FFFD.
func TestTrapInvalidUTF8(t *testing.T) {
	t.Parallel()
	refusedInput(t, "BAD_REQUEST", map[string]string{
		"a byte of none":          created("{\"name\":\"a\xffb\"}"),
		"a surrogate in UTF-8":    created("{\"name\":\"\xed\xa0\x80\"}"),
		"the first half":          created(`{"name":"\ud83d"}`),
		"the second half":         created(`{"name":"\ude00"}`),
		"the halves turned round": created(`{"name":"\ude00\ud83d"}`),
	})
}

// Trap: duplicate JSON keys and trailing bytes. In the stock stack the last key won, and what trailed was accepted.
func TestTrapDuplicateKeysAndTrailingBytes(t *testing.T) {
	t.Parallel()
	refusedInput(t, "BAD_REQUEST", map[string]string{
		"a variable twice":          created(`{"name":"a","name":"b"}`),
		"a variable twice, escaped": created(`{"name":"a","n\u0061me":"b"}`),
		"the variables twice":       created(`{"name":"a"},"variables":{"name":"b"}`),
		"a second body":             created(`{"name":"a"}`) + created(`{"name":"b"}`),
		"a trailing byte":           created(`{"name":"a"}`) + "x",
	})
}

// Trap: numbers that are not finite. In the stock stack "NaN" was stored through a variable, and every later read of the
// row was an error.
func TestTrapNonFiniteNumbers(t *testing.T) {
	t.Parallel()
	bodies := make(map[string]string)
	for _, number := range []string{`"NaN"`, `"nan"`, `"Infinity"`, `"-Infinity"`, `"inf"`, `"1e400"`, `1e999`, `true`, `[]`, `{}`} {
		bodies[number] = `{"query":"mutation($n: Decimal!) { updateProduct(id: \"UHJvZHVjdDox\", input: {unitPrice: $n}) { id } }","variables":{"n":` + number + `}}`
	}
	refusedInput(t, "BAD_USER_INPUT", bodies)
}
