// Package operation says what is measured: the operations, each as a document for Cambium, as one for the stock control
// and as a request to the floor.
package operation

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// Operation is one of the measured operations.
type Operation struct {
	// Name is its number, such as Q1.
	Name string
	// What says in a few words what is asked for.
	What string
	// Document is the GraphQL document for Cambium.
	Document string
	// Stock is the document for ent + entgql + gqlgen: it selects the same values in the stock schema's own words. Empty
	// where those have none.
	Stock string

	// variants makes the variables of the requests.
	variants func(Rows) []Variables
}

// Variables are those of one request, in the three forms.
type Variables struct {
	Cambium, Stock map[string]any
	Floor          url.Values
}

// Rows is what the requests must know of the data: how many rows there are.
type Rows struct {
	Customers, Orders, Products int
	// CambiumCursor and StockCursor are the ends of the first pages of so many customers, for the page that follows.
	CambiumCursor, StockCursor []string
}

// Pages are the sizes of the first pages of customers whose ends are wanted as cursors.
var Pages = []int{1, 10, 50, 90, 100}

// CursorDocument asks for the cursor at the end of a page of customers; both schemas understand it. (Without edges the
// stock control finds no row, and so no cursor.)
const CursorDocument = `query Cursor($n: Int!) { customers(first: $n) { edges { cursor } pageInfo { endCursor } } }`

// Variants returns the variables of the requests that are sent in turn.
func (o Operation) Variants(rows Rows) []Variables {
	if o.variants == nil {
		return []Variables{{}}
	}
	return o.variants(rows)
}

// Body is the body of a POST.
func Body(document string, variables map[string]any) ([]byte, error) {
	request := map[string]any{"query": document}
	if len(variables) > 0 {
		request["variables"] = variables
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	return body, nil
}

// id is an opaque id of Cambium's.
func id(entity string, key int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(entity + ":" + strconv.Itoa(key)))
}

// byID asks for rows spread over a table.
func byID(entity string, count func(Rows) int) func(Rows) []Variables {
	const most = 32
	return func(rows Rows) (list []Variables) {
		n := count(rows)
		for i := range min(most, n) {
			key := 1 + i*n/min(most, n)
			list = append(list, Variables{
				Cambium: map[string]any{"id": id(entity, key)},
				Stock:   map[string]any{"id": strconv.Itoa(key)},
				Floor:   url.Values{"id": {id(entity, key)}},
			})
		}
		return list
	}
}

// afterCursor asks for the pages behind the cursors. The floor's cursor is the id of the last row.
func afterCursor(rows Rows) (list []Variables) {
	for i, n := range Pages {
		n = min(n, rows.Customers)
		v := Variables{Floor: url.Values{"after": {id("Customer", n)}}}
		if rows.CambiumCursor != nil {
			v.Cambium = map[string]any{"after": rows.CambiumCursor[i]}
		}
		if rows.StockCursor != nil {
			v.Stock = map[string]any{"after": rows.StockCursor[i]}
		}
		list = append(list, v)
	}
	return list
}

// filters are half years of orders to large countries.
func filters(Rows) (list []Variables) {
	for _, country := range []string{"Germany", "USA", "France", "Brazil"} {
		for _, month := range []time.Month{time.January, time.July} {
			from := time.Date(2022, month, 1, 0, 0, 0, 0, time.UTC)
			list = append(list, texts(map[string]string{
				"country": country, "freight": "20",
				"from": from.Format(time.RFC3339), "until": from.AddDate(0, 6, 0).Format(time.RFC3339),
			}))
		}
	}
	return list
}

// quarters are those of the three years in the middle of the data.
func quarters(Rows) (list []Variables) {
	const first, years = 2022, 3
	for month := time.January; month <= years*12; month += 3 {
		from := time.Date(first, month, 1, 0, 0, 0, 0, time.UTC)
		list = append(list, texts(map[string]string{
			"from": from.Format(time.RFC3339), "until": from.AddDate(0, 3, 0).Format(time.RFC3339),
		}))
	}
	return list
}

// searches are for words that many products have, and few, in any of two columns.
func searches(Rows) (list []Variables) {
	for _, words := range []string{"butter", "smoked salmon", "wild", "nordic or amber", "maple -figs", "highland"} {
		list = append(list, texts(map[string]string{"words": words}))
	}
	return list
}

// texts are variables that all servers take as they are.
func texts(values map[string]string) Variables {
	v := Variables{Cambium: make(map[string]any), Stock: make(map[string]any), Floor: make(url.Values)}
	for name, value := range values {
		v.Cambium[name], v.Stock[name] = value, value
		v.Floor.Set(name, value)
	}
	return v
}
