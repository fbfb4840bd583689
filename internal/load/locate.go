package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The copy of a table's records that a fault is looked for in, and the column that numbers them.
const (
	copiesTable = "pg_temp.cambium_load_fault"
	numberName  = "cambium record"
)

var (
	// errNoPlace says that a fault cannot be brought to a record of the source.
	errNoPlace = errors.New("no record is at fault")
	// errNoConstraint says that a fault is none of the table's constraints, but perhaps of a cell's type.
	errNoConstraint = errors.New("no constraint of the table is at fault")
)

// locate finds the cell that the database has refused and returns its *[Fault]. The transaction has failed, and is set
// back to before the table's rows; the rows of the tables before it are there.
//
// It looks for the cell with the database's own eyes, so that what equals and what is valid is the same for both: the
// records go once more into a temporary table of the same types without constraints, where SQL finds the ones at fault.
// Where that fails too (no right to temporary tables, say), the fault is reported with what the database has said.
func (l *loader) locate(ctx context.Context, j *job, a answer) error {
	if err := l.exec(ctx, "ROLLBACK TO SAVEPOINT cambium_load"); err != nil {
		return fmt.Errorf("look for the fault in %s: %w", j.From, err)
	}
	number := a.record(j.Name)
	var fault *Fault
	var err error
	switch a.code {
	case codeForeignKey:
		fault, err = l.locateOrphan(ctx, j, a)
	case codeUnique:
		fault, err = l.locateDuplicate(ctx, j, a, number)
	case codeCheck:
		fault, err = j.locateCheck(a, number)
	case codeNotNull:
		fault, err = j.locateNull(a, number)
	default:
		err = errNoConstraint
	}
	if errors.Is(err, errNoConstraint) {
		fault, err = l.locateText(ctx, j, number)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("load %s: %w", j.Name, context.Cause(ctx))
	}
	if err != nil { // then the database's own words must do
		fault = &Fault{From: j.From, Reason: a.text()}
		if record, ok := j.record(number); ok {
			fault.Line = record.Line
		}
	}
	fault.Err = a.err
	return fault
}

// record reads the source again up to a record, counted from 1.
func (t *Table) record(number int64) (Record, bool) {
	if number < 1 {
		return Record{}, false
	}
	var at int64
	for r, err := range t.Records() {
		if err != nil {
			break
		}
		if at++; at < number {
			continue
		}
		if len(r.Cells) != len(t.Columns) {
			break
		}
		r.Cells = slices.Clone(r.Cells)
		for i := range r.Cells {
			r.Cells[i].Text = slices.Clone(r.Cells[i].Text)
		}
		return r, true
	}
	return Record{}, false
}

// places returns where the named columns are in the records, those that are there.
func (t *Table) places(names []string) []int {
	var places []int
	for _, name := range names {
		if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name }); i >= 0 {
			places = append(places, i)
		}
	}
	return places
}

// at makes the fault of the first of the named columns.
func (j *job) at(number int64, names []string, reason func(Record, []int) string) (*Fault, error) {
	record, ok := j.record(number)
	if !ok {
		return nil, errNoPlace
	}
	places := j.places(names)
	if len(places) == 0 {
		return j.atRecord(record, reason(record, nil)), nil
	}
	return j.atCell(record, places[0], reason(record, places)), nil
}

func (j *job) locateCheck(a answer, number int64) (*Fault, error) {
	check, ok := byName(j.relation.Checks, a.constraint, func(c check) string { return c.Name })
	if !ok {
		return nil, errNoConstraint
	}
	return j.at(number, check.Columns, func(r Record, places []int) string {
		return strings.TrimSpace(values(r, places) + " violates check " + check.Name)
	})
}

func (j *job) locateNull(a answer, number int64) (*Fault, error) {
	column, ok := j.relation.attribute(a.column)
	if !ok {
		return nil, errNoConstraint
	}
	return j.at(number, []string{column.Name}, func(Record, []int) string { return missing(column) })
}

// locateOrphan finds the first record that references nothing. The database names none: it checks keys after the rows.
func (l *loader) locateOrphan(ctx context.Context, j *job, a answer) (*Fault, error) {
	key, ok := byName(j.relation.ForeignKeys, a.constraint, func(k foreignKey) string { return k.Name })
	if !ok || len(j.places(key.Columns)) != len(key.Columns) {
		return nil, errNoPlace
	}
	if err := l.copyAgain(ctx, j, 0); err != nil {
		return nil, err
	}
	var present, match []string
	for i, column := range key.Columns {
		present = append(present, "r."+quote(column)+" IS NOT NULL")
		match = append(match, "p."+quote(key.ParentColumns[i])+" = r."+quote(column))
	}
	parent := key.ParentQualified
	if parent == j.relation.Qualified {
		if len(j.places(key.ParentColumns)) != len(key.ParentColumns) {
			return nil, errNoPlace
		}
		parent = copiesTable
	}
	number, _, err := l.twoNumbers(ctx, "SELECT coalesce(min(r."+quote(numberName)+"), 0), 0::bigint FROM "+copiesTable+" r WHERE "+
		strings.Join(present, " AND ")+" AND NOT EXISTS (SELECT FROM "+parent+" p WHERE "+strings.Join(match, " AND ")+")")
	if err != nil {
		return nil, err
	}
	return j.at(number, key.Columns, func(r Record, places []int) string {
		what := values(r, places)
		if len(places) > 1 { // a single column is named before the reason
			what = list(key.Columns) + " " + what
		}
		return what + " is not in " + key.Parent
	})
}

