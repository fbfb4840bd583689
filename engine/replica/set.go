package replica

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cambium/engine/database"
)

// Set is a primary and its replicas. It is safe for concurrent use. [Open] makes one.
type Set struct {
	db      *database.DB
	primary *primary
	members []*member
	maxLag  time.Duration
	logger  *slog.Logger

	// floor is where the primary was at the start, with everything that the program needs to find: the migrations.
	floor Position
	turn  atomic.Uint32 // who is asked first where several are equally busy

	stop    context.CancelFunc
	looking sync.WaitGroup
}

// Open makes a set of an open primary, which stays the caller's, and its replicas, which need not be up: they are taken
// into the rotation as they come. Pools of replicas are like the primary's. The primary has to answer, and its migrations
// to be applied: no replica is asked that has not replayed them.
func Open(ctx context.Context, db *database.DB, config Config, logger *slog.Logger) (*Set, error) {
	if faults := config.faults(); len(faults) > 0 {
		return nil, &database.ConfigError{Faults: faults}
	}
	floor, err := position(ctx, db)
	if err != nil {
		return nil, err
	}
	s := &Set{
		db: db, primary: &primary{lookout: newLookout(db.Config()), history: history{keep: config.MaxLag}},
		maxLag: config.MaxLag, logger: logger, floor: floor,
	}
	for _, url := range config.URLs {
		of := db.Config()
		of.URL, of.Pooler, of.StartupTimeout = url, database.PoolerAuto, 0
		of.OutageTimeout, of.AcquireTimeout = 0, min(of.AcquireTimeout, lookTimeout)
		s.members = append(s.members, newMember(of))
	}
	looking, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.watch(looking, func() {
		if err := s.primary.observe(looking); err != nil && looking.Err() == nil {
			logger.DebugContext(looking, "the primary cannot be looked at", "cause", err)
		}
	})
	for _, m := range s.members {
		s.watch(looking, func() { m.observe(looking, s.primary, s.maxLag, logger) })
	}
	return s, nil
}

// watch looks at one server until ctx ends. A server that takes its time holds up nobody but itself.
func (s *Set) watch(ctx context.Context, look func()) {
	s.looking.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			look()
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// Close lets go of the replicas. The primary stays open.
func (s *Set) Close() error {
	s.stop()
	s.looking.Wait()
	err := s.primary.lookout.close()
	for _, m := range s.members {
		err = errors.Join(err, m.close())
	}
	return err
}

// States are the replicas as they were seen last, in the order of the configuration.
func (s *Set) States() []State {
	states := make([]State, len(s.members))
	for i, m := range s.members {
		states[i] = *m.state.Load()
	}
	return states
}

// InRotation is how many replicas may be asked at the moment. Unlike States it costs nothing.
func (s *Set) InRotation() (n int) {
	for _, m := range s.members {
		if m.state.Load().InRotation {
			n++
		}
	}
	return n
}

// Query runs one reading statement, as [database.DB.Query] does: on a replica where the context is of a request that may,
// else on the primary. Where a replica fails before its first row, another one is asked, and in the end the primary. While
// that is away, a replica that gets to what has to be seen answers in its place.
func (s *Set) Query(ctx context.Context, sql string, args []any, row func(values [][]byte) error) error {
	for {
		m := s.choose(ctx)
		if m == nil {
			elsewhere := false
			err := s.db.Query(s.orElsewhere(ctx, &elsewhere), sql, args, row)
			if elsewhere {
				continue
			}
			return err
		}
		begun := false
		err := m.db.Load().Query(ctx, sql, args, func(values [][]byte) error {
			begun = true
			return row(values)
		})
		switch {
		case err == nil || begun || ctx.Err() != nil:
			return err
		case database.IsUnavailable(err):
			m.suspend(ctx, err, s.logger)
		case database.IsRetryable(err): // what it replays and what is read were in conflict
			sessionOf(ctx).pinned.Store(true)
		default:
			return err
		}
	}
}

// orElsewhere lets a read of the primary end as soon as a replica may take it over, and says so in elsewhere: the primary
// is away then, and no row was read.
func (s *Set) orElsewhere(ctx context.Context, elsewhere *bool) context.Context {
	if !s.mayLeave(ctx) {
		return ctx
	}
	return database.WithElsewhere(ctx, func() bool {
		*elsewhere = s.choose(ctx) != nil
		return *elsewhere
	})
}

// mayLeave tells whether the reads of a context's request may go to a replica at all.
func (s *Set) mayLeave(ctx context.Context) bool {
	session := sessionOf(ctx)
	return session != nil && !session.pinned.Load() && !s.db.InTx(ctx)
}

// choose is the replica that the next read of a context's request goes to: the one before, or the least busy. It is nil
// where that is the primary.
func (s *Set) choose(ctx context.Context) *member {
	if !s.mayLeave(ctx) {
		return nil
	}
	session := sessionOf(ctx)
	after := max(session.after, s.floor)
	if m := session.member.Load(); m != nil && m.has(after) {
		return m
	}
	turn := int(s.turn.Add(1))
	var chosen *member
	least := 0
	for i := range s.members {
		m := s.members[(turn+i)%len(s.members)]
		if !m.has(after) {
			continue
		}
		if busy := m.db.Load().InUse(); chosen == nil || busy < least {
			chosen, least = m, busy
		}
	}
	session.member.Store(chosen)
	return chosen
}

// WithTx is that of the primary. From its beginning on, the request of the context reads from the primary, and its answer
// will say where the primary was after it.
func (s *Set) WithTx(ctx context.Context, fn func(context.Context) error, opts ...database.TxOption) error {
	session := sessionOf(ctx)
	if session == nil || s.db.InTx(ctx) {
		return s.db.WithTx(ctx, fn, opts...)
	}
	session.pinned.Store(true)
	err := s.db.WithTx(ctx, fn, opts...)
	if err == nil || errors.Is(err, database.ErrCommitUnknown) {
		written, unknown := position(ctx, s.db)
		if unknown != nil {
			written = nowhere
		}
		session.written.Store(uint64(written))
	}
	return err
}

// positionSQL is beyond everything that is committed. What is inserted may not be flushed yet: with synchronous_commit off,
// a commit that is acknowledged is not either. At the end of a page, the insert position is already behind the header of
// the next one, which has 24 bytes, or 40 at the beginning of a segment; no replica gets there before the next record.
const positionSQL = `
SELECT CASE WHEN (flushed - '0/0') % current_setting('wal_block_size')::int = 0 AND inserted - flushed IN (24, 40) THEN flushed ELSE inserted END
FROM (SELECT pg_current_wal_flush_lsn(), pg_current_wal_insert_lsn()) AS log(flushed, inserted)`

// position is where the primary is.
func position(ctx context.Context, db *database.DB) (p Position, err error) {
	err = db.Query(ctx, positionSQL, nil, func(values [][]byte) error {
		p = decodePosition(values[0])
		return nil
	})
	return p, err
}
