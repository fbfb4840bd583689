//go:build race

package load_test

import "cambium/trade/sample"

// sampleSizes leaves out what the race detector makes ten times slower and which has no more goroutines than the rest.
func sampleSizes() []sample.Size { return []sample.Size{sample.Small} }
