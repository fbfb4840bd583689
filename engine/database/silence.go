package database

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A network that swallows everything looks like a server that thinks. Whoever waits under a context with a deadline is
// freed by that. For all others there is PostgreSQL's own bound: no statement runs longer than the statement timeout, so a
// server that has been silent for longer, with an answer due, is not there.
//
// One goroutine looks after all connections, and a connection only counts its calls: a timer for each statement would cost
// more than the statement's way to the server and back.

const (
	// silenceGrace is what a server may take beyond the statement timeout to say that it has ended a statement.
	silenceGrace = 5 * time.Second
	// looksAtSilence is how often a silence is looked at while it lasts; it is noticed at most one look late.
	looksAtSilence = 8
)

// errSilent is the end of a connection whose server had an answer due.
var errSilent = errors.New("the database server was silent for longer than DATABASE_STATEMENT_TIMEOUT allows")

// longestSilence is how long a server may let us wait; 0 for ever, as the statement timeout says.
func (c Config) longestSilence() time.Duration {
	if c.StatementTimeout == 0 {
		return 0
	}
	return c.StatementTimeout + silenceGrace
}

// listen closes connections whose server is silent for longer than that, until done is closed.
func (s *wires) listen(longest time.Duration, done <-chan struct{}) {
	if longest == 0 {
		return
	}
	look := time.NewTicker(longest / looksAtSilence)
	defer look.Stop()
	seen := map[*wire]silence{}
	for {
		select {
		case <-done:
			return
		case <-look.C:
			s.look(seen, longest, time.Now())
		}
	}
}

// silence is a call that was under way when it was first seen.
type silence struct {
	reads, writes uint32
	since         time.Time
}

func (s *wires) look(seen map[*wire]silence, longest time.Duration, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range seen {
		if _, open := s.all[w]; !open {
			delete(seen, w)
		}
	}
	for w := range s.all {
		reads, writes := w.reads.Load(), w.writes.Load()
		last, known := seen[w]
		switch {
		case reads%2 == 0 && writes%2 == 0 || w.asleep.Load():
			delete(seen, w)
		case !known || last.reads != reads || last.writes != writes:
			seen[w] = silence{reads, writes, now}
		case now.Sub(last.since) >= longest:
			w.silent.Store(true)
			_ = w.Conn.Close() // frees the call; who made it closes the rest
		}
	}
}

// unbound lets the server of a connection be silent.
func (w *wire) unbound() {
	if w != nil {
		w.asleep.Store(true)
	}
}

// silenced names the silence in an error of a connection that was ended for it.
func (w *wire) silenced(ctx context.Context, err error) error {
	if w == nil || !w.silent.Load() || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w: %w", errSilent, err)
}
