package token

import (
	"crypto/sha256"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"cambium/engine/access"
)

// known remembers tokens that were verified, until they expire, by their hashes: a token that is used again costs a hash
// and a look into a map.
type known struct {
	lru *lru.Cache[[sha256.Size]byte, entry]
	now func() time.Time
}

type entry struct {
	viewer *access.Viewer
	until  time.Time
}

func newKnown(most int, now func() time.Time) *known {
	l, _ := lru.New[[sha256.Size]byte, entry](most) // fails for no size
	return &known{l, now}
}

func (k *known) get(token string) *access.Viewer {
	e, ok := k.lru.Get(sha256.Sum256([]byte(token)))
	if !ok || k.now().After(e.until) {
		return nil
	}
	return e.viewer
}

func (k *known) add(token string, viewer *access.Viewer, until time.Time) {
	k.lru.Add(sha256.Sum256([]byte(token)), entry{viewer, until})
}
