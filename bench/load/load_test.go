package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// program is the one that is measured.
var program string

func TestMain(m *testing.M) {
	built, remove, err := apitest.Build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = built
	code := m.Run()
	remove()
	os.Exit(code)
}

// TestOverload is the short form of `make test-load`: five times as much is asked as the pool can do. The bounds are for a
// machine that does other things too.
func TestOverload(t *testing.T) {
	t.Parallel()
	d, err := openDesk(t.Context(), program, os.Getenv, t.Output())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.close(t.Context())) })
	const (
		statement = 100 * time.Millisecond
		most      = 40 // in a second, of four connections
		times     = 5
	)
	pool, load := thePool(statement), arrivals{most * times, 3 * time.Second, 1}

	r, err := pool.offer(t.Context(), d, load, false)
	require.NoError(t, err)
	assert.Zero(t, r.failed, r.failure)
	assert.Greater(t, r.within(listens), float64(most)/2, "goodput")
	assert.Less(t, quantile(r.answered, 0.9), listens, "of what was accepted")
	assert.Greater(t, len(r.refused), len(r.answered))
	assert.Less(t, quantile(r.refused, 0.5), listens/5, "to refuse")

	control, err := pool.offer(t.Context(), d, load, true)
	require.NoError(t, err)
	assert.Less(t, control.within(listens), float64(most)/2, "without admission everybody waits: the measurement sees it")
	assert.Greater(t, quantile(control.answered, 0.5), listens)
}
