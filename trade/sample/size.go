package sample

import (
	"fmt"
	"strings"
)

// Size is how much data is made.
type Size int

// The sizes.
const (
	// Small is the classic order desk: 91 customers, 830 orders, some 2,150 lines.
	Small Size = iota
	// Micro is a mid-sized firm: 10,000 customers, 50,000 orders, some 309,000 lines.
	Micro
	// Large is Micro with ten times the orders.
	Large
)

// sizeNames are the names by Size.
var sizeNames = [...]string{Small: "small", Micro: "micro", Large: "large"}

// String returns the name that [ParseSize] reads.
func (s Size) String() string { return sizeNames[s] }

// ParseSize reads small, micro or large.
func ParseSize(name string) (Size, error) {
	for s, n := range sizeNames {
		if n == name {
			return Size(s), nil
		}
	}
	return 0, fmt.Errorf("no sample data of size %q: it is one of %s", name, strings.Join(sizeNames[:], ", "))
}

// shape is the number of rows of each table.
type shape struct {
	territories, employees, suppliers, products, customers, orders int
	// span is the number of reports of a manager.
	span int
	// bands say how many lines orders have.
	bands []band
}

// band gives a share of the orders between from and to lines, each number as often as the others.
type band struct {
	percent, from, to int
}

// shape returns the number of rows of each table. The bands of the larger sizes are those of a published comparison of
// database layers, so that measurements can be set side by side; the small size has Northwind's 2.6 lines an order.
func (s Size) shape() shape {
	wide := []band{{60, 1, 4}, {20, 5, 10}, {15, 11, 17}, {5, 18, 25}}
	return [...]shape{
		Small: {territories: 53, employees: 9, suppliers: 29, products: 77, customers: 91, orders: 830, span: 2,
			bands: []band{{97, 1, 4}, {3, 5, 7}}},
		Micro: {territories: 240, employees: 200, suppliers: 1_000, products: 5_000, customers: 10_000, orders: 50_000, span: 5,
			bands: wide},
		Large: {territories: 240, employees: 200, suppliers: 1_000, products: 5_000, customers: 10_000, orders: 500_000, span: 5,
			bands: wide},
	}[s]
}
