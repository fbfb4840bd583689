package database

import (
	"context"
	"errors"
)

// ErrNoTx is of what needs a transaction in the context.
var ErrNoTx = errors.New("database: there is no transaction in the context")

// SetLocal sets settings for the rest of the transaction of ctx, by their names with a dot in them: what policies for rows
// read with current_setting('name', true). They end with the transaction, whoever has the connection next.
func (db *DB) SetLocal(ctx context.Context, names, values []string) error {
	if current(ctx, db) == nil {
		return ErrNoTx
	}
	_, err := db.Exec(ctx, `SELECT set_config(s.name, s.value, true) FROM unnest($1::text[], $2::text[]) AS s(name, value)`, names, values)
	return err
}
