package graph_test

import (
	"testing"

	"cambium/internal/desktest"
)

// What an operation costs this process: executor, plan, statement and rendering, without HTTP.
func BenchmarkRead(b *testing.B) {
	desk := desktest.Northwind(b)
	for name, query := range map[string]string{
		"one":    `{ customerByCode(code: "ALFKI") { id code companyName city } }`,
		"page":   `{ customers(first: 50) { nodes { id code companyName city country phone } } }`,
		"nested": `{ customers(first: 20) { nodes { companyName orders(first: 5) { nodes { orderedAt freight lines(first: 10) { nodes { quantity unitPrice discount product { name } } } } } } } }`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				desk.Run(b, query)
			}
		})
	}
}
