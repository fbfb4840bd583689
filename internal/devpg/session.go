package devpg

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A session is the little of the PostgreSQL protocol, version 3, that a private server's keeper needs: start-up over
// the unix socket, where the directory's mode is the authentication, and simple queries whose rows nobody reads
// (https://www.postgresql.org/docs/current/protocol-flow.html). It is written out here because the ready-made clients
// do not fit: psql is not among the binaries that can be fetched, pgx belongs to engine/database, and lib/pq panics
// when the environment has PGSERVICE.
type session struct {
	conn net.Conn
	r    *bufio.Reader
}

// protocolVersion is 3.0, which every version since 7.4 speaks.
const protocolVersion = 3 << 16

// maxMessage bounds one message of the server, in bytes; notices and errors stay far below.
const maxMessage = 1 << 24

func openSession(ctx context.Context, socket, user, database string) (*session, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	s := &session{conn: conn, r: bufio.NewReader(conn)}
	body := binary.BigEndian.AppendUint32(nil, protocolVersion)
	for _, word := range []string{"user", user, "database", database, "application_name", "devpg", ""} {
		body = append(append(body, word...), 0)
	}
	if err := s.roundTrip(ctx, frame(nil, body)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

// exec runs one statement and throws its rows away. A refusal of the server is a *SQLError.
func (s *session) exec(ctx context.Context, statement string) error {
	return s.roundTrip(ctx, frame([]byte{'Q'}, append([]byte(statement), 0)))
}

// close says goodbye, so that the server does not log a lost connection.
func (s *session) close() error {
	_, err := s.conn.Write(frame([]byte{'X'}, nil))
	return errors.Join(err, s.conn.Close())
}

func frame(kind, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(kind, uint32(len(body)+4)), body...)
}

// roundTrip sends a message and reads until the server is ready for the next one.
func (s *session) roundTrip(ctx context.Context, message []byte) error {
	interrupt := context.AfterFunc(ctx, func() { _ = s.conn.SetDeadline(time.Unix(1, 0)) })
	defer interrupt()
	if _, err := s.conn.Write(message); err != nil {
		return causeOf(ctx, err)
	}
	var refusal error
	for {
		kind, body, err := s.read()
		switch {
		case err != nil && refusal != nil:
			// A FATAL error is the last thing the server says.
			return refusal
		case err != nil:
			return causeOf(ctx, err)
		case kind == 'E':
			refusal = parseError(body)
		case kind == 'R' && (len(body) < 4 || binary.BigEndian.Uint32(body) != 0):
			return errors.New("the server asks for a password on its unix socket, which is open to its owner: pg_hba.conf was changed")
		case kind == 'Z':
			return refusal
		}
	}
}

func (s *session) read() (kind byte, body []byte, err error) {
	var header [5]byte
	if _, err := io.ReadFull(s.r, header[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(header[1:])
	if size < 4 || size > maxMessage {
		return 0, nil, fmt.Errorf("message %q of %d bytes is not the PostgreSQL protocol", header[0], size)
	}
	body = make([]byte, size-4)
	_, err = io.ReadFull(s.r, body)
	return header[0], body, err
}

func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// SQLError is a refusal of the server.
type SQLError struct {
	// Code is the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
	Code string
	// Message is the primary message, in English; Detail may be empty.
	Message, Detail string
}

func (e *SQLError) Error() string {
	text := fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func parseError(body []byte) *SQLError {
	e := new(SQLError)
	for len(body) > 1 {
		kind := body[0]
		end := 1
		for end < len(body) && body[end] != 0 {
			end++
		}
		text := string(body[1:end])
		switch kind {
		case 'C':
			e.Code = text
		case 'M':
			e.Message = text
		case 'D':
			e.Detail = text
		}
		body = body[min(end+1, len(body)):]
	}
	return e
}
