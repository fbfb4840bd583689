package admission

// waiter is one who waits for a place.
type waiter struct {
	place        chan struct{} // closed when there is one
	admitted     bool
	older, newer *waiter
}

// line is those who wait, by their age.
type line struct {
	oldest, newest *waiter
	length         int
}

func (l *line) push(w *waiter) {
	w.older = l.newest
	if l.newest == nil {
		l.oldest = w
	} else {
		l.newest.newer = w
	}
	l.newest = w
	l.length++
}

// remove takes out one who is in the line.
func (l *line) remove(w *waiter) {
	if w.older == nil {
		l.oldest = w.newer
	} else {
		w.older.newer = w.newer
	}
	if w.newer == nil {
		l.newest = w.older
	} else {
		w.newer.older = w.older
	}
	w.older, w.newer = nil, nil
	l.length--
}
