package database

import "time"

// Stats is a snapshot of the pool. The counts run since Open.
type Stats struct {
	Max      int32 // connections allowed
	Total    int32 // connections open or being opened
	Acquired int32 // in use
	Idle     int32 // open and not in use
	Opening  int32 // being opened
	Waiting  int32 // callers that want a connection at this moment

	Acquires         int64         // connections handed out
	EmptyAcquires    int64         // handed out after a wait, for another one's or for one to be opened
	EmptyAcquireTime time.Duration // and the time of those waits
	Canceled         int64         // not handed out: given up by the caller, at the acquire timeout, or away
	Exhausted        int64         // of those, refused with ErrPoolExhausted
	Opened           int64         // connections opened
	ExpiredLifetime  int64         // connections closed at the end of their lifetime
	ExpiredIdle      int64         // connections closed for idleness
}

// Stats reads the pool's figures.
func (db *DB) Stats() Stats {
	s := db.pool.Stat()
	return Stats{
		Max:      s.MaxConns(),
		Total:    s.TotalConns(),
		Acquired: s.AcquiredConns(),
		Idle:     s.IdleConns(),
		Opening:  s.ConstructingConns(),
		Waiting:  db.waiting.Load(),

		Acquires:         s.AcquireCount(),
		EmptyAcquires:    db.waits.Load(),
		EmptyAcquireTime: time.Duration(db.waited.Load()),
		Canceled:         db.gaveUp.Load(),
		Exhausted:        db.exhausted.Load(),
		Opened:           s.NewConnsCount(),
		ExpiredLifetime:  s.MaxLifetimeDestroyCount(),
		ExpiredIdle:      s.MaxIdleDestroyCount(),
	}
}

// InUse is how many connections are in use, or are about to be. Unlike Stats it costs nothing.
func (db *DB) InUse() int { return len(db.gate.places) }
