package load

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// readAll returns the header and all records as one text each: a cell is `line:column "text"`, or NULL for its text.
func readAll(text string) (header string, records []string, err error) {
	r := newCSVReader("a.csv", iotest.OneByteReader(strings.NewReader(text)))
	columns, err := r.readHeader()
	if err != nil {
		return "", nil, err
	}
	for _, c := range columns {
		header += fmt.Sprintf("%d:%d %q ", c.Line, c.Column, c.Name)
	}
	for record, err := range r.records() {
		if err != nil {
			return header, records, err
		}
		var b strings.Builder
		for _, c := range record.Cells {
			value := fmt.Sprintf("%q", c.Text)
			if c.Null {
				value = "NULL"
			}
			_, _ = fmt.Fprintf(&b, "%d:%d %s ", c.Line, c.Column, value)
		}
		records = append(records, b.String())
	}
	return header, records, nil
}

func TestCSVReader(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		header  string
		records []string
	}{
		"plain":             {"a,b\n1,2\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" 2:3 "2" `}},
		"no last newline":   {"a,b\n1,2", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" 2:3 "2" `}},
		"header alone":      {"a,b", `1:1 "a" 1:3 "b" `, nil},
		"CRLF":              {"a,b\r\n1,2\r\n3,4\r\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" 2:3 "2" `, `3:1 "3" 3:3 "4" `}},
		"CR at the end":     {"a,b\r\n1,2\r", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" 2:3 "2" `}},
		"byte order mark":   {"\xEF\xBB\xBFa,b\n1,2\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" 2:3 "2" `}},
		"NULL and empty":    {"a,b,c\n,\"\",\n", `1:1 "a" 1:3 "b" 1:5 "c" `, []string{`2:1 NULL 2:2 "" 2:5 NULL `}},
		"last cell missing": {"a,b\n1,", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" 2:3 NULL `}},
		"quotes":            {"a,b\n\"x,\"\"y\"\"\",z\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "x,\"y\"" 2:11 "z" `}},
		"many lines":        {"a,b\n\"1\n2\r\n3\",x\ny,z\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "1\n2\r\n3" 4:4 "x" `, `5:1 "y" 5:3 "z" `}},
		"characters":        {"a,b\néé,\"日本\",1\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "éé" 2:4 "日本" 2:9 "1" `}},
		"blank lines":       {"a,b\n\n1,2\n\r\n\n", `1:1 "a" 1:3 "b" `, []string{`3:1 "1" 3:3 "2" `}},
		"blank is a record": {"a\n\n1\n\"\"\n", `1:1 "a" `, []string{`2:1 NULL `, `3:1 "1" `, `4:1 "" `}},
		"ragged":            {"a,b\n1\n1,2,3\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "1" `, `3:1 "1" 3:3 "2" 3:5 "3" `}},
		"spaces stay":       {"a,b\n 1 ,\t\n", `1:1 "a" 1:3 "b" `, []string{`2:1 " 1 " 2:5 "\t" `}},
		"backslashes stay":  {"a,b\n\\N,\\.\n", `1:1 "a" 1:3 "b" `, []string{`2:1 "\\N" 2:4 "\\." `}},
		"quoted header":     {"\"a\"\"\",b\n", `1:1 "a\"" 1:7 "b" `, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header, records, err := readAll(test.text)
			require.NoError(t, err)
			assert.Equal(t, test.header, header)
			assert.Equal(t, test.records, records)
		})
	}
}

func TestCSVReaderFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"nothing":            {"", "a.csv: is empty: the first line must name the columns"},
		"mark alone":         {"\xEF\xBB\xBF", "a.csv: is empty: the first line must name the columns"},
		"blank first line":   {"\na\n", "a.csv:1:1: a column has no name"},
		"nameless column":    {"a,,b\n", "a.csv:1:3: a column has no name"},
		"latin 1 header":     {"a,\xE9t\xE9\n", "a.csv:1:3: the text is not UTF-8: byte 0xE9 after 0 characters"},
		"UTF-16":             {"\xFF\xFEa\x00,\x00b\x00\n\x00", "a.csv:1:1: the text holds a NUL character"},
		"quote in a cell":    {"a,b\n1,5\" disk\n", "a.csv:2:4: b: a quote inside an unquoted cell: put the cell in quotes and double the quotes in it"},
		"text after a quote": {"a,b\n\"1\"x,2\n", "a.csv:2:4: a: text after the closing quote: double the quotes that are inside the cell"},
		"open quote":         {"a,b\n1,2\n3,\"4\n5,6\n", "a.csv:3:3: b: the quote that opens here is never closed"},
		"lone CR":            {"a,b\n1,2\r3,4\r", "a.csv:2:4: b: a carriage return without a line feed: put the cell in quotes, or end lines in LF or CRLF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readAll(test.text)
			var fault *Fault
			require.ErrorAs(t, err, &fault)
			assert.EqualError(t, err, test.want)
		})
	}
}

func TestCSVReaderBoundsARecord(t *testing.T) {
	t.Parallel()
	endless := &repeated{head: []byte("a,b\n1,\"")}
	r := newCSVReader("a.csv", endless)
	r.limit = 1 << 20
	_, err := r.readHeader()
	require.NoError(t, err)
	_, err = r.read()
	assert.EqualError(t, err, "a.csv:2:3: b: the record is longer than 1 MiB: is a quote not closed?")
}

// repeated is a file that never ends.
type repeated struct{ head []byte }

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.head)
	r.head = r.head[n:]
	if n > 0 {
		return n, nil
	}
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

func TestCSVReaderReturnsErrorsOfTheFile(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	r := newCSVReader("a.csv", iotest.ErrReader(broken))
	_, err := r.readHeader()
	require.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "read a.csv: the disk is gone")
}

// writeCSV is the opposite of csvReader, with quotes where the writer likes them.
func writeCSV(rows [][]*string, quoted func() bool, newline string) string {
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			switch {
			case cell == nil:
			case *cell == "" || strings.ContainsAny(*cell, ",\"\r\n") || quoted():
				b.WriteString(`"` + strings.ReplaceAll(*cell, `"`, `""`) + `"`)
			default:
				b.WriteString(*cell)
			}
		}
		b.WriteString(newline)
	}
	return b.String()
}

func TestCSVReaderReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.Ptr(rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(",\"\r\n \\N\t")), rapid.Rune())), true)
		width := rapid.IntRange(2, 5).Draw(t, "width")
		rows := rapid.SliceOf(rapid.SliceOfN(cell, width, width)).Draw(t, "rows")
		header := make([]*string, width)
		for i := range header {
			name := fmt.Sprint("c", i)
			header[i] = &name
		}
		newline := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "newline")
		text := writeCSV(append([][]*string{header}, rows...), func() bool { return rapid.Bool().Draw(t, "quoted") }, newline)

		r := newCSVReader("a.csv", strings.NewReader(text))
		_, err := r.readHeader()
		require.NoError(t, err)
		var got [][]*string
		for record, err := range r.records() {
			require.NoError(t, err)
			var row []*string
			for _, c := range record.Cells {
				if c.Null {
					row = append(row, nil)
					continue
				}
				s := string(c.Text)
				row = append(row, &s)
			}
			got = append(got, row)
		}
		require.Len(t, got, len(rows))
		for i := range rows {
			require.Equal(t, rows[i], got[i])
		}
	})
}

func BenchmarkCSVReader(b *testing.B) {
	text := "id,order_id,product_id,unit_price,quantity,discount,name\n" +
		strings.Repeat("2155,11077,77,13.00,2,0.05,\"Original, Frankfurter\"\n", 100_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := newCSVReader("a.csv", strings.NewReader(text))
		if _, err := r.readHeader(); err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range r.records() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}
