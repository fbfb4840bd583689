// Package faults is the fault suite: the real program, under load, while its databases, its network and the program itself are
// killed, and a checker that knows every write that was acknowledged.
//
// It consists of tests. Their short form is part of `make test`; `make test-faults` runs the long one, whose figures are in
// docs/faults.md.
package faults
