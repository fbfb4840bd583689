package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// entRows are a statement's rows as ent wants them, which is as database/sql has them. Their connection goes back when they
// are closed, or at their end.
type entRows struct {
	rows    pgx.Rows
	columns []string
	arrays  []int                     // columns that came in binary
	give    func(error) (fate, error) // the connection back; nil when that is done
	fate    fate                      // of the statement, once it is over
	err     error                     // its end

	// The first row is looked at right away: what fails fails at the statement, and not while its rows are read.
	looked, more bool
}

// rows runs a statement in the transaction of ctx, else on a connection of the pool.
func (db *DB) rows(ctx context.Context, sql string, args []any) (*entRows, error) {
	if t := current(ctx, db); t != nil {
		if err := t.take(ctx); err != nil {
			return nil, err
		}
		rows, err := t.query(ctx, sql, args)
		r, _, err := newEntRows(rows, err, func(err error) (fate, error) {
			t.note(sql, unknownRows, err)
			t.leave()
			return settled, err
		})
		return r, err
	}
	for losses := 1; ; losses++ {
		conn, err := db.acquire(ctx)
		if err != nil {
			return nil, err
		}
		w := wireOf(conn.Conn())
		sent := w.sent.Load()
		rows, err := conn.Query(ctx, sql, args...)
		r, f, err := newEntRows(rows, err, func(err error) (fate, error) {
			defer db.release(conn)
			if err == nil {
				return settled, w.replicated()
			}
			f := db.judgeAlone(ctx, conn.Conn(), sent, err)
			return f, f.told(sql, w.silenced(ctx, err))
		})
		if err == nil || !f.again(sql, losses) {
			return r, err
		}
		db.retry(ctx, losses+1, err)
	}
}

func newEntRows(rows pgx.Rows, err error, give func(error) (fate, error)) (*entRows, fate, error) {
	if err != nil {
		f, err := give(err)
		return nil, f, err
	}
	r := &entRows{rows: rows, give: give, looked: true, more: rows.Next()}
	if rows.Err() == nil {
		r.describe(rows.FieldDescriptions())
	}
	if !r.more {
		err = r.Close()
	}
	return r, r.fate, err
}

// describe keeps what is to be known of the columns, which is gone with the connection.
func (r *entRows) describe(fields []pgconn.FieldDescription) {
	r.columns = make([]string, len(fields))
	for i, f := range fields {
		r.columns[i] = f.Name
		t, known := r.rows.TypeMap().TypeForOID(f.DataTypeOID)
		if !known || f.Format != pgx.BinaryFormatCode {
			continue
		}
		if _, array := t.Codec.(*pgtype.ArrayCodec); array {
			r.arrays = append(r.arrays, i)
		}
	}
}

// Next implements [entsql.ColumnScanner].
func (r *entRows) Next() bool {
	if !r.looked {
		r.more = r.give != nil && r.rows.Next()
	}
	r.looked = false
	if !r.more {
		_ = r.Close() // Err has it
	}
	return r.more
}

// Scan implements [entsql.ColumnScanner]. pgx knows the types that ent reads into. What scans itself, and *any, gets what a
// driver of database/sql would give: numbers of 64 bits, and an array's text.
func (r *entRows) Scan(dest ...any) error {
	for i, d := range dest {
		if to, ok := d.(*any); ok {
			dest = slices.Clone(dest)
			dest[i] = &driverValue{to}
		}
	}
	for _, i := range r.arrays {
		to, ok := dest[i].(sql.Scanner)
		if !ok {
			continue
		}
		text, err := r.text(i)
		if err == nil {
			err = to.Scan(text)
		}
		if err != nil {
			return fmt.Errorf("read column %s: %w", r.columns[i], err)
		}
		dest = slices.Clone(dest)
		dest[i] = nil // done
	}
	return r.rows.Scan(dest...)
}

// text is the text form of an array that came in binary; nil for NULL.
func (r *entRows) text(column int) (any, error) {
	raw, f, types := r.rows.RawValues()[column], r.rows.FieldDescriptions()[column], r.rows.TypeMap()
	if raw == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	t, _ := types.TypeForOID(f.DataTypeOID)
	value, err := t.Codec.DecodeValue(types, f.DataTypeOID, f.Format, raw)
	if err != nil {
		return nil, err
	}
	text, err := types.Encode(f.DataTypeOID, pgx.TextFormatCode, value, nil)
	return string(text), err
}

type driverValue struct{ to *any }

// Scan implements [sql.Scanner].
func (v *driverValue) Scan(value any) error {
	*v.to = value
	return nil
}

// RawValues are the columns of the current row as PostgreSQL has sent them, nil for NULL: numbers, times, booleans, bytes and
// UUIDs in binary, whatever is text as text. They are valid until the next row.
func (r *entRows) RawValues() [][]byte { return r.rows.RawValues() }

// Columns implements [entsql.ColumnScanner].
func (r *entRows) Columns() ([]string, error) { return r.columns, nil }

var errNoColumnTypes = errors.New("the types of columns are not told")

// ColumnTypes implements [entsql.ColumnScanner]. Only database/sql can make such; without them ent reads into *any.
func (r *entRows) ColumnTypes() ([]*sql.ColumnType, error) { return nil, errNoColumnTypes }

// NextResultSet implements [entsql.ColumnScanner].
func (r *entRows) NextResultSet() bool { return false }

// Err implements [entsql.ColumnScanner].
func (r *entRows) Err() error {
	if r.give == nil {
		return r.err
	}
	return r.rows.Err()
}

// Close implements [entsql.ColumnScanner].
func (r *entRows) Close() error {
	if r.give != nil {
		r.rows.Close()
		r.fate, r.err = r.give(r.rows.Err())
		r.give = nil
	}
	return r.err
}
