// Package librarytest runs the lending library in a test: a database of the test's own with rows, and the API over it.
package librarytest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/internal/library/ent/migrate"
	"cambium/internal/pgtest"
)

// holdings is the view of that name, which ent knows and does not make.
const holdings = `CREATE VIEW holdings AS
SELECT i.branch_items || '/' || b.id AS id, b.title, count(*) AS copies, max(i.acquired_on) AS newest
FROM items AS i JOIN books AS b ON b.id = i.book_items
WHERE i.deleted_at IS NULL AND b.deleted_at IS NULL
GROUP BY i.branch_items, b.id`

// Open returns a library with rows, each time the same.
func Open(t testing.TB) *database.DB {
	t.Helper()
	db, err := connect(t.Context(), pgtest.Clone(t, "lending library", fill))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func fill(ctx context.Context, url string) error {
	db, err := connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = migration.Push(ctx, db, migration.Schema{Tables: migrate.Tables}, migration.PushOptions{
		Confirm: func(context.Context, migration.Plan) (bool, error) { return true, nil },
	})
	if err == nil {
		_, err = db.Exec(ctx, holdings)
	}
	for _, table := range rows() {
		if err == nil {
			err = insert(ctx, db, table.name, table.rows)
		}
	}
	if err == nil {
		_, err = db.Exec(ctx, sequences)
	}
	return errors.Join(err, db.Close())
}

// sequences go on after the rows that brought their ids with them.
const sequences = `DO $$ DECLARE t text; BEGIN
FOR t IN SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES' LOOP
	EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, ''id''), (SELECT max(id) FROM %I))', t, t);
END LOOP; END $$`

// insert stores rows, which are JSON objects by columns.
func insert(ctx context.Context, db *database.DB, table string, rows []map[string]any) error {
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	// The columns are the table's own: the record is of its type.
	_, err = db.Exec(ctx, "INSERT INTO "+table+" SELECT (jsonb_populate_recordset(NULL::"+table+", $1::jsonb)).*", string(text))
	return err
}

func connect(ctx context.Context, url string) (*database.DB, error) {
	config, err := database.ConfigFromEnv(func(name string) string {
		switch name {
		case "DATABASE_URL":
			return url
		case "DATABASE_ACQUIRE_TIMEOUT": // how busy the machine is is not what is tested
			return "30s"
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	return database.Open(ctx, config, slog.New(slog.DiscardHandler))
}
