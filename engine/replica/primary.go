package replica

import (
	"context"
	"sync"
	"time"
)

// primary is what is known of the primary, for judging replicas.
type primary struct {
	lookout *lookout

	mu      sync.Mutex
	seen    sight // when it was reached last
	history history
}

// observe looks at the primary. While it is away, what was known of it holds.
func (p *primary) observe(ctx context.Context) error {
	seen, err := p.lookout.look(ctx)
	if err != nil {
		return err
	}
	if seen.standby { // demoted: the name may lead to the new primary next time
		return p.lookout.close()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = seen
	p.history.add(time.Now(), seen.end)
	return nil
}

// measure says how far behind a replica is.
func (p *primary) measure(state *State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end := p.history.newest(); end > state.Replayed {
		state.LagBytes = uint64(end - state.Replayed)
	}
	state.Lag = p.history.lag(time.Now(), state.Replayed)
}

// objection is the reason why what a server shows is not a replica of this primary; empty where there is none.
func (p *primary) objection(seen sight) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.seen.cluster == 0:
		return "the primary was not reached yet"
	case seen.cluster != p.seen.cluster:
		return "it is of another cluster than the primary"
	case !seen.standby:
		return "it is not a standby"
	case seen.timeline < p.seen.timeline:
		return "it follows an older timeline than the primary's"
	default:
		return ""
	}
}
