package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// arrivals are requests of many clients, none of which waits for another: so many come in a second, however long the answers
// take (an open loop, with exponential gaps). A time is counted from when its request was to be sent.
type arrivals struct {
	rate   float64 // in a second
	period time.Duration
	seed   uint64
}

// outcomes are what came of them.
type outcomes struct {
	period   time.Duration
	answered []time.Duration // how long each took, in order of length
	refused  []time.Duration
	failed   int
	failure  string // of one that failed
}

// run has them come. Each is asked with its number.
func (a arrivals) run(ctx context.Context, ask func(context.Context, uint64) (outcome, []byte)) outcomes {
	var mu sync.Mutex
	result := outcomes{period: a.period}
	var open sync.WaitGroup
	random := rand.New(rand.NewPCG(a.seed, 0)) //nolint:gosec // the same arrivals each time
	begin := time.Now()
	wait := time.NewTimer(0)
	defer wait.Stop()
	n := uint64(0)
	for due := time.Duration(0); due < a.period && ctx.Err() == nil; due += time.Duration(random.ExpFloat64() / a.rate * float64(time.Second)) {
		if early := due - time.Since(begin); early > 0 {
			wait.Reset(early)
			select {
			case <-wait.C:
			case <-ctx.Done():
			}
		}
		n++
		number := n
		open.Go(func() {
			outcome, text := ask(ctx, number)
			took := time.Since(begin) - due
			mu.Lock()
			defer mu.Unlock()
			switch outcome {
			case answered:
				result.answered = append(result.answered, took)
			case refused:
				result.refused = append(result.refused, took)
			default:
				result.failed++
				result.failure = string(text)
			}
		})
	}
	open.Wait()
	slices.Sort(result.answered)
	slices.Sort(result.refused)
	return result
}

// within is how many were answered in a second, each within a bound.
func (o outcomes) within(bound time.Duration) float64 {
	n, _ := slices.BinarySearch(o.answered, bound)
	return float64(n) / o.period.Seconds()
}

// quantile is that of times in order.
func quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[int(q*float64(len(times)-1))]
}

// capacity is how many requests are answered in a second when so many clients ask all the time.
func capacity(ctx context.Context, clients int, period time.Duration, ask func(context.Context, uint64) (outcome, []byte)) float64 {
	ctx, cancel := context.WithTimeout(ctx, period)
	defer cancel()
	var mu sync.Mutex
	done := 0
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			for n := uint64(c); ctx.Err() == nil; n += uint64(clients) {
				if outcome, _ := ask(ctx, n); outcome == answered {
					mu.Lock()
					done++
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	return float64(done) / period.Seconds()
}
