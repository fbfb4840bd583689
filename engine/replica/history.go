package replica

import "time"

// history is where the primary's log ended at which time, for as long as it matters. It tells for how long a replica
// has lacked something without a look at anybody's clock, and in a quiet database too, where the time of the last
// transaction says nothing.
type history struct {
	keep    time.Duration
	samples []sample // rising in both
}

type sample struct {
	at  time.Time
	end Position
}

// add notes an end of the log. Positions of before a failover, which may be beyond it, are forgotten.
func (h *history) add(at time.Time, end Position) {
	for len(h.samples) > 0 && h.newest() > end {
		h.samples = h.samples[:len(h.samples)-1]
	}
	if len(h.samples) > 0 && h.newest() == end {
		return
	}
	// The newest of those that are too old stays: it is what a replica that far behind lacks.
	for len(h.samples) > 1 && at.Sub(h.samples[1].at) > h.keep {
		h.samples = h.samples[1:]
	}
	h.samples = append(h.samples, sample{at, end})
}

// newest is the last known end of the log; 0 where none is.
func (h *history) newest() Position {
	if len(h.samples) == 0 {
		return 0
	}
	return h.samples[len(h.samples)-1].end
}

// lag is for how long there has been something that a replica lacks which has replayed so far: 0 if it lacks nothing.
func (h *history) lag(now time.Time, replayed Position) time.Duration {
	for _, s := range h.samples {
		if s.end > replayed {
			return now.Sub(s.at)
		}
	}
	return 0
}
