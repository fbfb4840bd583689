package load

import (
	"strconv"
	"strings"
)

// Fault is something wrong with the records themselves, which the one who wrote them can put right.
type Fault struct { //nolint:errname // a fault is in the records, an error in the work
	// From is the file, or what the [Table] says of itself.
	From string
	// Line and Column are where the cell begins, both from 1, the column in characters. A fault of a whole record has
	// no column, one of a whole file no line: they are then 0.
	Line, Column int
	// Field is the name of the cell's column, empty for a fault of a whole record.
	Field string
	// Reason says what is wrong, without the place.
	Reason string
	// Err is the database's own answer; nil for what was found before it was asked.
	Err error
}

// Error returns `file:line:column: field: reason`, without the parts that are unknown.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.From)
	for _, n := range []int{f.Line, f.Column} {
		if n > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(n))
		}
	}
	b.WriteString(": ")
	if f.Field != "" {
		b.WriteString(f.Field)
		b.WriteString(": ")
	}
	b.WriteString(f.Reason)
	return b.String()
}

// Unwrap returns the database's own answer.
func (f *Fault) Unwrap() error { return f.Err }

// atRecord makes a fault of a whole record.
func (t *Table) atRecord(r Record, reason string) *Fault {
	return &Fault{From: t.From, Line: r.Line, Reason: reason}
}

// atCell makes a fault of the record's i-th cell.
func (t *Table) atCell(r Record, i int, reason string) *Fault {
	c := r.Cells[i]
	line := c.Line
	if line == 0 {
		line = r.Line
	}
	return &Fault{From: t.From, Line: line, Column: c.Column, Field: t.Columns[i].Name, Reason: reason}
}

// maxShown bounds how much of a cell a reason repeats: enough to recognise it, short enough for one line.
const maxShown = 60

// shown quotes a cell's text for a reason.
func shown(text []byte) string {
	s := string(text)
	if n := 0; len(s) > maxShown {
		for i := range s {
			if n == maxShown {
				return strconv.Quote(s[:i]) + "..."
			}
			n++
		}
	}
	return strconv.Quote(s)
}
