package faults

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// secret signs the tokens of the suite.
const secret = "a secret of the fault suite, and of nothing else"

// instance is one process of the program, at an address that it keeps when it is started again.
type instance struct {
	name, address, debug string
	env                  []string

	process *apitest.Process
	lastAck atomic.Int64 // when a write was last acknowledged, in nanoseconds
}

// startInstance starts one before a database. It calls itself by its name to the database.
func startInstance(t *testing.T, name, database string, more ...string) *instance {
	t.Helper()
	i := &instance{name: name, address: freeAddress(t), debug: freeAddress(t)}
	i.env = append([]string{
		"DATABASE_URL=" + database, "DATABASE_APPLICATION_NAME=" + name, "DATABASE_IDLE_TIMEOUT=1s",
		"AUTH_SECRET=" + secret, "CURSOR_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		"ADDR=" + i.address, "DEBUG_ADDR=" + i.debug, "LOG_LEVEL=error",
		"RATE_PER_VIEWER=0", "MAX_IN_FLIGHT=0", "SLOW_OPERATION=0",
	}, more...)
	i.start(t)
	return i
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// start starts the process and waits until it is ready.
func (i *instance) start(t *testing.T) {
	t.Helper()
	i.process = apitest.Start(t, program, apitest.Options{Env: i.env}, "serve")
	require.Eventually(t, i.ready, apitest.Patience, 5*time.Millisecond, "%s is never ready: %s", i.name, &i.process.Stderr)
}

func (i *instance) url(path string) string { return "http://" + i.address + path }

// ready asks the instance, as a load balancer does.
func (i *instance) ready() bool { return i.status("/readyz") == http.StatusOK }

func (i *instance) status(path string) int {
	response, err := probes.Get(i.url(path))
	if err != nil {
		return 0
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// probes keeps no connection open.
var probes = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func (i *instance) kill(t *testing.T) {
	t.Helper()
	i.process.Signal(t, syscall.SIGKILL)
	i.process.Wait(t)
}

// stop ends it as a deployment does.
func (i *instance) stop(t *testing.T) {
	t.Helper()
	i.process.Signal(t, syscall.SIGTERM)
	require.Zero(t, i.process.Wait(t), "%s", &i.process.Stderr)
}

// footprint is what a process holds.
type footprint struct {
	goroutines int
	heap       int64 // in use after a collection, in bytes
	resident   int64 // bytes
}

var (
	goroutineTotal = regexp.MustCompile(`goroutine profile: total (\d+)`)
	heapInUse      = regexp.MustCompile(`# HeapInuse = (\d+)`)
)

func (i *instance) footprint(t *testing.T) (f footprint) {
	t.Helper()
	find := func(path string, what *regexp.Regexp) int64 {
		response, err := probes.Get("http://" + i.debug + path)
		require.NoError(t, err)
		defer response.Body.Close() //nolint:errcheck // read to its end
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		match := what.FindSubmatch(text)
		require.NotNil(t, match, path)
		n, err := strconv.ParseInt(string(match[1]), 10, 64)
		require.NoError(t, err)
		return n
	}
	f.heap = find("/debug/pprof/heap?gc=1&debug=1", heapInUse)
	f.goroutines = int(find("/debug/pprof/goroutine?debug=1", goroutineTotal))
	f.resident = residentBytes(t, i.process.PID())
	return f
}

func residentBytes(t *testing.T, pid int) int64 {
	t.Helper()
	file, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0 // where there is no such thing
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), "VmRSS:"); found {
			kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			require.NoError(t, err)
			return kB << 10
		}
	}
	return 0
}
