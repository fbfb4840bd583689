package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// delay is a proxy before a server, whose answers come so much later: a statement then takes its time without taking a
// processor's.
type delay struct {
	listener net.Listener
	server   string
	by       time.Duration
	open     sync.WaitGroup
}

func listenDelayed(ctx context.Context, server string, by time.Duration) (*delay, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the proxy: %w", err)
	}
	d := &delay{listener: listener, server: server, by: by}
	d.open.Go(func() { d.accept(ctx) })
	return d, nil
}

func (d *delay) address() string { return d.listener.Addr().String() }

func (d *delay) close() error {
	err := d.listener.Close()
	d.open.Wait()
	return err
}

func (d *delay) accept(ctx context.Context) {
	for {
		client, err := d.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, "tcp", d.server)
		if err != nil {
			_ = client.Close() // which is how the client learns of it
			continue
		}
		d.open.Go(func() {
			_, _ = io.Copy(server, client) // until either side ends
			_ = server.Close()
		})
		d.open.Go(func() {
			d.answer(client, server)
			_ = client.Close()
		})
	}
}

// answer passes on what the server says, later.
func (d *delay) answer(client io.Writer, server io.Reader) {
	type part struct {
		bytes []byte
		due   time.Time
	}
	const mostParts = 1024
	parts := make(chan part, mostParts)
	var passed sync.WaitGroup
	passed.Go(func() {
		for p := range parts {
			<-time.After(time.Until(p.due))
			_, _ = client.Write(p.bytes) // to a client that may have gone; the server's end is met then too
		}
	})
	const size = 64 << 10
	for {
		b := make([]byte, size)
		n, err := server.Read(b)
		if n > 0 {
			parts <- part{b[:n], time.Now().Add(d.by)}
		}
		if err != nil {
			close(parts)
			passed.Wait()
			return
		}
	}
}
