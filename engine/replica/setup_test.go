package replica_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/replica"
	"cambium/internal/faultlab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, faultlab.Pipes()) }

// patience bounds a wait for a state that two busy cores may take a while to reach.
const patience = time.Minute

// world is a primary with its standbys, and the set over them.
type world struct {
	t        *testing.T
	primary  *faultlab.Node
	standbys []*faultlab.Node
	db       *database.DB
	set      *replica.Set
}

// start makes a primary with so many standbys, named by letters, each of which tells its name by its cluster_name.
func start(t *testing.T, standbys int) *world {
	t.Helper()
	w := &world{t: t, primary: faultlab.Primary(t, "primary", named("primary"))}
	w.primary.Exec("CREATE TABLE note (n int PRIMARY KEY, said int NOT NULL)")
	for i := range standbys {
		name := string(rune('a' + i))
		w.standbys = append(w.standbys, w.primary.Standby(t, name, named(name)))
	}
	return w
}

// only leaves the standbys out but for one.
func (w *world) only(name string) {
	w.standbys = slices.DeleteFunc(slices.Clone(w.standbys), func(n *faultlab.Node) bool { return n.Name != name })
}

func named(name string) map[string]string { return map[string]string{"cluster_name": name} }

// open opens the set, and waits until all its replicas are in rotation. Connections to a server that is away are given
// up soon.
func (w *world) open(url string, maxLag time.Duration) {
	w.t.Helper()
	config := database.NewConfig(url)
	config.AcquireTimeout, config.MaxConns = 5*time.Second, 8
	w.openWith(config, maxLag)
	w.eventually(func() bool { return w.rotation() == len(w.standbys) })
}

// openWith opens the set over the standbys and further servers.
func (w *world) openWith(config database.Config, maxLag time.Duration, further ...string) {
	w.t.Helper()
	logger := slog.New(slog.DiscardHandler)
	var err error
	w.db, err = database.Open(w.t.Context(), config, logger)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, w.db.Close()) })
	replicas := replica.NewConfig()
	replicas.MaxLag, replicas.URLs = maxLag, further
	for _, s := range w.standbys {
		replicas.URLs = append(replicas.URLs, s.URL())
	}
	w.set, err = replica.Open(w.t.Context(), w.db, replicas, logger)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, w.set.Close()) })
}

func (w *world) rotation() (n int) {
	for _, s := range w.set.States() {
		if s.InRotation {
			n++
		}
	}
	return n
}

func (w *world) eventually(so func() bool) {
	w.t.Helper()
	require.Eventually(w.t, so, patience, 5*time.Millisecond, "%+v", w.set)
}

// request runs fn in a request that brings a position, and returns the one that its answer carries.
func (w *world) request(position string, fn func(ctx context.Context)) string {
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/", nil)
	if position != "" {
		r.Header.Set(replica.Header, position)
	}
	answer := httptest.NewRecorder()
	w.set.Handler(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		fn(r.Context())
		_, _ = out.Write([]byte("done"))
	})).ServeHTTP(answer, r)
	return answer.Header().Get(replica.Header)
}

// reader is the name of the server that answers in ctx.
func (w *world) reader(ctx context.Context) string {
	name, err := w.text(ctx, "SELECT current_setting('cluster_name')")
	require.NoError(w.t, err)
	return name
}

// text is the one value of a query through the set.
func (w *world) text(ctx context.Context, query string, args ...any) (value string, err error) {
	err = w.set.Query(ctx, query, args, func(values [][]byte) error {
		value = string(values[0])
		return nil
	})
	return value, err
}

// reads is the name of the server that answers a request with a position.
func (w *world) reads(position string) (name string) {
	w.request(position, func(ctx context.Context) { name = w.reader(ctx) })
	return name
}

// say stores what is said under n, in a request of its own, and returns its position.
func (w *world) say(n, said int) string {
	return w.request("", func(ctx context.Context) {
		require.NoError(w.t, w.set.WithTx(ctx, func(ctx context.Context) error {
			_, err := w.db.Exec(ctx, "INSERT INTO note VALUES ($1, $2) ON CONFLICT (n) DO UPDATE SET said = excluded.said", n, said)
			return err
		}))
	})
}

// said is what a request with a position finds under n.
func (w *world) said(position string, n int) (said string) {
	w.request(position, func(ctx context.Context) {
		var err error
		said, err = w.text(ctx, "SELECT said::text FROM note WHERE n = $1", n)
		require.NoError(w.t, err)
	})
	return said
}
