package read

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// renderer appends the response's JSON while the writers walk the row.
type renderer struct {
	binding

	rows

	buf    []byte
	faults []*Error // of values; their paths are completed on the way out
	holes  []hole
	root   int // that is being written

	ends    []int // of the roots' values in buf
	answers []Answer
}

var (
	errShape = errors.New("read: the row does not have the shape of the plan")
	// errNull says that a value is null and must not be: so is the one around it. Its fault is noted already.
	errNull = errors.New("read: null where the schema promises a value")
)

// fault notes why a value is null.
func (r *renderer) fault(code, message string) {
	r.faults = append(r.faults, &Error{Code: code, Message: message})
}

// within completes the paths of the faults since mark with the place in which they are.
func (r *renderer) within(mark int, place ast.PathElement) {
	for _, f := range r.faults[mark:] {
		f.Path = append(ast.Path{place}, f.Path...)
	}
}

// nullOr turns what was written since from into null where a value inside must not be null and this one may.
func (r *renderer) nullOr(err error, from int) error {
	if !errors.Is(err, errNull) {
		return err
	}
	r.buf = append(r.buf[:from], "null"...)
	for len(r.holes) > 0 && r.holes[len(r.holes)-1].at > from {
		r.holes = r.holes[:len(r.holes)-1]
	}
	return nil
}

// write writes the value of each root.
func (r *renderer) write(roots []root) error {
	row := r.tables[0]
	for i, root := range roots {
		from, mark, holes := len(r.buf), len(r.faults), len(r.holes)
		r.root = i
		switch err := root.writer.write(r, row); {
		case errors.Is(err, errNull):
			r.buf, r.holes = r.buf[:from], r.holes[:holes]
		case err != nil:
			return fmt.Errorf("render %s: %w", root.path, err)
		}
		var answer Answer
		for _, f := range r.faults[mark:] {
			f.Path = append(slices.Clone(root.path), f.Path...)
			answer.Faults = append(answer.Faults, f)
		}
		r.ends, r.answers = append(r.ends, len(r.buf)), append(r.answers, answer)
	}
	return nil
}

// finish computes what no statement gives, and cuts the answers out of the buffer.
func (r *renderer) finish(ctx context.Context) {
	if len(r.holes) > 0 {
		r.fill(ctx, r.answers)
	}
	from := 0
	for i, end := range r.ends {
		if end > from {
			r.answers[i].Value = r.buf[from:end:end]
		}
		from = end
	}
}

// taken returns the answers in memory of their own, and releases the renderer.
func (r *renderer) taken() []Answer {
	answers, size := slices.Clone(r.answers), 0
	for _, a := range answers {
		size += len(a.Value)
	}
	all := make([]byte, 0, size)
	for i := range answers {
		if v := answers[i].Value; v != nil {
			from := len(all)
			all = append(all, v...)
			answers[i].Value = all[from:len(all):len(all)]
		}
	}
	r.release()
	return answers
}

// renderers keeps renderers with their buffers for the next operation.
//
//nolint:gochecknoglobals // a pool is the process's
var renderers = sync.Pool{New: func() any { return new(renderer) }}

// maxKept is the largest buffer that a kept renderer may hold: an answer of that size is rare.
const maxKept = 1 << 20

func newRenderer(cursors *cursors, variables map[string]any, given []target) *renderer {
	r := renderers.Get().(*renderer)
	r.cursors, r.variables, r.given = cursors, variables, given
	return r
}

// release gives the renderer back.
func (r *renderer) release() {
	if cap(r.buf) > maxKept || r.size() > maxKept {
		return
	}
	clear(r.answers)
	*r = renderer{
		binding: r.binding.emptied(),
		rows:    rows{tables: r.tables, data: r.data[:0]},
		buf:     r.buf[:0],
		ends:    r.ends[:0],
		answers: r.answers[:0],
	}
	renderers.Put(r)
}

func (r *renderer) text(s string) { r.buf = append(r.buf, s...) }

func (r *renderer) bool(b bool) { r.buf = strconv.AppendBool(r.buf, b) }

// key returns the part of an object in front of a member's value, behind the brace.
func key(name string, first bool) string {
	if first {
		return strconv.Quote(name) + ":"
	}
	return "," + strconv.Quote(name) + ":"
}
