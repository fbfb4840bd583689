package database_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

func TestDurabilityIsWhatTheConnectionHas(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = local', current_database()); END $$")
	d, err := open(t, db.Config().URL).Durability(t.Context())
	require.NoError(t, err)
	require.Equal(t, database.Durability{Fsync: "off", FullPageWrites: "off", SynchronousCommit: "local"}, d)
}

func TestDurabilityCheck(t *testing.T) {
	t.Parallel()
	safe := database.Durability{Fsync: "on", FullPageWrites: "on", SynchronousCommit: "on", SynchronousStandby: "ANY 1 (a, b)"}
	require.NoError(t, safe.Check())
	for name, spoil := range map[string]func(*database.Durability){
		"fsync is off":                       func(d *database.Durability) { d.Fsync = "off" },
		"full_page_writes is off":            func(d *database.Durability) { d.FullPageWrites = "off" },
		"synchronous_commit is off":          func(d *database.Durability) { d.SynchronousCommit = "off" },
		"synchronous_commit is local":        func(d *database.Durability) { d.SynchronousCommit = "local" },
		"synchronous_commit is remote_write": func(d *database.Durability) { d.SynchronousCommit = "remote_write" },
		"synchronous_standby_names is empty": func(d *database.Durability) { d.SynchronousStandby = "" },
	} {
		spoiled := safe
		spoil(&spoiled)
		err := spoiled.Check()
		var fault *database.DurabilityError
		require.ErrorAs(t, err, &fault, name)
		require.Len(t, fault.Faults, 1, name)
		require.ErrorContains(t, err, name)
	}
}
