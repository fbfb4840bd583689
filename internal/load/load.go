package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cambium/engine/database"
)

// Options are what a load may do beside its records.
type Options struct {
	// Replace empties the tables first, in the same transaction. Default: a table that holds rows is refused.
	Replace bool
	// Progress is told how far the load is, a few times for each table and once at its end, never twice at the same
	// time. It must not wait. Default: nobody is told.
	Progress func(Progress)
}

// Progress is how far a load is.
type Progress struct {
	// Table is the table that is being loaded.
	Table string
	// Rows is the number of rows done, Total that of all the table's rows, or [Unknown].
	Rows, Total int64
	// Done is true once, when the database has taken all the table's rows.
	Done bool
}

// Report is what a load has done.
type Report struct {
	// Tables are the tables in the order in which they were loaded.
	Tables []Loaded
}

// Loaded is a table with its number of rows.
type Loaded struct {
	Name string
	Rows int64
}

// Rows returns the number of rows of all tables.
func (r Report) Rows() int64 {
	var sum int64
	for _, t := range r.Tables {
		sum += t.Rows
	}
	return sum
}

// NotEmptyError says that tables hold rows that the load was not told to replace.
type NotEmptyError struct {
	Tables []string
}

// Error names the tables.
func (e *NotEmptyError) Error() string {
	return fmt.Sprintf("tables that already hold rows: %s; load with replace (--replace) to empty them first", strings.Join(e.Tables, ", "))
}

// ReferencedError says that a table cannot be emptied because one that is not loaded references it.
type ReferencedError struct {
	Table, By string
}

// Error names both tables.
func (e *ReferencedError) Error() string {
	return fmt.Sprintf("cannot replace the rows of %s: %s references it and is not among the tables to load", e.Table, e.By)
}

// Load puts all records of the source into their tables, or none. It joins the transaction of ctx if there is one.
//
// The tables are locked against other writers until the end, and with [Options.Replace] against readers too. At the
// end identity sequences stand behind the highest key and the tables' statistics are fresh.
//
// Errors: one or more *[Fault] when the records are wrong (joined when they are several), [ErrNothing],
// *[NotEmptyError], *[ReferencedError], *[CycleError], the context's cause, or the database's own.
func Load(ctx context.Context, db *database.DB, source Source, opts Options) (Report, error) {
	if opts.Progress == nil {
		opts.Progress = func(Progress) {}
	}
	var report Report
	err := db.WithTx(ctx, func(ctx context.Context) error {
		var err error
		report, err = (&loader{db: db, opts: opts}).load(ctx, source)
		return err
	})
	if err != nil {
		return Report{}, err
	}
	return report, nil
}

// loader is one load inside its transaction.
type loader struct {
	db   *database.DB
	opts Options
}

func (l *loader) load(ctx context.Context, source Source) (Report, error) {
	// A COPY takes as long as its records are many: what bounds it is the caller's context. Keys are checked at the
	// end of each COPY even where the schema lets them wait for the commit, so that a fault has a table.
	if err := l.exec(ctx, "SET LOCAL statement_timeout = 0", "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return Report{}, err
	}
	relations, err := readCatalog(ctx, l.db)
	if err != nil {
		return Report{}, err
	}
	jobs, err := plan(source, relations)
	if err != nil {
		return Report{}, err
	}
	if err := l.prepare(ctx, jobs, relations); err != nil {
		return Report{}, err
	}
	var report Report
	for _, j := range jobs {
		rows, err := l.copy(ctx, j)
		if err != nil {
			return Report{}, err
		}
		report.Tables = append(report.Tables, Loaded{Name: j.Name, Rows: rows})
	}
	return report, l.finish(ctx, jobs)
}

