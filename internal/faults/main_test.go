package faults

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"cambium/internal/apitest"
	"cambium/internal/faultlab"
)

// How much is done; `make test-faults` gives more.
var (
	leastWrites = flag.Int64("faults.writes", 1500, "writes to be acknowledged under faults, at least")
	leastKills  = flag.Int("faults.kills", 7, "faults, at least")
	restarts    = flag.Int("faults.restarts", 3, "rolling restarts")
	races       = flag.Int64("faults.races", 2000, "transactions that race for rows, of each kind")
	seed        = flag.Uint64("faults.seed", 1, "of the order of the faults and their moments")
)

// program is cmd/api, built once. TestMain sets it before any test runs.
var program string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	built, remove, err := apitest.Build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	program = built
	code := m.Run()
	if err := goleak.Find(faultlab.Pipes()); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
