package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/bench/operation"
)

// TestMain lets the test's own binary be the servers, as the program is its own.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == serveArgument {
		os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// One short round on the small data: it fails where an answer of Cambium's is not the floor's.
func TestRound(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, log bytes.Buffer
	args := []string{"-servers", "cambium", "-size", "small", "-rounds", "1", "-window", "20ms", "-connections", "2"}
	require.Equal(t, exitDone, run(ctx, args, os.Getenv, nil, &out, &log), log.String())
	for _, o := range operation.All() {
		require.Contains(t, out.String(), "| "+o.Name+" "+o.What+" | floor |")
		require.Contains(t, log.String(), "check and count "+o.Name+"\n")
	}
	require.Contains(t, out.String(), "times the floor in the geometric mean")
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "| cambium |") {
			require.Regexp(t, `\| 1 \| 1 \|\n$`, line, "one statement, one round trip")
		}
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for args, fault := range map[string]string{
		"-rounds 0":        "-rounds must be at least 1",
		"-connections 11":  "-connections 1 to 10",
		"-queries Q1,Q77":  `there is no operation "Q77"`,
		"-servers another": `there is no server "another"`,
		"-size huge":       `"huge"`,
		"more":             `there is no argument "more"`,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			var out, log bytes.Buffer
			require.Equal(t, exitUsage, run(t.Context(), strings.Fields(args), os.Getenv, nil, &out, &log))
			require.Contains(t, log.String(), fault)
			require.Empty(t, out.String())
		})
	}
}
