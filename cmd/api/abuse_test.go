package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/limit"
	"cambium/ent/schema"
)

// shape is a request that is meant to cost much.
type shape struct {
	query     string
	variables any
	body      string // instead of both
	code      string // of the first error; empty for an answer
	ran       bool   // PostgreSQL is asked, so that the answer needs it
}

func repeat(format string, n int) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%") {
			fmt.Fprintf(&b, format, i)
		} else {
			b.WriteString(format)
		}
	}
	return b.String()
}

// nested is a value within n others.
func nested(before, inner, after string, n int) string {
	return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
}

func listOf(n int, element any) []any {
	l := make([]any, n)
	for i := range l {
		l[i] = element
	}
	return l
}

func shapes() map[string]shape {
	deepFilter := json.RawMessage(nested(`{"customer":{"orders":{"some":`, `{"freight":{"gt":"1"}}`, `}}}`, 8))
	const filtered = `query($w: OrderWhere) { orders(where: $w) { totalCount } }`
	const refusedBody = "BAD_REQUEST"
	const invalid, parse = "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"
	return map[string]shape{
		"a field 50,000 times":                  {query: `{ ` + repeat("__typename ", 50_000) + `}`, code: "TOKEN_LIMIT"},
		"a field as often as tokens allow":      {query: `{ ` + repeat("__typename ", 1990) + `}`, code: "DOCUMENT_TOO_COMPLEX"},
		"many fields at the root":               {query: `{ ` + repeat("version ", 100) + `}`, code: limit.RootFields},
		"many aliases at the root":              {query: `{ ` + repeat("a%d: version ", 500) + `}`, code: limit.RootFields},
		"many aliases below":                    {query: `{ orders(first: 1) { nodes { ` + repeat("a%d: freight ", 500) + `} } }`, code: limit.Aliases},
		"pages under many aliases":              {query: `{ customers(first: 20) { nodes { ` + repeat("a%d: orders(first: 50) { nodes { id } } ", 40) + `} } }`, code: limit.Cost},
		"deep nesting":                          {query: nested("{ orders { nodes { customer ", "{ id }", " } } }", 100), code: limit.Depth},
		"fragments that double":                 {query: `{ ...G0 ...H0 } ` + doubling(20), code: "DOCUMENT_TOO_COMPLEX"},
		"fragments in a circle":                 {query: `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }`, code: invalid},
		"a fragment spread again and again":     {query: `{ ` + repeat("...A ", 900) + `} fragment A on Query { version }`, code: "DOCUMENT_TOO_COMPLEX"},
		"directives on a field":                 {query: `{ version ` + repeat("@skip(if: false) ", 200) + `}`, code: limit.Directives},
		"directives that nobody knows":          {query: `{ version ` + repeat("@x%d ", 900) + `}`, code: limit.Directives},
		"a nested filter in variables":          {query: filtered, variables: map[string]any{"w": deepFilter}, code: limit.FilterDepth},
		"a nested filter in the document":       {query: `{ orders(where: ` + nested("{ not: ", `{ freight: { gt: "1" } }`, " }", 40) + `) { totalCount } }`, code: limit.FilterDepth},
		"many conditions in variables":          {query: filtered, variables: map[string]any{"w": map[string]any{"or": listOf(900, map[string]any{"freight": map[string]any{"gt": "1"}})}}, code: limit.Conditions},
		"more alternatives than a list has":     {query: filtered, variables: map[string]any{"w": map[string]any{"or": listOf(5000, map[string]any{})}}, code: limit.ListLength},
		"a list of 50,000 values":               {query: `query($i: [Decimal!]) { orders(where: { freight: { in: $i } }) { totalCount } }`, variables: map[string]any{"i": listOf(50_000, "1")}, code: limit.ListLength},
		"50,000 ids":                            {query: `query($i: [ID!]!) { nodes(ids: $i) { id } }`, variables: map[string]any{"i": listOf(50_000, "T3JkZXI6MQ")}, code: limit.ListLength},
		"101 ids":                               {query: `query($i: [ID!]!) { nodes(ids: $i) { id } }`, variables: map[string]any{"i": listOf(101, "T3JkZXI6MQ")}, code: limit.ListLength},
		"the largest page":                      {query: `{ orders(first: 2147483647) { nodes { id } } }`, code: "PAGE_LIMIT"},
		"a page of MaxInt64":                    {query: `{ orders(first: 9223372036854775807) { nodes { id } } }`, code: "PAGE_LIMIT"},
		"a page of MaxInt64 in a variable":      {query: `query($n: Int) { orders(first: $n) { nodes { id } } }`, variables: map[string]any{"n": json.Number("9223372036854775807")}, code: invalid},
		"pages in pages in pages":               {query: `{ customers(first: 100) { nodes { orders(first: 100) { nodes { lines(first: 100) { nodes { id } } } } } } }`, code: limit.Cost},
		"pages in pages by variables":           {query: `query($n: Int) { customers(first: $n) { nodes { orders(first: $n) { nodes { lines(first: $n) { nodes { id } } } } } } }`, variables: map[string]any{"n": 100}, code: limit.Cost},
		"counts in counts":                      {query: `{ customers(first: 100) { nodes { orders(first: 50) { totalCount nodes { lines { totalCount } } } } } }`, code: limit.Cost},
		"deep introspection":                    {query: `{ __schema { types { fields { type ` + nested("{ ofType ", "{ name }", " }", 60) + ` } } } }`, code: limit.Depth},
		"introspection":                         {query: `{ __schema { types { name fields { name type { name } } } } }`, code: invalid},
		"bad UTF-8":                             {body: "{\"query\":\"{ version }\",\"operationName\":\"\xff\xfe\"}", code: refusedBody},
		"a lone surrogate":                      {body: `{"query":"{ version } # \ud800"}`, code: refusedBody},
		"NUL":                                   {query: `query($c: String!) { customerByCode(code: $c) { id } }`, variables: map[string]any{"c": "a\x00b"}, code: "BAD_USER_INPUT"},
		"a number without end":                  {body: `{"query":"query($n: Decimal) { orders(where: { freight: { gt: $n } }) { totalCount } }","variables":{"n":1e999999999}}`, code: "BAD_USER_INPUT"},
		"a number of 200,000 digits":            {query: `query($n: Decimal) { orders(where: { freight: { gt: $n } }) { totalCount } }`, variables: map[string]any{"n": strings.Repeat("9", 200_000)}, code: "BAD_USER_INPUT"},
		"a literal of 100,000 digits":           {query: `{ orders(offset: ` + strings.Repeat("9", 100_000) + `) { totalCount } }`, code: invalid},
		"100,000 brackets":                      {body: `{"query":"{ version }","variables":{"a":` + strings.Repeat("[", 100_000), code: refusedBody},
		"100,000 objects":                       {body: `{"query":"{ version }","variables":` + strings.Repeat(`{"a":`, 100_000), code: refusedBody},
		"duplicate keys":                        {body: `{"query":"{ version }","query":"{ version }"}`, code: refusedBody},
		"a batch":                               {body: `[` + strings.TrimSuffix(repeat(`{"query":"{ version }"},`, 1000), ",") + `]`, code: refusedBody},
		"a long body":                           {body: `{"query":"` + strings.Repeat(" ", 2<<20) + `"}`, code: "BODY_TOO_LARGE"},
		"900 KB of commas":                      {query: `{ version ` + strings.Repeat(",", 900_000) + `}`},
		"600 KB of comments":                    {query: `{ version ` + strings.Repeat("#\n", 300_000) + `}`, code: "TOKEN_LIMIT"},
		"a block string of 600 KB":              {query: `{ customerByCode(code: """` + strings.Repeat("\n ", 300_000) + `""") { id } }`, ran: true},
		"an unknown field of 900 KB":            {query: `{ ` + strings.Repeat("x", 900_000) + ` }`, code: invalid},
		"an operation name of 900 KB":           {body: `{"query":"query A { version }","operationName":"` + strings.Repeat("x", 900_000) + `"}`, code: invalid},
		"many operations":                       {body: `{"query":"` + repeat("query Q%d { version } ", 390) + `","operationName":"Q1"}`},
		"many variables":                        {query: `query(` + repeat("$v%d: Int ", 390) + `) { version }`, code: invalid},
		"many orders":                           {query: `{ orders(orderBy: [` + repeat("{ freight: ASC } ", 100) + `]) { totalCount } }`, code: limit.ListLength, ran: true},
		"a pattern of 900 KB":                   {query: `query($p: String) { customers(where: { companyName: { contains: $p } }) { totalCount } }`, variables: map[string]any{"p": strings.Repeat("%_", 450_000)}, code: "BAD_USER_INPUT"},
		"a search for 100,000 words":            {query: `query($s: String) { products(search: $s) { totalCount } }`, variables: map[string]any{"s": strings.Repeat("a ", 100_000)}, code: "BAD_USER_INPUT"},
		"a search of as many words as it takes": {query: `query($s: String) { products(search: $s) { totalCount nodes { id } } }`, variables: map[string]any{"s": strings.Repeat("a OR -b ", 60)}, ran: true},
		"the last page":                         {query: `{ orders(offset: 2147483647, first: 100) { nodes { id } } }`, ran: true},
		"syntax that never ends":                {query: strings.Repeat("{ a ", 990), code: parse},
	}
}

