package idempotency_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/idempotency"
	"cambium/internal/faultlab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, faultlab.Pipes()) }

const patience = 20 * time.Second

// A primary that crashed while a commit waited for its standby shows the commit when it is back, which a failover would still
// lose: a repeated request is not answered before the standby has it.
func TestRepeatedAnswersAreAsSafeAsTheFirst(t *testing.T) {
	t.Parallel()
	primary := faultlab.Primary(t, "primary", nil)
	primary.Exec("CREATE TABLE keys (id text PRIMARY KEY, request bytea NOT NULL, answer bytea, created_at timestamptz NOT NULL)")
	standby := primary.Standby(t, "standby", nil)
	primary.Synchronous(standby)
	config := database.NewConfig(primary.URL())
	config.OutageTimeout = patience
	db, err := database.Open(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	store := idempotency.New(db, "keys", time.Now)
	key, err := idempotency.NewKey("viewer", "key", []byte("request"))
	require.NoError(t, err)
	send := func() <-chan error {
		done := make(chan error, 1)
		go func() {
			done <- db.WithTx(t.Context(), func(ctx context.Context) error {
				answer, replayed, err := store.Claim(ctx, key)
				if err != nil || replayed {
					assert.Equal(t, "answer", string(answer))
					return err
				}
				return store.Finish(ctx, key, []byte("answer"))
			})
		}()
		return done
	}
	waits := func() {
		require.Eventually(t, func() bool {
			return primary.Ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1"
		}, patience, time.Millisecond, "nobody waits for the standby")
	}
	standby.Stop()
	first := send()
	waits()
	require.True(t, primary.KillBackend())
	require.ErrorIs(t, <-first, database.ErrCommitUnknown)
	require.Eventually(t, func() bool { return db.Ping(t.Context()) == nil }, patience, time.Millisecond)
	require.Equal(t, "1", primary.Ask("SELECT count(*) FROM keys"), "it shows what no standby has")
	again := send()
	waits()
	standby.Start()
	require.NoError(t, <-again)
	require.EqualValues(t, 1, store.Replays())
	standby.CatchUp(primary)
	require.Equal(t, "1", standby.Ask("SELECT count(*) FROM keys"))
}
