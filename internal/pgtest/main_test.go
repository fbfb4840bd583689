package pgtest

import (
	"fmt"
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// helperVariable tells a copy of the test binary to be a test process that has a server and waits.
const helperVariable = "PGTEST_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperVariable) != "" {
		s, err := server()
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		pid, err := s.PID()
		fmt.Println("ready", pid, s.Dir(), err)
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	// The running server is no leak: it has no goroutine.
	goleak.VerifyTestMain(m)
}
