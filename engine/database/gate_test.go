package database_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/pgtest"
)

// hole is a way to the database that can be made a black hole for new connections: they are accepted and never answered.
type hole struct {
	net.Listener
	server  string
	swallow atomic.Bool

	mu    sync.Mutex
	conns []net.Conn
	done  sync.WaitGroup
}

// digHole returns the hole, and the URL of the database through it.
func digHole(t *testing.T, database string) (*hole, string) {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h := &hole{Listener: listener, server: u.Host}
	u.Host = listener.Addr().String()
	h.done.Go(h.accept)
	t.Cleanup(func() {
		_ = h.Close()
		h.mu.Lock()
		for _, c := range h.conns {
			_ = c.Close()
		}
		h.mu.Unlock()
		h.done.Wait()
	})
	return h, u.String()
}

func (h *hole) accept() {
	for {
		client, err := h.Accept()
		if err != nil {
			return
		}
		h.keep(client)
		if h.swallow.Load() {
			continue
		}
		server, err := net.Dial("tcp", h.server)
		if err != nil {
			return
		}
		h.keep(server)
		h.done.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
		h.done.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
	}
}

func (h *hole) keep(c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns = append(h.conns, c)
}

// A connection that cannot be opened is waited for as long as any other, and those that are open are handed out meanwhile.
func TestAcquireTimeoutBoundsOpening(t *testing.T) {
	t.Parallel()
	h, address := digHole(t, pgtest.NewDatabase(t))
	db := open(t, address, func(c *database.Config) {
		c.MaxConns, c.AcquireTimeout, c.ConnectTimeout = 2, 200*time.Millisecond, 500*time.Millisecond
	})
	h.swallow.Store(true)
	require.NoError(t, db.WithTx(t.Context(), func(context.Context) error { // the one that is open
		start := time.Now()
		_, err := db.Exec(t.Context(), "SELECT 1")
		require.ErrorIs(t, err, database.ErrUnavailable)
		require.Less(t, time.Since(start), patience/2)
		return nil
	}))
	for range 20 {
		_, err := db.Exec(t.Context(), "SELECT 1")
		require.NoError(t, err)
	}
	h.swallow.Store(false)
	require.Eventually(t, func() bool { // the opening that was given up has failed, and leaves its place
		return db.WithTx(t.Context(), func(context.Context) error {
			_, err := db.Exec(t.Context(), "SELECT 1")
			return err
		}) == nil
	}, patience, 10*time.Millisecond)
	require.Zero(t, db.Stats().Waiting)
}

// However many ask, and whoever gives up, the places come back.
func TestGateUnderCancellation(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 3 })
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%6)*5*time.Millisecond)
			defer cancel()
			_, _ = db.Exec(ctx, "SELECT pg_sleep(0.01)")
			_ = db.WithTx(ctx, func(ctx context.Context) error {
				return db.Driver().Exec(ctx, "SELECT pg_sleep(0.01)", []any{}, nil)
			})
		})
	}
	all.Wait()
	requireIdle(t, db)
	for range 3 { // three at once still have a place each
		held := make(chan struct{})
		ready := make(chan error, 3)
		for range 3 {
			all.Go(func() {
				_ = db.WithTx(t.Context(), func(ctx context.Context) error {
					_, err := db.Exec(ctx, "SELECT 1")
					ready <- err
					<-held
					return nil
				})
			})
		}
		for range 3 {
			require.NoError(t, <-ready)
		}
		close(held)
		all.Wait()
	}
	require.LessOrEqual(t, db.Stats().Total, int32(3))
}

// Who waits for a connection of another one's is counted, and so is how long.
func TestWaitsForAConnectionAreCounted(t *testing.T) {
	t.Parallel()
	const held = 50 * time.Millisecond
	db := setup(t, func(c *database.Config) { c.MaxConns = 1; c.AcquireTimeout = patience })
	before := db.Stats()
	waited := make(chan error)
	require.NoError(t, db.WithTx(t.Context(), func(context.Context) error {
		go func() { waited <- db.Ping(t.Context()) }()
		require.Eventually(t, func() bool { return db.Stats().Waiting == 1 }, patience, time.Millisecond)
		<-time.After(held)
		return nil
	}))
	require.NoError(t, <-waited)
	after := db.Stats()
	require.EqualValues(t, 1, after.EmptyAcquires-before.EmptyAcquires)
	require.GreaterOrEqual(t, after.EmptyAcquireTime-before.EmptyAcquireTime, held)
	require.Zero(t, after.Canceled-before.Canceled)

	require.NoError(t, db.WithTx(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, db.Ping(ctx), database.ErrPoolExhausted)
		return nil
	}))
	require.EqualValues(t, 1, db.Stats().Canceled-after.Canceled)
	require.EqualValues(t, 1, db.Stats().Exhausted-after.Exhausted)
}
