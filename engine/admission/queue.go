// Package admission lets as many operations run at once as there is room for, and tells the others soon that there is
// none.
//
// What more operations than places can do is wait; so the queue is bounded by the time that a wait takes (Little's law:
// who waits w behind places that are left r times a second has r·w before him), not by its length. A burst may wait for
// [Config.Wait]. Where the queue has not been empty for that long it stands: every wait in it delays the answers and
// brings no more of them. Then a wait is bound by a twentieth, the newest is let in first, whose client is the surest to
// listen still, and so until nobody had to be refused for as long. This is CoDel's control of a standing queue (RFC 8289)
// with the adaptive LIFO of Maurer's "Fail at Scale" (ACM Queue 13, 2015); no estimate of how long an operation takes
// enters, which may be a millisecond or ten seconds.
package admission

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrFull says that there is no room: nothing was run.
var ErrFull = errors.New("too many operations at once")

// Config tunes a [Queue].
type Config struct {
	// Limit is how many operations run at once. More than 0. A service of c connections and p processors needs no more
	// than c + p: a further one could only wait for one or the other.
	Limit int
	// More is how many may run beside those at the moment, as where a replica takes part and may leave. It is asked at each
	// entry, by one at a time, and has to be quick. Default nil: none.
	More func() int
	// Wait is the longest wait for a place; 0 refuses at once whoever finds none. Default 100ms: CoDel's interval, a burst
	// that nobody feels.
	Wait time.Duration
}

// NewConfig is a Config of so many places.
func NewConfig(limit int) Config { return Config{Limit: limit, Wait: 100 * time.Millisecond} }

const (
	// standingShare of the wait is what it is bound by in a queue that stands: CoDel's 5 ms of 100.
	standingShare = 20
	// mostWaiting bounds the memory: who waits has a goroutine and holds what it was sent, some ten KB mostly.
	mostWaiting = 1000
)

// Queue is where operations enter. It is safe for concurrent use. Who finds a place takes neither a timer nor memory.
type Queue struct {
	config Config

	mu       sync.Mutex
	running  int
	line     line
	since    time.Time // the line has not been empty since
	standing time.Time // until when the queue counts as standing, unless somebody is refused again
	figures  Stats
}

// Stats is a snapshot of a queue. The counts run since its making.
type Stats struct {
	Limit    int           // operations that may run
	Running  int           // that do
	Waiting  int           // that wait for a place
	Waited   int64         // that were let in after a wait
	WaitTime time.Duration // of those, in all
	Refused  int64         // that were told that there is no room
}

// New returns a queue.
func New(config Config) *Queue { return &Queue{config: config} }

// Stats reads the queue's figures.
func (q *Queue) Stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.figures
	s.Limit, s.Running, s.Waiting = q.limit(), q.running, q.line.length
	return s
}

// Enter lets an operation in, which then has to [Queue.Leave]; or returns ErrFull, or why ctx ended in the wait.
func (q *Queue) Enter(ctx context.Context) error {
	q.mu.Lock()
	if q.running < q.limit() {
		q.running++
		q.mu.Unlock()
		return nil
	}
	now := time.Now()
	if q.config.Wait == 0 || q.line.length >= mostWaiting {
		q.refuse(now)
		q.mu.Unlock()
		return ErrFull
	}
	if q.line.length == 0 {
		q.since = now
	}
	bound := q.config.Wait
	if q.stands(now) {
		bound /= standingShare
	}
	w := &waiter{place: make(chan struct{})}
	q.line.push(w)
	q.mu.Unlock()
	return q.wait(ctx, w, now, bound)
}

func (q *Queue) wait(ctx context.Context, w *waiter, start time.Time, bound time.Duration) error {
	timer := time.NewTimer(bound)
	defer timer.Stop()
	var err error
	select {
	case <-w.place:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-timer.C:
		err = ErrFull
	}
	now := time.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case err == nil || w.admitted && errors.Is(err, ErrFull): // the place came with the end of the wait
		q.figures.Waited++
		q.figures.WaitTime += now.Sub(start)
		return nil
	case w.admitted:
		q.leave(now)
		return err
	case errors.Is(err, ErrFull):
		q.refuse(now)
	}
	q.line.remove(w)
	return err
}

// refuse counts. A queue in which somebody is refused after it stood does so for as long again.
func (q *Queue) refuse(now time.Time) {
	if q.stands(now) {
		q.standing = now.Add(q.config.Wait)
	}
	q.figures.Refused++
}

func (q *Queue) limit() int {
	if q.config.More == nil {
		return q.config.Limit
	}
	return q.config.Limit + q.config.More()
}

func (q *Queue) stands(now time.Time) bool {
	return now.Before(q.standing) || q.line.length > 0 && now.Sub(q.since) >= q.config.Wait
}

// Leave gives a place back.
func (q *Queue) Leave() {
	q.mu.Lock()
	if q.line.length == 0 {
		q.running--
	} else {
		q.leave(time.Now())
	}
	q.mu.Unlock()
}

// leave hands a place on to one who waits, if anyone does and the place is still one.
func (q *Queue) leave(now time.Time) {
	w := q.line.oldest
	if q.stands(now) {
		w = q.line.newest
	}
	if w == nil || q.running > q.limit() {
		q.running--
		return
	}
	q.line.remove(w)
	w.admitted = true
	close(w.place)
}
