package migration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ariga.io/atlas/sql/schema"
)

// Rename says that a table, or a column of a table, is called otherwise from now on.
type Rename struct {
	Table    string // the table's new name, or the name of the column's table
	From, To string // names of the column, or of the table
	Column   bool
}

// ParseRename reads old:new, of two tables, or table.old:new, of two columns.
func ParseRename(text string) (Rename, error) {
	from, to, ok := strings.Cut(text, ":")
	table, column, isColumn := strings.Cut(from, ".")
	if !ok || from == "" || to == "" || strings.Contains(to, ".") || isColumn && (table == "" || column == "") {
		return Rename{}, fmt.Errorf("rename %q: write table.old:new for a column, and old:new for a table", text)
	}
	if isColumn {
		return Rename{Table: table, From: column, To: to, Column: true}, nil
	}
	return Rename{Table: to, From: from, To: to}, nil
}

// String is what ParseRename reads.
func (r Rename) String() string {
	if r.Column {
		return r.Table + "." + r.From + ":" + r.To
	}
	return r.From + ":" + r.To
}

func (r Rename) statement() Statement {
	alter := func(table, from, to string) string {
		if r.Column {
			return "ALTER TABLE " + quoteIdent(table) + " RENAME COLUMN " + quoteIdent(from) + " TO " + quoteIdent(to)
		}
		return "ALTER TABLE " + quoteIdent(from) + " RENAME TO " + quoteIdent(to)
	}
	what := fmt.Sprintf("rename table %q to %q", r.From, r.To)
	if r.Column {
		what = fmt.Sprintf("rename column %q of table %q to %q", r.From, r.Table, r.To)
	}
	return Statement{SQL: alter(r.Table, r.From, r.To), Comment: what, Reverse: []string{alter(r.Table, r.To, r.From)}, subject: r.Table}
}

// Gone is a table or a column that the schema does not have any more, beside new ones that it may have become.
type Gone struct {
	Table      string   // the table, or the column's table
	Column     string   // empty for a table
	Candidates []string // new tables, or new columns of the table, that are like it
}

// Name is table, or table.column.
func (g Gone) Name() string {
	if g.Column == "" {
		return g.Table
	}
	return g.Table + "." + g.Column
}

// renamed finds out what was renamed: what the schema and the caller say, and, for what is gone beside something like it,
// what a person says. The rest is dropped, which the caller has to allow by name.
func (s *session) renamed(ctx context.Context, desired state, said []string, opts DiffOptions) (done []Statement, drops []string, err error) {
	drops = slices.Clone(opts.Drops)
	for _, text := range append(slices.Clone(said), opts.Renames...) {
		r, err := ParseRename(text)
		if err != nil {
			return nil, nil, err
		}
		current, err := s.current(ctx)
		if err != nil {
			return nil, nil, err
		}
		switch can := r.possible(current.tables, desired.tables); {
		case can:
			if done, err = s.rename(ctx, done, r.statement()); err != nil {
				return nil, nil, err
			}
		case slices.Contains(opts.Renames, text):
			return nil, nil, fmt.Errorf("rename %s: the migrations have nothing of the old name, or the schema nothing of the new one", text)
		default: // the schema still says what a migration did long ago
		}
	}
	for {
		current, err := s.current(ctx)
		if err != nil {
			return nil, nil, err
		}
		gone := missing(current.tables, desired.tables, drops)
		if gone == nil || opts.Ask == nil {
			return done, drops, nil
		}
		to, err := opts.Ask(ctx, *gone)
		if err != nil {
			return nil, nil, err
		}
		if to == "" {
			drops = append(drops, gone.Name())
			continue
		}
		if !slices.Contains(gone.Candidates, to) {
			return nil, nil, fmt.Errorf("rename %s: the schema has no new %q", gone.Name(), to)
		}
		r := Rename{Table: gone.Table, From: gone.Column, To: to, Column: true}
		if gone.Column == "" {
			r = Rename{Table: to, From: gone.Table, To: to}
		}
		if done, err = s.rename(ctx, done, r.statement()); err != nil {
			return nil, nil, err
		}
	}
}

// rename renames in the throw-away database, so that what is left to compare has the new name.
func (s *session) rename(ctx context.Context, done []Statement, st Statement) ([]Statement, error) {
	if _, err := s.target.ExecContext(ctx, st.SQL); err != nil {
		return nil, fmt.Errorf("%s: %w", st.Comment, err)
	}
	return append(done, st), nil
}

func (r Rename) possible(current, desired *schema.Schema) bool {
	if !r.Column {
		_, old := current.Table(r.From)
		_, taken := current.Table(r.To)
		_, wanted := desired.Table(r.To)
		_, kept := desired.Table(r.From)
		return old && !taken && wanted && !kept
	}
	now, ok := current.Table(r.Table)
	then, wanted := desired.Table(r.Table)
	if !ok || !wanted {
		return false
	}
	has := func(t *schema.Table, name string) bool { _, ok := t.Column(name); return ok }
	return has(now, r.From) && !has(now, r.To) && has(then, r.To) && !has(then, r.From)
}

