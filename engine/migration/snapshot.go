package migration

import (
	"context"
	_ "embed" // the query
	"errors"
	"fmt"
	"strings"
)

//go:embed queries/snapshot.sql
var snapshotQuery string

// snapshot is a schema as its catalog tells it, to see what a statement really did: rules read the outcome, not the text.
type snapshot map[thing]trait

// thing is a table, a column, an index, a foreign key or a check, by what stays the same when it is renamed.
type thing struct {
	kind  string
	id    int64 // a column's is its number
	table int64
}

// trait is what is known of a thing: see queries/snapshot.sql.
type trait struct {
	name, what string
	inForce    bool
}

func (s *session) snapshot(ctx context.Context) (_ snapshot, err error) {
	rows, err := s.target.QueryContext(ctx, snapshotQuery, s.schema)
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all := make(snapshot)
	for rows.Next() {
		var t thing
		var is trait
		if err := rows.Scan(&t.kind, &t.id, &t.table, &is.name, &is.what, &is.inForce); err != nil {
			return nil, fmt.Errorf("read the catalog: %w", err)
		}
		all[t] = is
	}
	return all, rows.Err()
}

func (s snapshot) table(oid int64) (trait, bool) {
	t, ok := s[thing{"table", oid, oid}]
	return t, ok
}

// forbidsNull reports whether a validated check says that the column is not NULL: then SET NOT NULL looks at no row.
func (s snapshot) forbidsNull(table int64, column string) bool {
	for t, is := range s {
		if t.kind != "check" || t.table != table || !is.inForce {
			continue
		}
		if is.what == "CHECK (("+column+" IS NOT NULL))" || is.what == "CHECK (("+quoteIdent(column)+" IS NOT NULL))" {
			return true
		}
	}
	return false
}

// indexed reports whether an index begins with the columns, in any order.
func (s snapshot) indexed(table int64, columns string) bool {
	want := strings.Fields(columns)
next:
	for t, is := range s {
		if t.kind != "index" || t.table != table {
			continue
		}
		have := strings.Fields(is.what)
		if len(have) < len(want) {
			continue
		}
		first := " " + strings.Join(have[:len(want)], " ") + " "
		for _, c := range want {
			if !strings.Contains(first, " "+c+" ") {
				continue next
			}
		}
		return true
	}
	return false
}
