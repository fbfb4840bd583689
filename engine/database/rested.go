package database

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A connection that has rested may lead nowhere by now, and a write on such a one is a write whose fate nobody knows. So it is
// asked before it is used, which costs a round trip.

// rest is after how long that is: a pool with something to do never asks.
const rest = time.Second

// rested notes it of a connection that was taken. pgxpool's own ping is not wanted: where nobody answers it goes from one
// idle connection to the next, and waits for each.
func (g *gate) rested(_ context.Context, taken pgxpool.ShouldPingParams) bool {
	wireOf(taken.Conn).rested = taken.IdleDuration > rest
	return false
}

// prepare says whether a connection may be used. One that was closed is passed over; one that does not answer in time says
// the same of all others.
func (g *gate) prepare(ctx context.Context, conn *pgx.Conn) (bool, error) {
	if !wireOf(conn).rested {
		return true, nil
	}
	limit, cancel := context.WithTimeout(ctx, g.patience)
	defer cancel()
	switch err := conn.Ping(limit); {
	case err == nil:
		return true, nil
	case limit.Err() == nil:
		return false, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	}
	g.outdate(conn)
	return false, fmt.Errorf("%w: a connection did not answer within %s", ErrUnavailable, g.patience)
}
