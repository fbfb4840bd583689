package database

import (
	"context"
	"sync"
	"time"
)

// recent is for how long a failure tells something of now. One that comes later begins another outage.
const recent = 5 * time.Second

// outage knows since when the database has been away. It is told by whoever gets no connection, and by whoever opens one; it
// is asked when something fails, never on the way of a statement that works.
type outage struct {
	bearable time.Duration // for how long one is waited for, from its beginning

	mu          sync.Mutex
	since, last time.Time
}

type elsewhereKey struct{}

// WithElsewhere is for work that somebody else may be able to do: while the database is away, it is waited for only until
// there says so, and not at all once it does. there is asked again and again, by one goroutine, and has to be quick.
func WithElsewhere(ctx context.Context, there func() bool) context.Context {
	return context.WithValue(ctx, elsewhereKey{}, there)
}

func elsewhere(ctx context.Context) bool {
	there, ok := ctx.Value(elsewhereKey{}).(func() bool)
	return ok && there()
}

// found notes that the database is away.
func (o *outage) found(now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Sub(o.last) > recent {
		o.since = now
	}
	o.last = now
}

// wait pauses after a failure, and reports whether to try again.
func (o *outage) wait(ctx context.Context, closed <-chan struct{}, wait time.Duration) bool {
	if ctx.Err() != nil || !o.bears(time.Now(), wait) {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-closed:
	}
	return false
}

// bears says that the outage has not lasted for too long, or is over by now.
func (o *outage) bears(now time.Time, wait time.Duration) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bearable > 0 && (o.since.IsZero() || now.Add(wait).Sub(o.since) < o.bearable)
}

// lasts says that the database was away when somebody last looked, which is not long ago.
func (o *outage) lasts() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Since(o.last) <= recent
}

// over is told when a connection was opened.
func (o *outage) over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since, o.last = time.Time{}, time.Time{}
}
