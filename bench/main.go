// Command bench measures Cambium beside hand-written net/http + pgx handlers (the floor) and beside stock ent + entgql +
// gqlgen, on the same data: see docs/benchmarks.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	//nolint:forbidigo // package main is where the process's own things are named
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	//nolint:forbidigo // as above
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code) //nolint:forbidigo // as above
}
