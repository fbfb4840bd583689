// Package wire counts what goes to PostgreSQL and back: a proxy that reads the frames of the protocol as they pass.
package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Counts is what has passed so far.
type Counts struct {
	Statements int64 // executed
	RoundTrips int64 // messages after which the client waits
	Parsed     int64 // statements that were sent as text
	Received   int64 // bytes from the server
}

// Sub returns what has passed since an earlier look.
func (c Counts) Sub(earlier Counts) Counts {
	return Counts{
		c.Statements - earlier.Statements, c.RoundTrips - earlier.RoundTrips, c.Parsed - earlier.Parsed, c.Received - earlier.Received,
	}
}

// Proxy stands before a server. It does not speak TLS.
type Proxy struct {
	listener                               net.Listener
	server                                 string
	statements, roundTrips, parsed, answer atomic.Int64

	open sync.WaitGroup
}

// Listen makes a proxy before the server at host:port, on a loopback port of its own.
func Listen(ctx context.Context, server string) (*Proxy, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the counting proxy: %w", err)
	}
	p := &Proxy{listener: listener, server: server}
	p.open.Add(1)
	go p.accept(ctx)
	return p, nil
}

// Address is host:port of the proxy.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Counts returns what has passed so far.
func (p *Proxy) Counts() Counts {
	return Counts{p.statements.Load(), p.roundTrips.Load(), p.parsed.Load(), p.answer.Load()}
}

// Close stops listening, and waits for the clients to go.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.open.Wait()
	return err
}

func (p *Proxy) accept(ctx context.Context) {
	defer p.open.Done()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, "tcp", p.server)
		if err != nil {
			_ = client.Close() // which is how the client learns of it
			continue
		}
		p.open.Go(func() {
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				_, _ = io.Copy(counter{client, &p.answer}, server)
				_ = client.Close()
			}()
			_ = p.forward(server, client) // ends when either side does
			_ = server.Close()
			<-answered
		})
	}
}

// counter counts what is written.
type counter struct {
	io.Writer

	n *atomic.Int64
}

func (c counter) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n.Add(int64(n))
	return n, err
}

const (
	lengthSize = 4
	mostFrame  = 64 << 20
)

var errFrame = errors.New("no frame of the protocol")

// forward passes on what the client says (https://www.postgresql.org/docs/current/protocol-message-formats.html): first
// a message without a type, then messages with one.
func (p *Proxy) forward(server io.Writer, client io.Reader) error {
	typed := 0
	frame := make([]byte, 1+lengthSize)
	for {
		header := frame[:typed+lengthSize]
		if _, err := io.ReadFull(client, header); err != nil {
			return err
		}
		length := int(binary.BigEndian.Uint32(header[typed:])) - lengthSize
		if length < 0 || length > mostFrame {
			return errFrame
		}
		whole := append(append([]byte(nil), header...), make([]byte, length)...)
		if _, err := io.ReadFull(client, whole[len(header):]); err != nil {
			return err
		}
		if typed == 1 {
			p.count(header[0], whole[len(header):])
		}
		if _, err := server.Write(whole); err != nil {
			return err
		}
		typed = 1
	}
}

// ping is how pgx looks whether a connection that was idle for a second is still there.
const ping = "-- ping"

func (p *Proxy) count(kind byte, content []byte) {
	switch kind {
	case 'Q':
		if bytes.HasPrefix(content, []byte(ping)) {
			return
		}
		p.statements.Add(1)
		p.roundTrips.Add(1)
	case 'E':
		p.statements.Add(1)
	case 'P':
		p.parsed.Add(1)
	case 'S':
		p.roundTrips.Add(1)
	}
}
