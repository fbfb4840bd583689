package faultlab

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

// Network is the way to a server, in the hands of a test. Faults add up until [Network.Heal]. It is safe for concurrent use.
type Network struct {
	t     testing.TB
	proxy *toxiproxy.Proxy
}

// connect opens a way to the server at an address.
func connect(t testing.TB, upstream string) *Network {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	n := &Network{t: t, proxy: toxiproxy.NewProxy(server, upstream, "127.0.0.1:0", upstream)}
	if err := n.proxy.Start(); err != nil {
		t.Fatalf("faultlab: start a proxy: %v", err)
	}
	t.Cleanup(func() { n.Heal(); n.proxy.Stop() })
	return n
}

// Pipes are goroutines that toxiproxy leaves: one that has something to hand on does not hear that its connection has ended. A
// test that looks for goroutines which were left has to leave these out.
func Pipes() goleak.Option {
	return goleak.IgnoreTopFunction("github.com/Shopify/toxiproxy/v2/toxics.(*NoopToxic).Pipe")
}

// Address is where the server is reached through it, host:port.
func (n *Network) Address() string { return n.proxy.Listen }

// Delay delays what the server sends.
func (n *Network) Delay(by time.Duration) {
	n.t.Helper()
	n.add("latency", "downstream", map[string]any{"latency": by.Milliseconds()})
}

// Partition swallows what either side sends, on connections that are there and on new ones, which are accepted: a black
// hole. Connections that were in it are closed by [Network.Heal].
func (n *Network) Partition() {
	n.t.Helper()
	n.add("timeout", "upstream", map[string]any{"timeout": 0})
	n.add("timeout", "downstream", map[string]any{"timeout": 0})
}

// Swallow lets the server hear and nobody hear the server: the fate of what was sent is unknown.
func (n *Network) Swallow() {
	n.t.Helper()
	n.add("timeout", "downstream", map[string]any{"timeout": 0})
}

// Reset resets each connection (RST) when the server next sends something on it.
func (n *Network) Reset() {
	n.t.Helper()
	n.add("reset_peer", "downstream", map[string]any{"timeout": 0})
}

// Cut closes all connections and refuses new ones.
func (n *Network) Cut() { n.proxy.Stop() }

// Heal takes all faults away.
func (n *Network) Heal() {
	n.t.Helper()
	n.proxy.Toxics.ResetToxics(bounded(n.t))
	if n.proxy.Enabled {
		return
	}
	if err := n.proxy.Start(); err != nil {
		n.t.Fatalf("faultlab: heal the network: %v", err)
	}
}

func (n *Network) add(kind, stream string, attributes map[string]any) {
	n.t.Helper()
	text, err := json.Marshal(map[string]any{"type": kind, "stream": stream, "attributes": attributes})
	if err == nil {
		_, err = n.proxy.Toxics.AddToxicJson(bytes.NewReader(text))
	}
	if err != nil {
		n.t.Fatalf("faultlab: break the network by %s: %v", kind, err)
	}
}
