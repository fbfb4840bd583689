package database

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Several hosts are the nodes of one cluster, of which one is the primary, and tomorrow perhaps another. Unless the URL
// says otherwise (target_session_attrs) only one that takes writes is connected to, which costs a round trip for each
// connection.

// severalHosts is whether a configuration names more than one; sslmode=prefer has each of them twice.
func severalHosts(config *pgx.ConnConfig) bool {
	first := hostPort(config.Host, config.Port)
	return slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool { return hostPort(f.Host, f.Port) != first })
}

// aim prepares a configuration for several hosts. What one of them is given to answer is bounded by the acquire timeout, so
// that the next has its turn while somebody waits: a machine that is dead says nothing.
func (c Config) aim(config *pgx.ConnConfig) {
	if !severalHosts(config) {
		return
	}
	config.ConnectTimeout = min(config.ConnectTimeout, c.AcquireTimeout)
	if !strings.Contains(c.URL, "target_session_attrs") {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
}

// favourite is the address, of several, that the last connection leads to. While all is well no other is tried; when
// something has failed, all of them are, in the order of the URL.
type favourite struct {
	several bool
	address atomic.Pointer[string]
}

var errNotFavourite = errors.New("another host of the list answered before")

// passesBy says that an address is not worth a try.
func (f *favourite) passesBy(address string, away bool) bool {
	if !f.several || away {
		return false
	}
	favourite := f.address.Load()
	return favourite != nil && *favourite != address
}
