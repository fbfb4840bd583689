// Command load measures how the program stands load: goodput when more is asked than it can do, an hour of mixed load, and
// what starting it takes. See docs/operation.md.
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
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code) //nolint:forbidigo // as above
}
