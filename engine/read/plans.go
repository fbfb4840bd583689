package read

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

// plans keeps the plans that were used last, in so many bytes.
type plans struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[planKey, *plan]
	bytes int
	limit int
}

// planKey is what a plan is for: an operation of a cached document, or one field of it, and the shape of its variables.
type planKey struct {
	place *ast.Position // of which each node of a document has its own
	shape string
}

func newPlans(limit int) *plans {
	p := &plans{limit: limit}
	const entries = 1 << 20 // the bytes are what bounds it
	p.lru, _ = simplelru.NewLRU(entries, func(k planKey, v *plan) { p.bytes -= v.size(k) })
	return p
}

func (p *plans) get(k planKey) (*plan, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lru.Get(k)
}

func (p *plans) add(k planKey, v *plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lru.Contains(k) || v.size(k) > p.limit {
		return
	}
	p.bytes += v.size(k)
	p.lru.Add(k, v)
	for p.bytes > p.limit {
		p.lru.RemoveOldest()
	}
}

// size estimates the memory of a plan: its text, and for each part of it the writers and arguments that belong to it;
// and the document, which the plan holds after everybody else has dropped it, with the nodes that were made of it.
func (p *plan) size(k planKey) int {
	const base, perArgument, perByte = 2048, 256, 6
	n := base + len(k.shape) + perArgument*(len(p.args)+len(p.sizes)+len(p.lists)+len(p.seeks)+len(p.rules))
	if at := k.place; at != nil && at.Src != nil {
		n += perByte * len(at.Src.Input)
	}
	for _, text := range p.parts {
		n += perByte * len(text)
	}
	return n
}
