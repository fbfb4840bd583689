package sample

import (
	"math/bits"
	"math/rand/v2"

	"github.com/brianvoe/gofakeit/v7"
)

// stream keeps the draws of one kind of row apart from another's.
type stream uint64

const (
	streamTerritories stream = iota + 1
	streamEmployees
	streamPairs
	streamShippers
	streamSuppliers
	streamProducts
	streamCustomers
	streamOrders
	streamLines
)

// draw is a source of chance that starts afresh for each row, so that a row is the same whatever was made before it.
type draw struct {
	seed  uint64
	pcg   *rand.PCG
	faker *gofakeit.Faker
}

func newDraw(seed uint64) *draw {
	pcg := rand.NewPCG(0, 0)
	return &draw{seed: seed, pcg: pcg, faker: gofakeit.NewFaker(pcg, false)}
}

// start begins the draws of a row.
func (d *draw) start(s stream, row int) {
	d.pcg.Seed(mix(d.seed^mix(uint64(s))), mix(uint64(row)))
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014): neighbours come out far apart.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// below returns a number from 0 to n-1, each as often as the others. It is not rand.IntN, whose way of drawing may
// change from one Go version to the next.
func (d *draw) below(n int) int {
	high, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(high)
}

// between returns a number from low to high.
func (d *draw) between(low, high int) int { return low + d.below(high-low+1) }

// early returns a number from 0 to n-1, small ones more often: some customers order more than others.
func (d *draw) early(n int) int { return min(d.below(n), d.below(n)) }

// chance is true in so many of a thousand cases.
func (d *draw) chance(perMille int) bool { return d.below(1000) < perMille }

// pick returns one of the choices.
func pick[E any](d *draw, choices []E) E { return choices[d.below(len(choices))] }

// pattern replaces each # of a text by a digit and each ? by a letter.
func (d *draw) pattern(text string) string {
	out := []byte(text)
	for i, b := range out {
		switch b {
		case '#':
			out[i] = byte('0' + d.below(10))
		case '?':
			out[i] = byte('A' + d.below(26))
		}
	}
	return string(out)
}
