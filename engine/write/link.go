package write

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// pair are the two rows that a row of a join table pairs.
type pair struct{ from, to any }

func pairsOf(d *edge, ops []*op) []pair {
	pairs := make([]pair, 0, len(ops))
	seen := make(map[pair]bool)
	add := func(p pair) {
		if !seen[p] {
			seen[p] = true
			pairs = append(pairs, p)
		}
	}
	for _, o := range ops {
		add(pair{o.target.row, o.far.row})
		if d.Join.Symmetric {
			add(pair{o.far.row, o.target.row})
		}
	}
	return pairs
}

// pairs writes pairs as the table v.
func (s *statement) pairs(j *Join, pairs []pair) error {
	return s.source([]string{"a", "b"}, []Column{j.From, j.To}, false, len(pairs), func(row, column int) any {
		if column == 0 {
			return pairs[row].from
		}
		return pairs[row].to
	})
}

// link pairs rows that are not paired yet.
func link(ctx context.Context, db dialect.Driver, d *edge, ops []*op) error {
	pairs := pairsOf(d, ops)
	if d.through != nil {
		return d.linkThrough(ctx, db, pairs, ops)
	}
	var s statement
	j := d.Join
	s.write("INSERT INTO ", quote(j.Table), " (", quote(j.From.Name), ", ", quote(j.To.Name), ") SELECT v.a, v.b FROM ")
	if err := s.pairs(j, pairs); err != nil {
		return err
	}
	s.write(" ON CONFLICT DO NOTHING")
	return located(s.exec(ctx, db), d, ops)
}

// linkThrough creates the rows of the entity that joins the two, as the client would.
func (d *edge) linkThrough(ctx context.Context, db dialect.Driver, pairs []pair, ops []*op) error {
	there, err := d.there(ctx, db, pairs)
	if err != nil {
		return err
	}
	b := &batch{db: db, entity: d.through, store: insert}
	back, far := d.through.byField[d.Join.Back], d.through.byField[d.Join.Far]
	for _, p := range pairs {
		if there[p] {
			continue
		}
		m := &member{create: d.through.Create(), path: ops[0].path}
		m.mutation, m.hooks = m.create.Mutation, m.create.Hooks
		back.Set(m.mutation, p.from)
		far.Set(m.mutation, p.to)
		b.members = append(b.members, m)
	}
	if len(b.members) == 0 {
		return nil
	}
	return presentable(b.run(ctx))
}

// there returns those of the pairs that the viewer can see.
func (d *edge) there(ctx context.Context, db dialect.Driver, pairs []pair) (map[pair]bool, error) {
	var s statement
	j := d.Join
	s.write("SELECT t.", quote(j.From.Name), "::text, t.", quote(j.To.Name), "::text FROM ", quote(j.Table), " AS ", changed, ", ")
	if err := s.pairs(j, pairs); err != nil {
		return nil, err
	}
	s.write(" WHERE t.", quote(j.From.Name), " = v.a AND t.", quote(j.To.Name), " = v.b")
	rules, err := d.through.rules(ctx)
	if err != nil {
		return nil, err
	}
	s.and(rules)
	there := make(map[pair]bool)
	err = s.query(ctx, db, func(rows *sql.Rows) error {
		var from, to string
		if err := rows.Scan(&from, &to); err != nil {
			return err
		}
		var p pair
		if p.from, err = d.near.goKey(from); err == nil {
			p.to, err = d.far.goKey(to)
		}
		there[p] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for pairs: %w", err)
	}
	return there, nil
}

// unlink parts rows.
func unlink(ctx context.Context, db dialect.Driver, d *edge, ops []*op) error {
	pairs := pairsOf(d, ops)
	j := d.Join
	if d.through != nil {
		for part := range slices.Chunk(pairs, maxRows) {
			err := d.through.Remove(ctx, func(q *sql.Selector) {
				from, to := q.C(j.From.Name), q.C(j.To.Name)
				some := make([]*sql.Predicate, len(part))
				for i, p := range part {
					some[i] = sql.And(sql.EQ(from, p.from), sql.EQ(to, p.to))
				}
				q.Where(sql.Or(some...))
			})
			if err != nil {
				return located(err, d, ops)
			}
		}
		return nil
	}
	var s statement
	s.write("DELETE FROM ", quote(j.Table), " AS ", changed, " USING ")
	if err := s.pairs(j, pairs); err != nil {
		return err
	}
	s.write(" WHERE t.", quote(j.From.Name), " = v.a AND t.", quote(j.To.Name), " = v.b")
	return located(s.exec(ctx, db), d, ops)
}

// located gives an error of a join table the path of its input.
func located(err error, d *edge, ops []*op) error {
	if err == nil {
		return nil
	}
	of := d.near
	if d.through != nil {
		of = d.through
	}
	return presentable(&placedError{err, of, ops[0].path})
}
