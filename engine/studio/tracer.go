package studio

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Querier runs a statement and hands over its rows: what the reader of the API asks.
type Querier interface {
	Query(ctx context.Context, sql string, args []any, row func(values [][]byte) error) error
}

// Tracer is a [Querier] that remembers the statements of the studio's last operations; those of anyone else pass.
type Tracer struct {
	next Querier

	mu   sync.Mutex
	last uint64
	kept map[uint64]*trace
}

// keptTraces is how many operations are remembered: those of a page or two.
const keptTraces = 200

// NewTracer returns a tracer in front of a querier.
func NewTracer(next Querier) *Tracer { return &Tracer{next: next, kept: make(map[uint64]*trace)} }

// trace is one operation's.
type trace struct {
	mu         sync.Mutex
	statements []statement
}

// statement is one that was run.
type statement struct {
	SQL  string  `json:"sql"`
	MS   float64 `json:"ms"`
	Rows int     `json:"rows"`
	Plan string  `json:"plan,omitempty"`

	args []any
}

type traceKey struct{}

// begin remembers an operation.
func (t *Tracer) begin(ctx context.Context) (context.Context, string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	tr := &trace{}
	t.kept[t.last] = tr
	delete(t.kept, t.last-keptTraces)
	return context.WithValue(ctx, traceKey{}, tr), strconv.FormatUint(t.last, 10)
}

// Query implements [Querier].
func (t *Tracer) Query(ctx context.Context, sql string, args []any, row func(values [][]byte) error) error {
	tr, _ := ctx.Value(traceKey{}).(*trace)
	if tr == nil {
		return t.next.Query(ctx, sql, args, row)
	}
	s := statement{SQL: sql, args: slices.Clone(args)}
	start := time.Now()
	err := t.next.Query(ctx, sql, args, func(values [][]byte) error {
		s.Rows++
		return row(values)
	})
	s.MS = float64(time.Since(start).Microseconds()) / float64(time.Millisecond/time.Microsecond)
	tr.mu.Lock()
	tr.statements = append(tr.statements, s)
	tr.mu.Unlock()
	return err
}

func (t *Tracer) find(id string) *trace {
	n, err := strconv.ParseUint(id, 10, 64)
	if t == nil || err != nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept[n]
}

// statements are those of an operation; false where it is no longer remembered.
func (t *Tracer) statements(id string) ([]statement, bool) {
	tr := t.find(id)
	if tr == nil {
		return nil, false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return append([]statement{}, tr.statements...), true
}

var errForgotten = errors.New("the statements of this request are no longer kept: run it again")

// explain asks PostgreSQL for the plans of an operation's statements, with what they were run with. They are run again:
// each is a read, of the reader's own making.
func (t *Tracer) explain(ctx context.Context, id string) ([]statement, error) {
	statements, ok := t.statements(id)
	if !ok {
		return nil, errForgotten
	}
	for i := range statements {
		s := &statements[i]
		var lines []string
		err := t.next.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+s.SQL, s.args, func(values [][]byte) error {
			lines = append(lines, string(values[0]))
			return nil
		})
		if err != nil {
			return nil, err
		}
		s.Plan = strings.Join(lines, "\n")
	}
	return statements, nil
}
