package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"sync"
	"unicode/utf8"
)

// feedSize is how much text is made ready at a time: what pgx sends in one message.
const feedSize = 64 << 10

// errFeedClosed ends a feed whose COPY is over.
var errFeedClosed = errors.New("the records are closed")

// feed is a table's records as the text format of COPY: one line a record, so that the line that PostgreSQL names is
// the record's number. It is an [io.Reader] to be read by one goroutine, and closed by any.
//
// Whatever ends it, the reader sees io.EOF: after a record that is wrong the database looks at all records before it, and
// the first fault is the first in the file whoever finds it. close tells why it ended.
type feed struct {
	table *Table
	// cause says why the COPY must end early, nil while it need not.
	cause func() error
	// report is told the number of records done. May be nil.
	report func(rows int64)
	// numbered puts the record's number before its cells.
	numbered bool
	// limit ends the feed after so many records; 0 is all.
	limit int64

	mu   sync.Mutex // a reader may outlive its COPY when the connection breaks
	next func() (Record, error, bool)
	stop func()
	rows int64
	text []byte
	sent int
	err  error // why the feed ended; io.EOF at its proper end
}

func newFeed(ctx context.Context, table *Table) *feed {
	f := &feed{table: table, cause: func() error { return context.Cause(ctx) }}
	f.next, f.stop = iter.Pull2(table.Records())
	return f
}

// Read implements [io.Reader].
func (f *feed) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sent == len(f.text) {
		f.text, f.sent = f.text[:0], 0
		for f.err == nil && len(f.text) < feedSize {
			f.err = f.add()
		}
		if f.report != nil && len(f.text) > 0 {
			f.report(f.rows)
		}
	}
	if f.sent == len(f.text) {
		return 0, io.EOF
	}
	n := copy(p, f.text[f.sent:])
	f.sent += n
	return n, nil
}

// close lets go of the records and returns what was wrong with them, if anything was.
func (f *feed) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop()
	err := f.err
	f.err = errFeedClosed
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// add makes the next record ready.
func (f *feed) add() error {
	if err := f.cause(); err != nil {
		return err
	}
	if f.limit > 0 && f.rows == f.limit {
		return io.EOF
	}
	record, err, ok := f.next()
	if !ok {
		return io.EOF
	}
	if err != nil {
		return err
	}
	if err := f.table.checkRecord(record); err != nil {
		return err
	}
	f.rows++
	if f.numbered {
		f.text = strconv.AppendInt(f.text, f.rows, 10)
		f.text = append(f.text, '\t')
	}
	for i, cell := range record.Cells {
		if i > 0 {
			f.text = append(f.text, '\t')
		}
		f.text = appendCopyText(f.text, cell)
	}
	f.text = append(f.text, '\n')
	return nil
}

// appendCopyText appends a cell in the text format of COPY (PostgreSQL, "COPY", File Formats).
func appendCopyText(dst []byte, cell Cell) []byte {
	if cell.Null {
		return append(dst, `\N`...)
	}
	for _, b := range cell.Text {
		switch b {
		case '\\':
			dst = append(dst, `\\`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// checkRecord finds what must not reach the database: there it would be the fault of a connection, not of a cell.
func (t *Table) checkRecord(r Record) error {
	if len(r.Cells) != len(t.Columns) {
		return t.atRecord(r, fmt.Sprintf("the record has %s, the header %s", count(len(r.Cells), "cell"), count(len(t.Columns), "column")))
	}
	for i, cell := range r.Cells {
		if reason := faultOfText(cell.Text); reason != "" {
			return t.atCell(r, i, reason)
		}
	}
	return nil
}

// faultOfText says why a text cannot be stored, or nothing when it can.
func faultOfText(text []byte) string {
	if bytes.IndexByte(text, 0) >= 0 {
		return "the text holds a NUL character"
	}
	if utf8.Valid(text) {
		return ""
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Sprintf("the text is not UTF-8: byte 0x%02X after %s", text[i], count(utf8.RuneCount(text[:i]), "character"))
		}
		i += size
	}
	return ""
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
