package load

import "iter"

// Unknown is the number of rows of a [Table] that cannot tell before it is read.
const Unknown int64 = -1

// Source is a set of tables to load, in any order, each named once.
type Source []Table

// Table is the records for one table of the database.
type Table struct {
	// Name is the name of the database's table, found through its search_path.
	Name string
	// From says where the records come from, as faults name it: the path of a file, or a few words.
	From string
	// Columns names the cells of each record. Columns of the database's table that are not among them get their
	// default.
	Columns []Column
	// Rows is the number of records, or [Unknown].
	Rows int64
	// Records streams the records. It can be called again, and then streams the same records from the start. A
	// record's cells are the callee's again once the next is asked for. An error ends the stream; one that is the
	// text's own is a *[Fault].
	Records func() iter.Seq2[Record, error]
}

// Column is one name of a table's header.
type Column struct {
	// Name is the name of the database's column.
	Name string
	// Line and Column are where the name stands, both from 1; 0 where there is no such place.
	Line, Column int
}

// Record is one row as text.
type Record struct {
	// Cells has one cell for each column of the table.
	Cells []Cell
	// Line is where the record begins, from 1: the line of a file, or the number of the record.
	Line int
}

// Cell is one value as text, in the form in which PostgreSQL reads the column's type.
type Cell struct {
	// Text is UTF-8 without NUL.
	Text []byte
	// Null is true for a missing value; Text is then empty.
	Null bool
	// Line and Column are where the cell begins, both from 1, the column in characters; 0 where there is no such
	// place.
	Line, Column int
}
