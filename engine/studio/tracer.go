package studio

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
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
	mu  sync.Mutex
	ran []*ran
}

// ran is a statement that was run.
type ran struct {
	sql  string
	args any
	by   dialect.Driver // nil: by the reader, whose statements are reads
	took time.Duration
	rows atomic.Int64
}

// time runs a statement and remembers it.
func (tr *trace) time(r *ran, run func(*ran) error) error {
	start := time.Now()
	err := run(r)
	r.took = time.Since(start)
	tr.mu.Lock()
	tr.ran = append(tr.ran, r)
	tr.mu.Unlock()
	return err
}

// statement is one that was run, as the page is told.
type statement struct {
	SQL  string  `json:"sql"`
	MS   float64 `json:"ms"`
	Rows int64   `json:"rows"`
	Plan string  `json:"plan,omitempty"`
	// Estimated: the statement may write, so that the plan is told without running it again.
	Estimated bool `json:"estimated,omitempty"`
}

func (r *ran) statement() statement {
	return statement{SQL: r.sql, MS: float64(r.took.Microseconds()) / float64(time.Millisecond/time.Microsecond), Rows: r.rows.Load(), Estimated: r.by != nil}
}

type traceKey struct{}

// traceOf is the trace of a context; nil where nobody keeps one.
func traceOf(ctx context.Context) *trace {
	tr, _ := ctx.Value(traceKey{}).(*trace)
	return tr
}

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
func (t *Tracer) Query(ctx context.Context, query string, args []any, row func(values [][]byte) error) error {
	tr := traceOf(ctx)
	if tr == nil {
		return t.next.Query(ctx, query, args, row)
	}
	return tr.time(&ran{sql: query, args: slices.Clone(args)}, func(r *ran) error {
		return t.next.Query(ctx, query, args, func(values [][]byte) error {
			r.rows.Add(1)
			return row(values)
		})
	})
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

// statementsOf are what an operation has run; false where it is no longer remembered.
func (t *Tracer) statementsOf(id string) ([]*ran, bool) {
	tr := t.find(id)
	if tr == nil {
		return nil, false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return slices.Clone(tr.ran), true
}

// statements are those of an operation, in their order; false where it is no longer remembered.
func (t *Tracer) statements(id string) ([]statement, bool) {
	all, ok := t.statementsOf(id)
	told := make([]statement, len(all))
	for i, r := range all {
		told[i] = r.statement()
	}
	return told, ok
}

var errForgotten = errors.New("the statements of this request are no longer kept: run it again")

// explain asks PostgreSQL for the plans of an operation's statements, with what they were run with. Those of the reader are
// run again: each is a read, of its own making. Others may write, and are only planned.
func (t *Tracer) explain(ctx context.Context, id string) ([]statement, error) {
	all, ok := t.statementsOf(id)
	if !ok {
		return nil, errForgotten
	}
	told := make([]statement, len(all))
	for i, r := range all {
		told[i] = r.statement()
		var err error
		if r.by == nil {
			told[i].Plan, err = t.analyze(ctx, r)
		} else if planned.MatchString(r.sql) {
			told[i].Plan, err = plan(ctx, r)
		}
		if err != nil {
			return nil, err
		}
	}
	return told, nil
}

func (t *Tracer) analyze(ctx context.Context, r *ran) (string, error) {
	var lines []string
	args, _ := r.args.([]any)
	err := t.next.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+r.sql, args, func(values [][]byte) error {
		lines = append(lines, string(values[0]))
		return nil
	})
	return strings.Join(lines, "\n"), err
}

// planned are the statements that PostgreSQL plans.
var planned = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|VALUES)\b`)

func plan(ctx context.Context, r *ran) (string, error) {
	var rows sql.Rows
	if err := r.by.Query(ctx, "EXPLAIN "+r.sql, r.args, &rows); err != nil {
		return "", err
	}
	var lines []string
	err := sql.ScanSlice(rows, &lines)
	return strings.Join(lines, "\n"), errors.Join(err, rows.Close())
}