// prepare locks the tables and sees to it that they are empty.
func (l *loader) prepare(ctx context.Context, jobs []*job, relations []*relation) error {
	var tables []string
	for _, j := range jobs {
		tables = append(tables, j.relation.Qualified)
	}
	slices.Sort(tables) // the same order for every loader: two of them wait for one another, and never both
	list := strings.Join(tables, ", ")
	if !l.opts.Replace {
		if err := l.exec(ctx, "LOCK TABLE "+list+" IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return fmt.Errorf("lock the tables to load (is another session using them?): %w", err)
		}
		return l.refuseRows(ctx, jobs)
	}
	for _, r := range relations {
		for _, key := range r.ForeignKeys {
			if slices.Contains(tables, key.ParentQualified) && !slices.Contains(tables, r.Qualified) {
				return &ReferencedError{Table: key.Parent, By: r.Name}
			}
		}
	}
	// The lock of TRUNCATE, taken at once: whoever raises a lock can meet another who does.
	if err := l.exec(ctx, "LOCK TABLE "+list+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return fmt.Errorf("lock the tables to replace (is another session using them?): %w", err)
	}
	// RESTART IDENTITY makes what happens to the sequences part of the transaction.
	if err := l.exec(ctx, "TRUNCATE TABLE "+list+" RESTART IDENTITY"); err != nil {
		return fmt.Errorf("empty the tables to replace: %w", err)
	}
	return nil
}

// refuseRows returns an error if a table holds rows.
func (l *loader) refuseRows(ctx context.Context, jobs []*job) error {
	var full []string
	for _, j := range jobs {
		err := l.db.Query(ctx, "SELECT 1 FROM "+j.relation.Qualified+" LIMIT 1", nil, func([][]byte) error {
			full = append(full, j.Name)
			return nil
		})
		if err != nil {
			return fmt.Errorf("look for rows in %s: %w", j.Name, err)
		}
	}
	if len(full) > 0 {
		slices.Sort(full)
		return &NotEmptyError{Tables: full}
	}
	return nil
}

// copy loads one table and returns its number of rows.
func (l *loader) copy(ctx context.Context, j *job) (int64, error) {
	if err := l.exec(ctx, "SAVEPOINT cambium_load"); err != nil {
		return 0, err
	}
	records := newFeed(ctx, &j.Table)
	records.report = func(rows int64) {
		l.opts.Progress(Progress{Table: j.Name, Rows: rows, Total: j.Rows})
	}
	rows, err := l.db.CopyIn(ctx, copySQL(j.relation.Qualified, j.names()), records)
	wrong := records.close()
	if ctx.Err() != nil {
		return 0, fmt.Errorf("load %s: %w", j.Name, context.Cause(ctx))
	}
	if err != nil {
		if a, ok := answerOf(err); ok && a.aboutRows() {
			return 0, l.locate(ctx, j, a)
		}
		return 0, fmt.Errorf("load %s: %w", j.Name, err)
	}
	if wrong != nil {
		if fault, ok := errors.AsType[*Fault](wrong); ok {
			return 0, fault
		}
		return 0, fmt.Errorf("load %s: %w", j.Name, wrong)
	}
	l.opts.Progress(Progress{Table: j.Name, Rows: rows, Total: j.Rows, Done: true})
	return rows, l.exec(ctx, "RELEASE SAVEPOINT cambium_load")
}

// copySQL is the statement that takes what a [feed] sends.
func copySQL(table string, columns []string) string {
	return "COPY " + table + " (" + quoteAll(columns) + ") FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')"
}

// finish brings the statistics and the sequences up to the new rows.
func (l *loader) finish(ctx context.Context, jobs []*job) error {
	var tables []string
	for _, j := range jobs {
		tables = append(tables, j.relation.Qualified)
	}
	if err := l.exec(ctx, "ANALYZE "+strings.Join(tables, ", ")); err != nil {
		return fmt.Errorf("analyze the loaded tables: %w", err)
	}
	// A sequence's value is no part of the transaction: it is set last, and never back.
	for _, j := range jobs {
		for _, a := range j.relation.Columns {
			if a.Sequence == "" {
				continue
			}
			_, err := l.db.Exec(ctx, `SELECT setval(s.seqrelid, m.top)
FROM pg_sequence s, (SELECT max(`+quote(a.Name)+`)::bigint AS top FROM `+j.relation.Qualified+`) m
WHERE s.seqrelid = $1::text::regclass AND s.seqincrement > 0 AND m.top BETWEEN s.seqmin AND s.seqmax
AND m.top > coalesce(pg_sequence_last_value(s.seqrelid), s.seqmin - 1)`, a.Sequence)
			if err != nil {
				return fmt.Errorf("move the sequence of %s.%s on: %w", j.Name, a.Name, err)
			}
		}
	}
	return nil
}

// exec runs statements that return nothing.
func (l *loader) exec(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		if _, err := l.db.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
