// Command api is the back end: its server, and the tools for its database.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// collectAt is how much the heap may grow, in percent of what is in use, before garbage is collected. What is in use is
// the schema, documents and plans, some ten MB, and a request allocates some ten KB: at Go's 100 the collector takes a
// tenth of the CPU of a short request, at 400 a fortieth.
const collectAt = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel(errInterrupted)
		<-signals
		fmt.Fprintln(os.Stderr, "api: stopped at once by a second signal")
		os.Exit(exitFailed)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
