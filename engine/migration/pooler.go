package migration

import (
	"context"
	"fmt"

	"cambium/engine/database"
)

// direct refuses a transaction pooler, configured or found: every transaction might meet another server connection, and a
// lock or a setting belongs to one.
func direct(ctx context.Context, db *database.DB) error {
	if db.Config().Pooler == database.PoolerTransaction {
		return ErrPooler
	}
	pooled, err := db.TransactionPooled(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if pooled {
		return ErrPooler
	}
	return nil
}