// locateDuplicate finds the first record up to a number whose key an earlier one has.
func (l *loader) locateDuplicate(ctx context.Context, j *job, a answer, limit int64) (*Fault, error) {
	index, ok := byName(j.relation.Uniques, a.constraint, func(u unique) string { return u.Name })
	if !ok {
		return nil, errNoPlace
	}
	if err := l.copyAgain(ctx, j, limit); err != nil {
		return nil, err
	}
	conditions := []string{"true"}
	if index.Predicate != "" {
		conditions = append(conditions, "("+index.Predicate+")")
	}
	if !index.NullsEqual {
		for _, key := range index.Keys {
			conditions = append(conditions, "("+key+") IS NOT NULL")
		}
	}
	number, earlier, err := l.twoNumbers(ctx, "SELECT n, f FROM (SELECT "+quote(numberName)+" AS n, first_value("+quote(numberName)+
		") OVER (PARTITION BY "+strings.Join(index.Keys, ", ")+" ORDER BY "+quote(numberName)+") AS f FROM "+copiesTable+
		" WHERE "+strings.Join(conditions, " AND ")+") k WHERE n <> f ORDER BY n LIMIT 1")
	if err != nil {
		return nil, err
	}
	first, ok := j.record(earlier)
	if !ok {
		return nil, errNoPlace
	}
	columns := index.Columns
	if len(columns) == 0 {
		columns = index.ExpressionColumns
	}
	return j.at(number, columns, func(r Record, places []int) string {
		line := first.Line
		if len(places) > 0 && first.Cells[places[0]].Line > 0 {
			line = first.Cells[places[0]].Line
		}
		return strings.TrimSpace(fmt.Sprintf("%s is on line %d already (%s)", values(r, places), line, index.Name))
	})
}

// locateText finds the cell of a record that cannot be read as its column's type, by reading each by itself.
func (l *loader) locateText(ctx context.Context, j *job, number int64) (*Fault, error) {
	record, ok := j.record(number)
	if !ok {
		return nil, errNoPlace
	}
	if err := l.makeCopies(ctx, j); err != nil {
		return nil, err
	}
	for i, column := range j.Columns {
		if err := l.exec(ctx, "SAVEPOINT cambium_load"); err != nil {
			return nil, err
		}
		text := append(appendCopyText(nil, record.Cells[i]), '\n')
		_, err := l.db.CopyIn(ctx, copySQL(copiesTable, []string{column.Name}), strings.NewReader(string(text)))
		if err == nil {
			continue
		}
		a, ok := answerOf(err)
		if !ok {
			return nil, err
		}
		attribute, _ := j.relation.attribute(column.Name)
		return j.atCell(record, i, unreadable(record.Cells[i], attribute, a)), nil
	}
	return nil, errNoPlace
}

// makeCopies creates the temporary table with the records' columns and their number.
func (l *loader) makeCopies(ctx context.Context, j *job) error {
	return l.exec(ctx, "CREATE TEMPORARY TABLE "+strings.TrimPrefix(copiesTable, "pg_temp.")+" ON COMMIT DROP AS SELECT 0::bigint AS "+
		quote(numberName)+", "+quoteAll(j.names())+" FROM "+j.relation.Qualified+" WITH NO DATA")
}

// copyAgain fills the temporary table with the records up to a number, 0 for all.
func (l *loader) copyAgain(ctx context.Context, j *job, limit int64) error {
	if err := l.makeCopies(ctx, j); err != nil {
		return err
	}
	records := newFeed(ctx, &j.Table)
	records.numbered, records.limit = true, limit
	_, err := l.db.CopyIn(ctx, copySQL(copiesTable, append([]string{numberName}, j.names()...)), records)
	wrong := records.close()
	if err != nil {
		return err
	}
	if _, ok := errors.AsType[*Fault](wrong); ok {
		return nil // the records before it are what is looked at
	}
	return wrong
}

// twoNumbers runs a query for one row of two bigints; without a row both are 0.
func (l *loader) twoNumbers(ctx context.Context, sql string) (first, second int64, err error) {
	err = l.db.Query(ctx, sql, nil, func(values [][]byte) error {
		first = int64(binary.BigEndian.Uint64(values[0]))
		second = int64(binary.BigEndian.Uint64(values[1]))
		return nil
	})
	return first, second, err
}
