package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"
)

// family is the series of a metric by their labels. There are no more than most of them: what comes after that shares the
// series of others, for a label may be a client's to choose.
type family[K comparable, S any] struct {
	most  int
	fresh func(K) S
	other func(K) K // what a key counts as where there is no more room
	keep  func(K) K // what is kept of a key that is new; nil keeps it as it is

	mu    sync.Mutex
	known atomic.Pointer[map[K]S] // replaced, never changed
}

func newFamily[K comparable, S any](most int, fresh func(K) S, other func(K) K) *family[K, S] {
	f := &family[K, S]{most: most, fresh: fresh, other: other}
	f.known.Store(&map[K]S{})
	return f
}

// of returns the series of a key.
func (f *family[K, S]) of(key K) S {
	if s, ok := (*f.known.Load())[key]; ok {
		return s
	}
	return f.add(key)
}

func (f *family[K, S]) add(key K) S {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := *f.known.Load()
	if len(known) >= f.most {
		key = f.other(key)
	}
	if s, ok := known[key]; ok {
		return s
	}
	if f.keep != nil {
		key = f.keep(key)
	}
	s := f.fresh(key)
	next := maps.Clone(known)
	next[key] = s
	f.known.Store(&next)
	return s
}

// reserve makes the series of a key that is known beforehand, whatever room there is for others.
func (f *family[K, S]) reserve(key K) {
	f.mu.Lock()
	if _, ok := (*f.known.Load())[key]; !ok {
		f.most++
	}
	f.mu.Unlock()
	f.of(key)
}
