// Package replica sends reads to PostgreSQL's streaming replicas, and sees to it that nobody reads from before what they
// have written.
//
// A [Set] is one primary and its replicas. It is what engine/read asks and what engine/executor begins transactions with:
//
//   - a read of a request goes to one replica of those in rotation, the same one for the whole request;
//   - everything in a transaction, and everything after one in the same request, goes to the primary;
//   - an answer after a transaction carries the primary's position in its write-ahead log, in the header [Header]. A
//     request that brings one reads from a replica that has replayed it, else from the primary;
//   - what comes without a request ([Set.Handler]) reads from the primary.
//
// A replica is in rotation while it answers, is a standby of the primary's cluster and timeline, and does not lack for
// longer than [Config.MaxLag] what the primary had. When none is, the primary reads; while the primary is away, replicas
// that had everything go on.
package replica
