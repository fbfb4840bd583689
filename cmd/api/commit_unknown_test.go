package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/ent/schema"
)

// commitCutter is the way to a server, which is cut when the next COMMIT passes: before the server hears it, or before its
// answer is heard.
type commitCutter struct {
	listener net.Listener
	server   string
	armed    atomic.Bool
	heard    atomic.Bool
	open     sync.WaitGroup
}

func newCommitCutter(t *testing.T, server string) *commitCutter {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &commitCutter{listener: listener, server: server}
	c.open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := new(net.Dialer).DialContext(t.Context(), "tcp", c.server)
			if err != nil {
				_ = client.Close()
				continue
			}
			c.open.Go(func() { c.serve(client, server) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); c.open.Wait() })
	return c
}

func (c *commitCutter) serve(client, server net.Conn) {
	var cut atomic.Bool
	var back sync.WaitGroup
	back.Go(func() {
		defer client.Close() //nolint:errcheck // which is the cut
		buffer := make([]byte, 32<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil || cut.Load() {
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	defer back.Wait()
	defer server.Close() //nolint:errcheck // as above
	typed := 0           // of the first message, which has no type
	for {
		header := make([]byte, typed+4)
		if _, err := io.ReadFull(client, header); err != nil {
			return
		}
		content := make([]byte, int(header[typed])<<24|int(header[typed+1])<<16|int(header[typed+2])<<8|int(header[typed+3])-4)
		if _, err := io.ReadFull(client, content); err != nil {
			return
		}
		if header[0] == 'Q' && bytes.EqualFold(content, []byte("commit\x00")) && c.armed.CompareAndSwap(true, false) {
			if !c.heard.Load() {
				return
			}
			cut.Store(true)
		}
		if _, err := server.Write(slices.Concat(header, content)); err != nil {
			return
		}
		if cut.Load() {
			back.Wait() // for the answer, which nobody hears
			return
		}
		typed = 1
	}
}

// Trap: the connection is lost between COMMIT and its answer. Whoever asked is told so, and the same request under the same
// idempotency key resolves it: it answers with what was stored, or does it now.
func TestTrapCommitUnknown(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(migrated(t))
	require.NoError(t, err)
	cutter := newCommitCutter(t, address.Host)
	address.Host = cutter.listener.Addr().String()
	p := start(t, with(address.String(), "ADDR=127.0.0.1:0"), "serve")
	api := p.URL(t)
	send := func(name string) string {
		body, err := json.Marshal(map[string]any{"query": `mutation($n: String!) { createRegion(input: {name: $n}) { name } }`, "variables": map[string]any{"n": name}})
		require.NoError(t, err)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api+graphQLPath, bytes.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+signed(t, "1", schema.RoleAdmin))
		request.Header.Set("Idempotency-Key", name)
		response, err := client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close() //nolint:errcheck // read to its end
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return string(text)
	}
	stored := func(name string) int {
		var data struct{ Regions struct{ TotalCount int } }
		query(t, api, `query($n: String!) { regions(where: {name: {eq: $n}}) { totalCount } }`, map[string]any{"n": name}, &data)
		return data.Regions.TotalCount
	}
	for name, heard := range map[string]bool{"Heard": true, "Unheard": false} {
		cutter.heard.Store(heard)
		cutter.armed.Store(true)
		var answer struct {
			Data   any
			Errors []struct {
				Extensions struct{ Code string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(send(name)), &answer))
		require.Len(t, answer.Errors, 1, name)
		assert.Equal(t, "COMMIT_UNKNOWN", answer.Errors[0].Extensions.Code, name)
		assert.Nil(t, answer.Data, name)
		require.False(t, cutter.armed.Load(), "the connection was cut")
		if heard {
			assert.Equal(t, 1, stored(name))
		} else {
			assert.Zero(t, stored(name))
		}
		for range 2 {
			assert.JSONEq(t, `{"data":{"createRegion":{"name":"`+name+`"}}}`, send(name), name)
		}
		assert.Equal(t, 1, stored(name), name)
	}
	terminate(t, p)
}
