package limit

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// GateConfig tunes a [Gate]. A zero is no limit.
type GateConfig struct {
	// InFlight is how many operations of one viewer may run at once. Default 50.
	InFlight int
	// ViewerRate is how many operations a viewer may begin in a second, and, after a rest, twice as many at once.
	// Default 500.
	ViewerRate int
	// AddressRate is the same for the requests of an address whose sender has not signed in; of IPv6 for a network of /64,
	// which one subscriber has. Default 100.
	AddressRate int
}

// NewGateConfig is a GateConfig with every default.
func NewGateConfig() GateConfig { return GateConfig{InFlight: 50, ViewerRate: 500, AddressRate: 100} }

// Gate counts who asks how often. It is safe for concurrent use.
type Gate struct {
	config GateConfig
	now    func() time.Time

	mu      sync.Mutex
	clients map[string]*client
	swept   time.Time
}

// client is a viewer, or an address.
type client struct {
	bucket   *rate.Limiter
	inFlight int
	seen     time.Time
}

// NewGate returns a gate; now is the clock.
func NewGate(config GateConfig, now func() time.Time) *Gate {
	return &Gate{config: config, now: now, clients: make(map[string]*client)}
}

// Idle clients are forgotten: after a rest of two seconds a bucket is full again, as a new one is.
const (
	rest      = time.Minute
	mostQuiet = 10_000 // clients that are kept without looking for idle ones
	// mostClients bounds the memory, at some 300 bytes each: those that come then share one bucket.
	mostClients = 100_000
)

// Enter lets an operation in; the caller calls Leave with what it returns. Viewer is empty where nobody has signed in.
func (g *Gate) Enter(viewer, address string) (key string, fault *Exceeded) {
	if g.config == (GateConfig{}) {
		return "", nil
	}
	key, limit := "viewer "+viewer, g.config.ViewerRate
	if viewer == "" {
		key, limit = "address "+network(address), g.config.AddressRate
	}
	now := g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.clients[key]
	if c == nil {
		if g.sweep(now); len(g.clients) >= mostClients {
			key, limit = "others", g.config.AddressRate
			c = g.clients[key]
		}
	}
	if c == nil {
		c = &client{bucket: rate.NewLimiter(rate.Limit(limit), 2*limit)} //nolint:mnd // see ViewerRate
		g.clients[key] = c
	}
	c.seen = now
	if limit > 0 && !c.bucket.AllowN(now, 1) {
		return "", &Exceeded{Code: Rate, Message: fmt.Sprintf("too many operations: the limit is %d in a second", limit)}
	}
	if g.config.InFlight > 0 && c.inFlight >= g.config.InFlight {
		return "", &Exceeded{Code: InFlight, Message: fmt.Sprintf("too many operations at once: the limit is %d", g.config.InFlight)}
	}
	c.inFlight++
	return key, nil
}

// Leave is called when an operation that was let in has ended.
func (g *Gate) Leave(key string) {
	if key == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if c := g.clients[key]; c != nil {
		c.inFlight--
	}
}

// sweep forgets idle clients, once in a while.
func (g *Gate) sweep(now time.Time) {
	if len(g.clients) < mostQuiet || now.Sub(g.swept) < time.Second {
		return
	}
	g.swept = now
	for key, c := range g.clients {
		if c.inFlight == 0 && now.Sub(c.seen) > rest {
			delete(g.clients, key)
		}
	}
}

// network is what an address counts as.
func network(address string) string {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return address
	}
	ip := a.Addr().Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	const subscriber = 64
	prefix, err := ip.Prefix(subscriber)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}
