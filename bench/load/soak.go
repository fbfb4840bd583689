package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// mixed asks for what an order desk is asked for: of ten operations eight read, one of them much, and two write, one of
// them under an idempotency key, with which each request is sent twice.
func mixed(c *client) func(context.Context, uint64) (outcome, []byte) {
	page := operation(`query Page($n: Int!) { orders(first: $n, orderBy: [{orderedAt: DESC}]) { totalCount nodes { id orderedAt freight customer { companyName } lines(first: 5) { nodes { quantity unitPrice product { name } } } } } }`, map[string]any{"n": 10})
	deep := operation(`query Deep { customers(first: 20) { nodes { id companyName orders(first: 5) { nodes { id lines(first: 10) { nodes { quantity product { name supplier { companyName } } } } } } } } }`, nil)
	sums := operation(`query Sums { ordersAggregate(groupBy: [{orderedAt: MONTH}], first: 20) { count } }`, nil)
	return func(ctx context.Context, n uint64) (outcome, []byte) {
		switch n % 10 {
		case 0:
			return c.ask(ctx, deep)
		case 1, 2, 3:
			return c.ask(ctx, page)
		case 4:
			return c.ask(ctx, sums)
		case 5:
			return c.ask(ctx, operation(`mutation Address($id: ID!, $address: String!) { updateCustomer(id: $id, input: {address: $address}) { id address version } }`,
				map[string]any{"id": customer(n), "address": strconv.FormatUint(n, 10) + " High Street"}))
		case 6:
			key := "soak-" + strconv.FormatUint(n/20, 10)
			return c.askUnder(ctx, key, operation(`mutation Phone($phone: String!) { updateShipper(id: "U2hpcHBlcjox", input: {phone: $phone}) { id phone } }`, map[string]any{"phone": strconv.FormatUint(n/20, 10)}))
		default:
			return c.ask(ctx, operation(`query One($n: Int!) { products(first: 1, offset: $n) { nodes { id name unitPrice supplier { companyName } category { name } } } }`, map[string]any{"n": n % 50}))
		}
	}
}

// customer is the id of one of the first 91.
func customer(n uint64) string {
	const customers = 91
	return base64.RawStdEncoding.EncodeToString([]byte("Customer:" + strconv.FormatUint(n%customers+1, 10)))
}

// sample is the process at a moment.
type sample struct {
	resident, heap, goroutines, descriptors, connections float64
}

// soak runs mixed load and looks at the process all the time.
func soak(ctx context.Context, d *desk, o options, out io.Writer) (err error) {
	a, err := d.serve(ctx, d.postgres.URL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	const parts = 6
	_, _ = fmt.Fprintf(out, "%g operations in a second, mixed. Medians of each sixth, the most in brackets:\n\n", o.rate)
	_, _ = fmt.Fprintln(out, "| until | answered | refused | failed | p50 | p99 | resident MB | heap MB | goroutines | descriptors | connections |")
	_, _ = fmt.Fprintln(out, "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for part := range parts {
		watching, stop := context.WithCancel(ctx)
		seen := make(chan []sample, 1)
		go func() { seen <- watch(watching, a) }()
		r := arrivals{o.rate, o.period / parts, o.seed + uint64(part)}.run(ctx, mixed(a.client))
		stop()
		samples := <-seen
		if len(samples) == 0 {
			return errors.New("the metrics could not be read")
		}
		cell := func(of func(sample) float64, unit float64) string {
			var values []float64
			for _, s := range samples {
				values = append(values, of(s)/unit)
			}
			slices.Sort(values)
			return fmt.Sprintf("%.0f (%.0f)", values[len(values)/2], values[len(values)-1])
		}
		const mb = 1 << 20
		_, _ = fmt.Fprintf(out, "| %v | %d | %d | %d | %s | %s | %s | %s | %s | %s | %s |\n",
			o.period/parts*time.Duration(part+1), len(r.answered), len(r.refused), r.failed, milliseconds(quantile(r.answered, 0.5)), milliseconds(quantile(r.answered, 0.99)),
			cell(func(s sample) float64 { return s.resident }, mb), cell(func(s sample) float64 { return s.heap }, mb),
			cell(func(s sample) float64 { return s.goroutines }, 1), cell(func(s sample) float64 { return s.descriptors }, 1),
			cell(func(s sample) float64 { return s.connections }, 1))
		if r.failed > 0 {
			_, _ = fmt.Fprintf(out, "one that failed: %.300s\n", r.failure)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// watch looks at the process every few seconds.
func watch(ctx context.Context, a *api) (samples []sample) {
	const every = 5 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if f, err := a.figures(ctx); err == nil {
			samples = append(samples, sample{
				f["process_resident_memory_bytes"], f["go_memstats_heap_alloc_bytes"], f["go_goroutines"], f["process_open_fds"], f["cambium_pool_connections"],
			})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return samples
		}
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/float64(time.Millisecond/time.Microsecond))
}
