package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"cambium/engine/database"
)

// Header is the header that a client sends a key in.
const Header = "Idempotency-Key"

var (
	// ErrReused says that another request was run under the key.
	ErrReused = errors.New("the idempotency key was used for another request")
	// ErrKey says that the text is no key.
	ErrKey = errors.New("an idempotency key is 1 to 255 visible ASCII characters")
	// ErrUnserved says that no table of keys was declared.
	ErrUnserved = errors.New("idempotency keys are not served here")
)

// longestKey is what common clients and servers agree on.
const longestKey = 255

// Keys are kept for a day: longer than any client tries again. What is older is removed, at most once in ten minutes by each
// process, so many at once that a removal takes milliseconds.
const (
	kept       = "interval '24 hours'"
	sweepEvery = 10 * time.Minute
	sweepMost  = "1000"
)

// Store is the table of the keys. It is safe for concurrent use.
type Store struct {
	db    *database.DB
	now   func() time.Time
	swept atomic.Int64 // when, in seconds

	replays atomic.Int64

	claim, look, finish, sweep string
}

// New returns the store whose table is that of an entity with [Mixin]. Now is the clock.
func New(db *database.DB, table string, now func() time.Time) *Store {
	t := `"` + strings.ReplaceAll(table, `"`, `""`) + `"`
	return &Store{
		db: db, now: now,
		claim: "INSERT INTO " + t + " AS k (" + columnID + ", " + columnRequest + ", " + columnAt + ") VALUES ($1, $2, now()) ON CONFLICT (" + columnID + ") " +
			"DO UPDATE SET " + columnRequest + " = excluded." + columnRequest + ", " + columnAnswer + " = NULL, " + columnAt + " = now() " +
			"WHERE k." + columnAt + " < now() - " + kept + " RETURNING true",
		look:   "SELECT " + columnRequest + ", " + columnAnswer + " FROM " + t + " WHERE " + columnID + " = $1",
		finish: "UPDATE " + t + " SET " + columnAnswer + " = $2 WHERE " + columnID + " = $1",
		sweep: "DELETE FROM " + t + " WHERE " + columnID + " IN (SELECT " + columnID + " FROM " + t + " WHERE " + columnAt + " < now() - " + kept +
			" ORDER BY " + columnAt + " LIMIT " + sweepMost + " FOR UPDATE SKIP LOCKED)",
	}
}

// Key is a key of a viewer's, with the request that came with it.
type Key struct {
	id      string
	request []byte
}

// NewKey returns the key that a viewer sent with a request, which is what is to be the same when it comes again.
func NewKey(viewer, key string, request ...[]byte) (Key, error) {
	visible := func(r rune) bool { return r < '!' || r > '~' }
	if key == "" || len(key) > longestKey || strings.ContainsFunc(key, visible) {
		return Key{}, ErrKey
	}
	id := sha256.Sum256([]byte(viewer + "\x00" + key))
	h := sha256.New()
	for _, part := range request {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return Key{hex.EncodeToString(id[:]), h.Sum(nil)}, nil
}

// Claim takes the key in the transaction of the context, or returns the answer that was given to the same request before.
// Who comes with a key that another transaction has just taken waits for its end.
//
// The answer is that of a transaction which may not have reached a synchronous standby: after a crash PostgreSQL shows what it
// had committed by itself. DO UPDATE locks the row whatever its WHERE says, so that this transaction too has a commit to wait for,
// behind the other one.
func (s *Store) Claim(ctx context.Context, k Key) (answer []byte, replayed bool, err error) {
	for {
		claimed := false
		err := s.db.Query(ctx, s.claim, []any{k.id, k.request}, func([][]byte) error {
			claimed = true
			return nil
		})
		if err != nil || claimed {
			return nil, false, err
		}
		var request []byte
		found := false
		err = s.db.Query(ctx, s.look, []any{k.id}, func(row [][]byte) error {
			found, request, answer = true, bytes.Clone(row[0]), bytes.Clone(row[1])
			return nil
		})
		switch {
		case err != nil:
			return nil, false, err
		case found && !bytes.Equal(request, k.request):
			return nil, false, ErrReused
		case found:
			s.replays.Add(1)
			return answer, true, nil
		}
		// It was removed in between, being a day old: the key is free.
	}
}

// Replays is how many answers were repeated.
func (s *Store) Replays() int64 { return s.replays.Load() }

// Finish stores the answer in the transaction that has claimed the key.
func (s *Store) Finish(ctx context.Context, k Key, answer []byte) error {
	if _, err := s.db.Exec(ctx, s.finish, k.id, answer); err != nil {
		return fmt.Errorf("store answer: %w", err)
	}
	now := s.now().Unix()
	if last := s.swept.Load(); now-last >= int64(sweepEvery/time.Second) && s.swept.CompareAndSwap(last, now) {
		database.AfterCommit(ctx, func(ctx context.Context) {
			_, _ = s.db.Exec(ctx, s.sweep) // what is left is removed the next time
		})
	}
	return nil
}
