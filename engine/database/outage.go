package database

import (
	"context"
	"sync"
	"time"
)

// bearable is for how long an outage is waited for, from its beginning: a restart takes a second or two, a failover a few
// more, and whoever asks in that time gets an answer instead of an error. After that everybody fails at the first try, until
// one gets through: a queue in front of a database that is gone helps nobody.
const bearable = 5 * time.Second

// outage knows since when the database has been away. It is asked and told when something fails, and when a connection was
// opened, never on the way of a statement that works.
type outage struct {
	mu          sync.Mutex
	since, last time.Time
}

// wait notes that the database was found away. It pauses, and reports whether to try again.
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

// bears notes a failure. One that comes after a long time without any begins another outage.
func (o *outage) bears(now time.Time, wait time.Duration) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Sub(o.last) > bearable {
		o.since = now
	}
	o.last = now
	return now.Add(wait).Sub(o.since) < bearable
}

// lasts says that the database was away when somebody last looked, which is not long ago.
func (o *outage) lasts() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Since(o.last) <= bearable
}

// over is told when a connection was opened.
func (o *outage) over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since, o.last = time.Time{}, time.Time{}
}
