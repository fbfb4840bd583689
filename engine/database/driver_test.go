package database_test

import (
	"context"
	"database/sql"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

// update is what ent's generated client does for UpdateOneID(id).SetBalance(10): it opens a transaction by itself.
func update(ctx context.Context, db *database.DB, id int64) error {
	return sqlgraph.UpdateNode(ctx, db.Driver(), &sqlgraph.UpdateSpec{
		Node: &sqlgraph.NodeSpec{
			Table:   "account",
			Columns: []string{"id", "balance"},
			ID:      &sqlgraph.FieldSpec{Column: "id", Type: field.TypeInt64, Value: id},
		},
		Fields:     sqlgraph.FieldMut{Set: []*sqlgraph.FieldSpec{{Column: "balance", Type: field.TypeInt64, Value: int64(10)}}},
		ScanValues: func([]string) ([]any, error) { return []any{new(sql.NullInt64), new(sql.NullInt64)}, nil },
		Assign:     func([]string, []any) error { return nil },
	})
}

func insert(ctx context.Context, db *database.DB, id int64) error {
	return db.Driver().Exec(ctx, "INSERT INTO account VALUES ($1)", []any{id}, nil)
}

func TestEntOpensItsOwnTransaction(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	exec(t, db, accounts)
	exec(t, db, "INSERT INTO account VALUES (1)")
	require.NoError(t, update(t.Context(), db, 1))
	require.Error(t, update(t.Context(), db, 2))
	requireText(t, db, "1=10", balances)
	requireIdle(t, db)
}

func TestEntJoinsTheTransactionOfTheContext(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	exec(t, db, accounts)
	exec(t, db, "INSERT INTO account VALUES (1)")
	require.ErrorIs(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, update(ctx, db, 1))
		return errNo
	}), errNo)
	requireText(t, db, "1=0", balances)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error { return update(ctx, db, 1) }))
	requireText(t, db, "1=10", balances)
}

// "Update it, or create it": ent rolls its own transaction back when there is no row, which has undone nothing.
func TestRollbackOfAJoinedTxThatChangedNothing(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		var missing *sqlgraph.NotFoundError
		require.ErrorAs(t, update(ctx, db, 1), &missing)
		return insert(ctx, db, 1)
	}))
	requireText(t, db, "1=0", balances)
}

// What a joined transaction wanted undone cannot be undone alone: the whole must not be committed.
func TestRollbackOfAJoinedTxDoomsTheWhole(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	for name, part := range map[string]func(context.Context) error{
		"ent": func(ctx context.Context) error {
			tx, err := db.Driver().Tx(ctx)
			if err != nil {
				return err
			}
			if err := tx.Exec(ctx, "INSERT INTO account VALUES (1)", []any{}, nil); err != nil {
				return err
			}
			return tx.Rollback()
		},
		"sql": func(ctx context.Context) error {
			tx, err := db.SQL().BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO account VALUES (1)"); err != nil {
				return err
			}
			return tx.Rollback()
		},
		"WithTx": func(ctx context.Context) error {
			_ = db.WithTx(ctx, func(ctx context.Context) error {
				require.NoError(t, insert(ctx, db, 1))
				return errNo
			})
			return nil
		},
		"panic": func(ctx context.Context) error {
			require.Panics(t, func() {
				_ = db.WithTx(ctx, func(ctx context.Context) error {
					require.NoError(t, insert(ctx, db, 1))
					panic("boom")
				})
			})
			return nil
		},
	} {
		var late error
		err := db.WithTx(t.Context(), func(ctx context.Context) error {
			require.NoError(t, part(ctx), name)
			late = insert(ctx, db, 2)
			return nil
		})
		require.ErrorIs(t, err, database.ErrRolledBack, name)
		require.ErrorIs(t, late, database.ErrRolledBack, name)
	}
	requireText(t, db, "none", balances)
	requireIdle(t, db)
}

// client.Tx of ent, outside of WithTx: statements run in it whatever context they come with.
func TestEntTxOutsideOfWithTx(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, accounts)
	begin := func(ctx context.Context) dialect.Tx {
		tx, err := db.Driver().(interface {
			BeginTx(context.Context, *entsql.TxOptions) (dialect.Tx, error)
		}).BeginTx(ctx, &entsql.TxOptions{Isolation: sql.LevelSerializable})
		require.NoError(t, err)
		return tx
	}
	add := func(tx dialect.Tx, id int64) {
		require.NoError(t, tx.Exec(t.Context(), "INSERT INTO account VALUES ($1)", []any{id}, nil))
	}

	tx := begin(t.Context())
	add(tx, 1)
	requireText(t, db, "none", balances)
	var rows entsql.Rows
	require.NoError(t, tx.Query(t.Context(), "SELECT current_setting('transaction_isolation')", []any{}, &rows))
	level, err := entsql.ScanString(&rows)
	require.NoError(t, err)
	require.NoError(t, rows.Close())
	require.Equal(t, "serializable", level)
	require.NoError(t, tx.Commit())
	require.ErrorIs(t, tx.Commit(), database.ErrTxDone)
	require.NoError(t, tx.Rollback(), "a deferred rollback is no fault")

	tx = begin(t.Context())
	add(tx, 2)
	require.NoError(t, tx.Rollback())

	ctx, cancel := context.WithCancel(t.Context())
	tx = begin(ctx)
	add(tx, 3)
	cancel()
	require.ErrorIs(t, tx.Commit(), context.Canceled)

	requireText(t, db, "1=0", balances)
	requireIdle(t, db)
}

// ent's session variables work inside and outside of a transaction, and stay nowhere behind.
func TestEntSessionVariables(t *testing.T) {
	t.Parallel()
	db := setup(t, func(c *database.Config) { c.MaxConns = 1 })
	read := func(ctx context.Context) string {
		var rows entsql.Rows
		require.NoError(t, db.Driver().Query(ctx, "SELECT coalesce(current_setting('app.tenant', true), '')", []any{}, &rows))
		s, err := entsql.ScanString(&rows)
		require.NoError(t, err)
		require.NoError(t, rows.Close())
		return s
	}
	require.Equal(t, "7", read(entsql.WithVar(t.Context(), "app.tenant", "7")))
	require.Empty(t, read(t.Context()))
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context) error {
		require.Equal(t, "8", read(entsql.WithVar(ctx, "app.tenant", "8")))
		require.Empty(t, read(ctx))
		return nil
	}))
	require.Empty(t, read(t.Context()))
}