// missing is the first table or column that the schema lacks, that nobody allowed to drop, and that something new is like.
func missing(current, desired *schema.Schema, drops []string) *Gone {
	for _, t := range current.Tables {
		then, kept := desired.Table(t.Name)
		if !kept {
			g := Gone{Table: t.Name}
			for _, n := range desired.Tables {
				if _, old := current.Table(n.Name); !old && likeTables(t, n) {
					g.Candidates = append(g.Candidates, n.Name)
				}
			}
			if len(g.Candidates) > 0 && !slices.Contains(drops, g.Name()) {
				return &g
			}
			continue
		}
		for _, c := range t.Columns {
			if _, kept := then.Column(c.Name); kept {
				continue
			}
			g := Gone{Table: t.Name, Column: c.Name}
			for _, n := range then.Columns {
				if _, old := t.Column(n.Name); !old && likeTypes(c.Type.Type, n.Type.Type) {
					g.Candidates = append(g.Candidates, n.Name)
				}
			}
			if len(g.Candidates) > 0 && !slices.Contains(drops, g.Name()) {
				return &g
			}
		}
	}
	return nil
}

// likeTypes reports whether one may have become the other: they hold the same kind of thing.
func likeTypes(a, b schema.Type) bool { return fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b) }

// likeTables reports whether at least half of the columns of each are the other's too.
func likeTables(a, b *schema.Table) bool {
	same := 0
	for _, c := range a.Columns {
		if o, ok := b.Column(c.Name); ok && likeTypes(c.Type.Type, o.Type.Type) {
			same++
		}
	}
	return 2*same >= len(a.Columns) && 2*same >= len(b.Columns)
}

// allowed refuses what is dropped and was not named: one error for all of it, with what it may have become.
func (p Plan) allowed(gone *Gone, drops []string) error {
	var missed []string
	for _, s := range p.Statements {
		for _, name := range s.Drops {
			if !slices.Contains(drops, name) {
				missed = append(missed, name)
			}
		}
	}
	if len(missed) == 0 {
		return nil
	}
	return &DropError{Names: missed, Gone: gone}
}

// renameTwins renames indexes and foreign keys that are what the schema wants under another name: after a rename of a
// table or column all of them are, and making them anew would take long.
func (s *session) renameTwins(ctx context.Context, desired state) (done []Statement, err error) {
	current, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range current.tables.Tables {
		then, ok := desired.tables.Table(t.Name)
		if !ok {
			continue
		}
		var twins []Statement
		for _, have := range t.Indexes {
			if _, kept := then.Index(have.Name); kept {
				continue
			}
			for _, want := range then.Indexes {
				if _, there := t.Index(want.Name); !there && s.sameIndex(t, then, have, want) {
					twins = append(twins, renameTwin("index", t.Name, have.Name, want.Name))
					break
				}
			}
		}
		for _, have := range t.ForeignKeys {
			if _, kept := then.ForeignKey(have.Symbol); kept {
				continue
			}
			for _, want := range then.ForeignKeys {
				if _, there := t.ForeignKey(want.Symbol); !there && sameKey(have, want) {
					twins = append(twins, renameTwin("foreign key", t.Name, have.Symbol, want.Symbol))
					break
				}
			}
		}
		for _, st := range twins {
			if done, err = s.rename(ctx, done, st); err != nil {
				return nil, err
			}
		}
	}
	return done, nil
}

func renameTwin(kind, table, from, to string) Statement {
	alter := func(from, to string) string {
		if kind == "index" {
			return "ALTER INDEX " + quoteIdent(from) + " RENAME TO " + quoteIdent(to)
		}
		return "ALTER TABLE " + quoteIdent(table) + " RENAME CONSTRAINT " + quoteIdent(from) + " TO " + quoteIdent(to)
	}
	return Statement{
		SQL: alter(from, to), Reverse: []string{alter(to, from)}, subject: table,
		Comment: fmt.Sprintf("rename %s %q of table %q to %q", kind, from, table, to),
	}
}

// sameIndex asks Atlas, by giving one the other's name.
func (s *session) sameIndex(now, then *schema.Table, have, want *schema.Index) bool {
	a, b := *have, *want
	a.Name = want.Name
	from, to := *now, *then
	from.Indexes, to.Indexes = []*schema.Index{&a}, []*schema.Index{&b}
	changes, err := s.driver.TableDiff(&from, &to, schema.DiffNormalized())
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(changes, func(c schema.Change) bool {
		switch c.(type) {
		case *schema.AddIndex, *schema.DropIndex, *schema.ModifyIndex:
			return true
		}
		return false
	})
}

func sameKey(a, b *schema.ForeignKey) bool {
	names := func(all []*schema.Column) string {
		var list []string
		for _, c := range all {
			list = append(list, c.Name)
		}
		return strings.Join(list, "\x00")
	}
	return a.RefTable.Name == b.RefTable.Name && names(a.Columns) == names(b.Columns) && names(a.RefColumns) == names(b.RefColumns) &&
		a.OnDelete == b.OnDelete && a.OnUpdate == b.OnUpdate
}

// DropError lists what a diff would drop without having been told to. It is an [ErrDrop].
type DropError struct {
	Names []string // tables, table.column, or objects
	Gone  *Gone    // the first of them that may have been renamed instead, or nil
}

// ErrDrop: the schema lacks what the migrations made, and nobody said that it is to be dropped. See [*DropError].
var ErrDrop = errors.New("the schema drops what the migrations made")

// Error implements error.
func (e *DropError) Error() string {
	var flags []string
	for _, n := range e.Names {
		flags = append(flags, fmt.Sprintf("--drop %q", n))
	}
	s := fmt.Sprintf("%v, and nothing was written: %s: if that is meant: %s", ErrDrop, strings.Join(e.Names, ", "), strings.Join(flags, " "))
	if e.Gone != nil {
		s += fmt.Sprintf("; if it was renamed: --rename %s:%s", e.Gone.Name(), e.Gone.Candidates[0])
	}
	return s
}

// Unwrap makes it an [ErrDrop].
func (e *DropError) Unwrap() error { return ErrDrop }
