// Program size measures what the engine generates for synthetic schemas: lines, the time and memory of `go generate`'s
// two commands, and those of `go build`. It prints the table of docs/size.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	entities := flag.String("entities", "11,100,300", "numbers of entities to measure, with commas between")
	compile := flag.Bool("compile", true, "run gqlgen and go build as well, which compile the package: at 100 entities that takes 5 GB")
	flag.Parse()
	var sizes []int
	for text := range strings.SplitSeq(*entities, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			fmt.Fprintf(os.Stderr, "size: -entities: %q is no number of entities\n", text)
			os.Exit(2) //nolint:gocritic // nothing has begun that stop would end
		}
		sizes = append(sizes, n)
	}
	if err := run(ctx, os.Stdout, sizes, *compile); err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
}
