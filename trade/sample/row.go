package sample

import (
	"iter"
	"strconv"
	"time"

	"cambium/internal/load"
)

// row writes the cells of one record after another into the same memory.
type row struct {
	text  []byte
	cells []load.Cell
}

func (r *row) reset() { r.text, r.cells = r.text[:0], r.cells[:0] }

// end makes a cell of what was written since start.
func (r *row) end(start int) {
	r.cells = append(r.cells, load.Cell{Text: r.text[start:len(r.text):len(r.text)]})
}

func (r *row) null() { r.cells = append(r.cells, load.Cell{Null: true}) }

func (r *row) string(s string) {
	start := len(r.text)
	r.text = append(r.text, s...)
	r.end(start)
}

// optional writes NULL for an empty text.
func (r *row) optional(s string) {
	if s == "" {
		r.null()
		return
	}
	r.string(s)
}

func (r *row) int(n int) {
	start := len(r.text)
	r.text = strconv.AppendInt(r.text, int64(n), 10)
	r.end(start)
}

// hundredths writes n/100 with two decimals; n is not negative.
func (r *row) hundredths(n int) {
	start := len(r.text)
	r.text = strconv.AppendInt(r.text, int64(n/100), 10)
	r.text = append(r.text, '.', byte('0'+n/10%10), byte('0'+n%10))
	r.end(start)
}

func (r *row) bool(b bool) {
	start := len(r.text)
	r.text = strconv.AppendBool(r.text, b)
	r.end(start)
}

// time writes seconds since 1970 as RFC 3339 in UTC, and NULL for 0.
func (r *row) time(unix int64) {
	if unix == 0 {
		r.null()
		return
	}
	start := len(r.text)
	r.text = time.Unix(unix, 0).UTC().AppendFormat(r.text, time.RFC3339)
	r.end(start)
}

func (r *row) date(unix int64) {
	start := len(r.text)
	r.text = time.Unix(unix, 0).UTC().AppendFormat(r.text, time.DateOnly)
	r.end(start)
}

// rows makes records from 1 to n.
func rows(n int, write func(r *row, id int)) func() iter.Seq2[load.Record, error] {
	return func() iter.Seq2[load.Record, error] {
		return func(yield func(load.Record, error) bool) {
			var r row
			for id := 1; id <= n; id++ {
				r.reset()
				write(&r, id)
				if !yield(load.Record{Cells: r.cells, Line: id}, nil) {
					return
				}
			}
		}
	}
}