func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "fragment G%[1]d on Query { ...G%[2]d ...H%[2]d } fragment H%[1]d on Query { ...G%[2]d ...H%[2]d } ", i, i+1)
	}
	fmt.Fprintf(&b, "fragment G%[1]d on Query { version } fragment H%[1]d on Query { version }", n)
	return b.String()
}

// The bounds of what one request may cost the server and its client.
const (
	mostTime  = 50 * time.Millisecond
	mostBytes = 64 << 10
)

// Traps: one 550 KB document, nested filters in variables, lists without first, nodes(ids: 50,000), 100 MB bodies. In the
// stock stack they took from seconds to a minute of CPU, without a login.
func TestAbuse(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	token := signed(t, "2", schema.RoleAdmin)
	all := shapes()
	require.GreaterOrEqual(t, len(all), 28)
	for name, s := range all {
		if s.body == "" {
			body, err := json.Marshal(map[string]any{"query": s.query, "variables": s.variables})
			require.NoError(t, err)
			s.body = string(body)
		}
		var r reply
		took := time.Hour
		for range 8 { // the machine is shared: the quietest run is what the request costs
			r = f.send(t, post(t, token, s.body))
			took = min(took, r.took)
			if took < mostTime/2 {
				break
			}
		}
		assert.Less(t, took, mostTime, name)
		assert.Less(t, len(r.body), mostBytes, name)
		harmless(t, name, r)
		if s.code == "" {
			assert.Empty(t, r.codes(), "%s: %.300s", name, r.body)
			continue
		}
		if assert.NotEmpty(t, r.codes(), "%s: %.300s", name, r.body) {
			assert.Equal(t, s.code, r.codes()[0], "%s: %.300s", name, r.body)
		}
	}
}

