package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

const (
	// readSize is how much of a file is read at a time: enough to make the system call cheap.
	readSize = 64 << 10
	// maxRecord bounds what one record may hold. PostgreSQL ends at 1 GB; a record of this size is already the sign of
	// a quote that was opened and never closed.
	maxRecord = 64 << 20
	// eof is what peek and take return at the end. No byte is negative.
	eof = -1
)

// csvReader reads CSV as RFC 4180 has it, and unlike encoding/csv it says whether a cell was quoted and at which
// character each cell begins. A line may end in LF or CRLF and a byte order mark is skipped. An empty cell is NULL,
// and a quoted empty cell ("") is an empty text, as PostgreSQL's own CSV has it.
type csvReader struct {
	in   *bufio.Reader
	from string
	// line and column are the place of the next byte, both from 1, the column in characters.
	line, column int
	// header names the cells once it is read; nil before.
	header []Column
	// limit is how much text a record may hold.
	limit int

	text  []byte
	cells []Cell
	// ends holds the end of each cell in text: text may move while it grows, so cells are cut last.
	ends []int
}

func newCSVReader(from string, in io.Reader) *csvReader {
	return &csvReader{in: bufio.NewReaderSize(in, readSize), from: from, line: 1, column: 1, limit: maxRecord}
}

// readHeader reads the first record as the names of the columns. It must be called once, before records.
func (r *csvReader) readHeader() ([]Column, error) {
	if mark, err := r.in.Peek(3); err == nil && string(mark) == "\xEF\xBB\xBF" {
		_, _ = r.in.Discard(3) // cannot fail: the bytes were just seen
	}
	record, err := r.read()
	if errors.Is(err, io.EOF) {
		return nil, &Fault{From: r.from, Reason: "is empty: the first line must name the columns"}
	}
	if err != nil {
		return nil, err
	}
	header := make([]Column, len(record.Cells))
	for i, c := range record.Cells {
		header[i] = Column{Name: string(c.Text), Line: c.Line, Column: c.Column}
		reason := faultOfText(c.Text)
		if len(c.Text) == 0 {
			reason = "a column has no name"
		}
		if reason != "" {
			return nil, &Fault{From: r.from, Line: c.Line, Column: c.Column, Reason: reason}
		}
	}
	r.header = header
	return header, nil
}

// records streams the records after the header.
func (r *csvReader) records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			record, err := r.read()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// read returns the next record, or io.EOF. A blank line is no record, except in a file of one column, where it is a
// record whose only cell is NULL.
func (r *csvReader) read() (Record, error) {
	for {
		r.text, r.cells, r.ends = r.text[:0], r.cells[:0], r.ends[:0]
		b, err := r.peek()
		if err != nil {
			return Record{}, err
		}
		if b == eof {
			return Record{}, io.EOF
		}
		line := r.line
		for more := true; more; {
			if more, err = r.readCell(); err != nil {
				return Record{}, err
			}
		}
		if len(r.cells) == 1 && r.cells[0].Null && len(r.header) > 1 {
			continue
		}
		start := 0
		for i, end := range r.ends {
			r.cells[i].Text = r.text[start:end:end]
			start = end
		}
		return Record{Cells: r.cells, Line: line}, nil
	}
}

// readCell reads one cell and what ends it, and tells whether another cell follows in the same record.
func (r *csvReader) readCell() (more bool, err error) {
	cell := Cell{Line: r.line, Column: r.column}
	b, err := r.peek()
	if err != nil {
		return false, err
	}
	if b == '"' {
		if err := r.readQuoted(cell); err != nil {
			return false, err
		}
	} else {
		start := len(r.text)
		if err := r.readBare(cell); err != nil {
			return false, err
		}
		cell.Null = len(r.text) == start
	}
	more, err = r.endCell()
	r.cells = append(r.cells, cell)
	r.ends = append(r.ends, len(r.text))
	return more, err
}

// readBare reads a cell that is not in quotes, up to what ends it.
func (r *csvReader) readBare(cell Cell) error {
	for {
		b, err := r.peek()
		if err != nil {
			return err
		}
		switch b {
		case eof, ',', '\n', '\r':
			return nil
		case '"':
			return r.fault(r.line, r.column, "a quote inside an unquoted cell: put the cell in quotes and double the quotes in it")
		}
		if err := r.keep(cell, ",\"\r\n"); err != nil {
			return err
		}
	}
}

// readQuoted reads a cell in quotes, up to what ends it.
func (r *csvReader) readQuoted(cell Cell) error {
	r.take() // the opening quote
	for {
		b, err := r.peek()
		if err != nil {
			return err
		}
		switch b {
		case eof:
			return r.fault(cell.Line, cell.Column, "the quote that opens here is never closed")
		case '"':
			r.take()
			if b, err = r.peek(); err != nil {
				return err
			}
			if b != '"' {
				return nil
			}
		}
		if err := r.keep(cell, "\""); err != nil {
			return err
		}
	}
}

// endCell takes what ends a cell, and tells whether another cell follows in the same record.
func (r *csvReader) endCell() (more bool, err error) {
	b, err := r.peek()
	if err != nil {
		return false, err
	}
	switch b {
	case eof:
		return false, nil
	case ',':
		r.take()
		return true, nil
	case '\n':
		r.take()
		return false, nil
	case '\r':
		line, column := r.line, r.column
		r.take()
		switch b, err = r.peek(); {
		case err != nil:
			return false, err
		case b == '\n':
			r.take()
			return false, nil
		case b == eof:
			return false, nil
		}
		return false, r.fault(line, column, "a carriage return without a line feed: put the cell in quotes, or end lines in LF or CRLF")
	}
	return false, r.fault(r.line, r.column, "text after the closing quote: double the quotes that are inside the cell")
}

// keep moves the next byte into the cell, whatever it is, and those buffered after it up to one of the stops.
func (r *csvReader) keep(cell Cell, stops string) error {
	if len(r.text) >= r.limit {
		return r.fault(cell.Line, cell.Column, fmt.Sprintf("the record is longer than %d MiB: is a quote not closed?", r.limit>>20))
	}
	r.text = append(r.text, r.take())
	run, _ := r.in.Peek(r.in.Buffered()) // cannot fail: all of it is there
	if end := bytes.IndexAny(run, stops); end >= 0 {
		run = run[:end]
	}
	r.text = append(r.text, run...)
	for _, b := range run {
		r.pass(b)
	}
	_, _ = r.in.Discard(len(run)) // nor can this
	return nil
}

// peek returns the next byte, or eof.
func (r *csvReader) peek() (int, error) {
	next, err := r.in.Peek(1)
	if len(next) == 1 {
		return int(next[0]), nil
	}
	if errors.Is(err, io.EOF) {
		return eof, nil
	}
	return 0, fmt.Errorf("read %s: %w", r.from, err)
}

// take consumes the byte that peek has shown.
func (r *csvReader) take() byte {
	b, _ := r.in.ReadByte() // cannot fail: peek has buffered it
	r.pass(b)
	return b
}

// pass moves the place past a byte.
func (r *csvReader) pass(b byte) {
	switch {
	case b == '\n':
		r.line++
		r.column = 1
	case b&0xC0 != 0x80: // the later bytes of a character do not count
		r.column++
	}
}

// fault makes a fault at a place, with the field's name where it is known.
func (r *csvReader) fault(line, column int, reason string) *Fault {
	f := &Fault{From: r.from, Line: line, Column: column, Reason: reason}
	if i := len(r.cells); i < len(r.header) {
		f.Field = r.header[i].Name
	}
	return f
}
