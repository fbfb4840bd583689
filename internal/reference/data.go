// Package reference answers operations the slow and obvious way: over plain rows in memory, one at a time. Tests compare
// what engine/read answers with it.
package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cambium/engine/database"
	"cambium/engine/read"
)

// Data is a whole database, with what it means.
type Data struct {
	entities map[string]*read.Entity
	names    []string
	rows     map[string][]Row // by table, in the order of the keys
}

// Row is a row by columns. Values are string, json.Number, bool or nil.
type Row map[string]any

// Load reads every table of the entities, and the join tables between them.
func Load(ctx context.Context, db *database.DB, entities []*read.Entity) (*Data, error) {
	d := &Data{entities: make(map[string]*read.Entity), rows: make(map[string][]Row)}
	for _, e := range entities {
		d.entities[e.Name] = e
		d.names = append(d.names, e.Name)
		if err := d.load(ctx, db, e.Table, computed(e)); err != nil {
			return nil, err
		}
		for _, x := range e.Edges {
			if x.Join == nil || d.rows[x.Join.Table] != nil {
				continue
			}
			if err := d.load(ctx, db, x.Join.Table, ""); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// computed returns the computed fields of an entity as columns more: that an expression means what it says is
// PostgreSQL's word, here as there.
func computed(e *read.Entity) (columns string) {
	for _, f := range e.Fields {
		if f.Expression != "" {
			expression := strings.NewReplacer("{", `t."`, "}", `"`).Replace(f.Expression)
			columns += fmt.Sprintf(`, (%s) AS %q`, expression, column(f))
		}
	}
	return columns
}

// column is the name under which a row has a field.
func column(f read.Field) string {
	if f.Expression != "" {
		return "computed " + f.Name
	}
	return f.Column
}

func (d *Data) load(ctx context.Context, db *database.DB, table, more string) error {
	d.rows[table] = []Row{}
	all := fmt.Sprintf(`SELECT to_json(r) FROM (SELECT t.*%s FROM %q AS t) AS r`, more, table) //nolint:unqueryvet // whatever it has
	return db.Query(ctx, all, nil, func(values [][]byte) error {
		decoder := json.NewDecoder(bytes.NewReader(values[0]))
		decoder.UseNumber()
		var row Row
		if err := decoder.Decode(&row); err != nil {
			return err
		}
		d.rows[table] = append(d.rows[table], row)
		return nil
	})
}

// Hide removes the rows that a rule hides: nothing else than that they are not there may be seen of them.
func (d *Data) Hide(table string, hidden func(Row) bool) {
	d.rows[table] = slices.DeleteFunc(d.rows[table], hidden)
}

// field returns a field of an entity; id is its key.
func field(e *read.Entity, name string) read.Field {
	for _, f := range e.Fields {
		if f.Name == name {
			return f
		}
	}
	return e.Key
}

// far returns the rows at the other side of an edge.
func (d *Data) far(x read.Edge, near Row) (rows []Row) {
	target := d.entities[x.Target]
	for _, r := range d.rows[target.Table] {
		if x.Join == nil {
			if near[x.From] != nil && near[x.From] == r[x.To] {
				rows = append(rows, r)
			}
			continue
		}
		for _, j := range d.rows[x.Join.Table] {
			if j[x.Join.From] == near[x.From] && j[x.Join.To] == r[x.To] {
				rows = append(rows, r)
			}
		}
	}
	return rows
}
