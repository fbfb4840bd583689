// Package floor answers the measured operations by hand, as cheaply as net/http and pgx allow: what is left to gain in
// Cambium is measured against it.
//
// Statements are prepared at connect and sent through pgconn, pipelined where there are several; lists of parents go out
// as one array or are found again by the statement itself, and children come per parent from a LATERAL with a LIMIT.
// Rows are binary, and are appended to a buffer that is used again.
package floor

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"         //nolint:depguard // the floor is what can be written with pgx
	"github.com/jackc/pgx/v5/pgconn"  //nolint:depguard // as above
	"github.com/jackc/pgx/v5/pgxpool" //nolint:depguard // as above
)

// Floor is the handlers over one pool.
type Floor struct {
	pool    *pgxpool.Pool
	buffers sync.Pool
}

// maxConns is the limit of Cambium's pool.
const maxConns = 10

// New connects to a database.
func New(ctx context.Context, url string) (*Floor, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("configure the floor: %w", err)
	}
	config.MaxConns = maxConns
	config.AfterConnect = prepare
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect the floor: %w", err)
	}
	return &Floor{pool: pool, buffers: sync.Pool{New: func() any { return new(scratch) }}}, nil
}

// Close closes the pool.
func (f *Floor) Close() { f.pool.Close() }

// statements are all that are prepared, by their names.
var statements = map[string]string{
	"q1": q1SQL, "q2": q2SQL, "q3": q3SQL, "q4": q4SQL, "q5": q5SQL, "q6": q6SQL, "q6lines": q6LinesSQL, "q7": q7SQL,
	"q8": q8SQL, "q9": q9SQL,
	"q10": q10SQL, "q10products": q10ProductsSQL, "q10gone": q10GoneSQL,
}

// prepare keeps the descriptions with the connection, so that PostgreSQL need not send them again.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	for name, sql := range statements {
		prepared, err := conn.PgConn().Prepare(ctx, name, sql, nil)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", name, err)
		}
		conn.PgConn().CustomData()[name] = prepared
	}
	return nil
}

func prepared(conn *pgconn.PgConn, name string) *pgconn.StatementDescription {
	return conn.CustomData()[name].(*pgconn.StatementDescription)
}

// scratch is what a request works with: the answer, and a level of it that has to wait for the one around it.
type scratch struct {
	answer []byte
	part   []byte
	ends   []int
}

// Handler answers GET /Q1 and so on, with the variables as parameters of the URL.
func (f *Floor) Handler() http.Handler {
	mux := http.NewServeMux()
	for name, answer := range map[string]answerFunc{
		"Q1": f.q1, "Q2": f.q2, "Q3": f.q3, "Q4": f.q4, "Q5": f.q5, "Q6": f.q6, "Q7": f.q7, "Q8": f.q8, "Q9": f.q9, "Q10": f.q10,
	} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, answer) })
	}
	return mux
}

// answerFunc appends the answer of one operation to the scratch.
type answerFunc func(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error

var errArgument = errors.New("an argument is missing or wrong")

var contentJSON = []string{"application/json"}

func (f *Floor) serve(w http.ResponseWriter, r *http.Request, answer answerFunc) {
	s := f.buffers.Get().(*scratch)
	defer f.buffers.Put(s)
	s.answer, s.part, s.ends = s.answer[:0], s.part[:0], s.ends[:0]
	ctx := r.Context()
	conn, err := f.pool.Acquire(ctx)
	if err == nil {
		err = answer(ctx, conn.Conn().PgConn(), r, s)
		conn.Release()
	}
	switch {
	case errors.Is(err, errArgument):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		header := w.Header()
		header["Content-Type"] = contentJSON
		header["Content-Length"] = []string{strconv.Itoa(len(s.answer))}
		_, _ = w.Write(s.answer) // a client that has gone is not told
	}
}

// Serve answers on the listener until ctx ends.
func Serve(ctx context.Context, url string, listener net.Listener) error {
	f, err := New(ctx, url)
	if err != nil {
		return err
	}
	defer f.Close()
	const timeout = 10 * time.Second
	server := &http.Server{Handler: f.Handler(), ReadHeaderTimeout: timeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the floor: %w", err)
	}
	return nil
}

// binaryFormat is the format of all parameters and results.
var binaryFormat = []int16{1}

// query runs one prepared statement and hands over its rows.
func query(ctx context.Context, conn *pgconn.PgConn, name string, args [][]byte, row func(v [][]byte)) error {
	reader := conn.ExecStatement(ctx, prepared(conn, name), args, binaryFormat, binaryFormat)
	for reader.NextRow() {
		row(reader.Values())
	}
	_, err := reader.Close()
	return err
}

// results reads the answers of a pipeline, one statement after the other.
type results struct{ *pgconn.MultiResultReader }

func (r results) next(row func(v [][]byte)) error {
	if !r.NextResult() {
		return r.Close()
	}
	reader := r.ResultReader()
	for reader.NextRow() {
		row(reader.Values())
	}
	_, err := reader.Close()
	return err
}

// key is the key of an opaque id in a parameter, as a binary argument.
func key(r *http.Request, name, prefix string) ([]byte, error) {
	plain, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get(name))
	if err != nil {
		return nil, errArgument
	}
	text, ok := strings.CutPrefix(string(plain), prefix)
	if !ok {
		return nil, errArgument
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, errArgument
	}
	return binary.BigEndian.AppendUint64(nil, uint64(n)), nil
}
