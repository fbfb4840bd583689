//go:build !race

package load_test

import "cambium/trade/sample"

func sampleSizes() []sample.Size { return []sample.Size{sample.Small, sample.Micro} }
