package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

func TestAggregates(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	for query, want := range map[string]string{
		`{ ordersAggregate { count sum { freight total } min { orderedAt } max { orderedAt shipCountry } avg { version } } }`: `{"ordersAggregate":[{"count":830,"sum":{"freight":"64942.69","total":"1265793.0395"},` +
			`"min":{"orderedAt":"1996-07-04T00:00:00Z"},"max":{"orderedAt":"1998-05-06T00:00:00Z","shipCountry":"Venezuela"},"avg":{"version":"1.00000000000000000000"}}]}`,
		`{ ordersAggregate(where: { id: { in: [] } }) { __typename count sum { freight } } }`: `{"ordersAggregate":[{"__typename":"OrderAggregate","count":0,"sum":{"freight":null}}]}`,
		`{ orderLinesAggregate { sum { amount } } }`:                                          `{"orderLinesAggregate":[{"sum":{"amount":"1265793.0395"}}]}`,
		`{ ordersAggregate(groupBy: [{ orderedAt: YEAR }, { status: true }]) { group { orderedAt status } count } }`: `{"ordersAggregate":[` +
			`{"group":{"orderedAt":"1996-01-01T00:00:00Z","status":"SHIPPED"},"count":152},` +
			`{"group":{"orderedAt":"1997-01-01T00:00:00Z","status":"SHIPPED"},"count":408},` +
			`{"group":{"orderedAt":"1998-01-01T00:00:00Z","status":"PLACED"},"count":21},` +
			`{"group":{"orderedAt":"1998-01-01T00:00:00Z","status":"SHIPPED"},"count":249}]}`,
		`{ ordersAggregate(groupBy: { customer: { country: true } }, having: { count: { gt: 50 }, sum: { freight: { gt: "9000" } } },
			orderBy: { sum: { freight: DESC } }, first: 2) { group { customer { country } } n: count sum { freight } } }`: `{"ordersAggregate":[` +
			`{"group":{"customer":{"country":"USA"}},"n":122,"sum":{"freight":"13771.29"}},` +
			`{"group":{"customer":{"country":"Germany"}},"n":122,"sum":{"freight":"11283.28"}}]}`,
		`{ customerByCode(code: "ALFKI") { ordersAggregate { count sum { total } } none: ordersAggregate(where: { status: { eq: CANCELLED } }, groupBy: { status: true }) { count } } }`: `{"customerByCode":{"ordersAggregate":[{"count":6,"sum":{"total":"4273.0000"}}],"none":[]}}`,
		`{ orderLinesAggregate(groupBy: { product: { category: { name: true } } }, orderBy: { group: { product: { category: { name: DESC } } } }, first: 1) { group { product { category { name } } } sum { amount quantity } } }`: `{"orderLinesAggregate":[` +
			`{"group":{"product":{"category":{"name":"Seafood"}}},"sum":{"amount":"131261.7375","quantity":"7681"}}]}`,
	} {
		before := desk.Statements()
		r := desk.Do(t, query, nil)
		require.Empty(t, r.Errors, query)
		require.Equal(t, want, r.Raw)
		require.EqualValues(t, 1, desk.Statements()-before)
	}
	for query, message := range map[string]string{
		`{ ordersAggregate(groupBy: { status: true }) { group { shipCountry } } }`:      "shipCountry is not grouped by",
		`{ ordersAggregate(groupBy: { status: false }) { count } }`:                     "must be true",
		`{ ordersAggregate(orderBy: { group: { status: ASC } }) { count } }`:            "is not grouped by",
		`{ ordersAggregate(groupBy: [{ status: true, shipCountry: true }]) { count } }`: "must have exactly one member",
		`{ ordersAggregate(having: { sum: { freight: { gt: null } } }) { count } }`:     "must not be null",
		`{ ordersAggregate(first: 101) { count } }`:                                     "must be from 1 to 100",
	} {
		r := desk.Do(t, query, nil)
		require.Len(t, r.Errors, 1, query)
		require.Contains(t, r.Errors[0].Message, message)
	}
}