// harmless checks what holds for every reply: no failure of the server's, no SQL.
func harmless(t testing.TB, name string, r reply) {
	t.Helper()
	assert.Less(t, r.status, http.StatusInternalServerError, "%s: %.300s", name, r.body)
	for _, told := range []string{"SQLSTATE", "INTERNAL", "panic", "goroutine", "SELECT", "pgx", "pq:"} {
		assert.NotContains(t, r.body, told, name)
	}
}

// endless is a body that does not end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestAbuseByBodiesThatDoNotEnd(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	body := new(endless)
	request := post(t, "", "")
	request.Body, request.ContentLength = io.NopCloser(body), -1
	r := f.send(t, request)
	assert.Equal(t, []string{"BODY_TOO_LARGE"}, r.codes())
	assert.Less(t, body.read, 3<<20)
	announced := post(t, "", "")
	announced.Body, announced.ContentLength = io.NopCloser(new(endless)), 100<<20
	r = f.send(t, announced)
	assert.Equal(t, []string{"BODY_TOO_LARGE"}, r.codes())
	assert.Less(t, r.took, mostTime)
}

// What a limit refuses never reaches PostgreSQL: it is refused while that is away.
func TestLimitsComeBeforeSQL(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	token := signed(t, "2", schema.RoleAdmin)
	require.NoError(t, f.db.Close())
	require.NotEmpty(t, f.ask(t, token, `{ orders { totalCount } }`, nil).codes(), "there is no database")
	for name, s := range shapes() {
		if s.query == "" || s.ran || s.code == "" {
			continue
		}
		if r := f.ask(t, token, s.query, s.variables); assert.NotEmpty(t, r.codes(), name) {
			assert.Equal(t, s.code, r.codes()[0], name)
		}
	}
}
