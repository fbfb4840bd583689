package main

import (
	"net"
	"net/http"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// readmeQuery is the one that the README shows.
const readmeQuery = `{ orders(first: 3) { edges { node { id orderedAt customer { companyName } lines(first: 5) { nodes { quantity unitPrice product { name } } } } } pageInfo { hasNextPage endCursor } } }`

type orders struct {
	Orders struct {
		Edges []struct {
			Node struct {
				ID        string
				OrderedAt time.Time
				Customer  struct{ CompanyName string }
				Lines     struct {
					Nodes []struct {
						Quantity  int
						UnitPrice string
						Product   struct{ Name string }
					}
				}
			}
		}
		PageInfo struct {
			HasNextPage bool
			EndCursor   string
		}
	}
}

// startDev starts dev on a free port and returns it once it answers.
func startDev(t *testing.T, o apitest.Options, dir string) (p *apitest.Process, url string) {
	t.Helper()
	p, url = apitest.StartDev(t, binary, o, dir)
	return p, strings.TrimSuffix(url, graphQLPath)
}

func askReadme(t *testing.T, url string) orders {
	t.Helper()
	var answer orders
	query(t, url, readmeQuery, nil, &answer)
	require.Len(t, answer.Orders.Edges, 3)
	require.True(t, answer.Orders.PageInfo.HasNextPage)
	for _, e := range answer.Orders.Edges {
		require.NotEmpty(t, e.Node.Customer.CompanyName)
		require.NotEmpty(t, e.Node.Lines.Nodes)
	}
	return answer
}

func terminate(t *testing.T, p *apitest.Process) {
	t.Helper()
	p.Signal(t, syscall.SIGTERM)
	require.Equal(t, exitDone, p.Wait(t))
}

func TestDev(t *testing.T) {
	t.Parallel()
	dir := apitest.DataDir(t)
	p, url := startDev(t, own(), dir)
	first := askReadme(t, url)
	var introspected struct {
		Schema struct{ QueryType struct{ Name string } } `json:"__schema"`
	}
	query(t, url, `{ __schema { queryType { name } } }`, nil, &introspected)
	assert.Equal(t, "Query", introspected.Schema.QueryType.Name)
	status, body := get(t, url+"/readyz")
	assert.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, `{"status":"ready","checks":{"database":"ok","migrations":"ok"}}`, body)

	// A second one on the same directory is told so; other commands share the PostgreSQL that runs.
	second := api(t, apitest.Options{}, "dev", "--addr", "127.0.0.1:0", "--data-dir", dir)
	assert.Equal(t, exitFailed, second.code)
	assert.Contains(t, second.stderr, "already runs on "+dir)
	assert.Contains(t, second.stderr, "started by process "+strconv.Itoa(p.PID()))
	assert.NotRegexp(t, `postgres://[^ ]*:[^x][^ ]*@`, second.stderr, "no password")
	shared := api(t, apitest.Options{}, "migrate", "status", "--data-dir", dir)
	assert.Equal(t, exitDone, shared.code, shared.stderr)
	assert.Contains(t, shared.stdout, " 0 pending\n")
	seeded := api(t, apitest.Options{}, "seed", "--data-dir", dir)
	assert.Equal(t, exitFailed, seeded.code)
	assert.Contains(t, seeded.stderr, "--replace")
	assert.Equal(t, http.StatusOK, firstOf(get(t, url+"/readyz")), "and leave it running")

	terminate(t, p)
	assert.Equal(t, 3, strings.Count(p.Stdout.String(), "\n"), "the API, the studio, and the metrics: %s", &p.Stdout)

	// The data is still there, and so are the cursors of before.
	p, url = startDev(t, own(), dir)
	var next orders
	query(t, url, `query($after: String) { orders(first: 1, after: $after) { edges { node { id } } } }`,
		map[string]any{"after": first.Orders.PageInfo.EndCursor}, &next)
	require.Len(t, next.Orders.Edges, 1)
	assert.NotEqual(t, first.Orders.Edges[2].Node.ID, next.Orders.Edges[0].Node.ID)
	assert.NotContains(t, p.Stderr.String(), "customers: ", "nothing was loaded again")
	terminate(t, p)
}

func firstOf(status int, _ string) int { return status }

func TestDevAfterKill(t *testing.T) {
	t.Parallel()
	t.Run("as this user", func(t *testing.T) {
		t.Parallel()
		devAfterKill(t, own(), apitest.DataDir(t))
	})
	t.Run("as an ordinary user", func(t *testing.T) {
		t.Parallel()
		dir, o := apitest.DataDir(t), own()
		if os.Geteuid() == 0 { // else this user is one
			o.Credential = credential(t, "nobody")
			require.NoError(t, os.Chown(dir, int(o.Credential.Uid), int(o.Credential.Gid)))
			o.Env = append(o.Env, "HOME="+dir)
			o.Dir = "/"
		}
		devAfterKill(t, o, dir)
	})
}

func devAfterKill(t *testing.T, o apitest.Options, dir string) {
	t.Helper()
	p, url := startDev(t, o, dir)
	before := askReadme(t, url)
	p.Signal(t, syscall.SIGKILL)
	p.Wait(t)
	p, url = startDev(t, o, dir)
	assert.Equal(t, before.Orders.Edges, askReadme(t, url).Orders.Edges)
	terminate(t, p)
}

func credential(t *testing.T, name string) *syscall.Credential {
	t.Helper()
	found, err := user.Lookup(name)
	require.NoError(t, err)
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	require.NoError(t, err)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func TestDevWithoutSample(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	p := start(t, with(url), "dev", "--addr", "localhost:0", "--sample", "none", "--data-dir", apitest.DataDir(t))
	var answer orders
	query(t, p.URL(t), `{ orders(first: 1) { edges { node { id } } } }`, nil, &answer)
	assert.Empty(t, answer.Orders.Edges)
	terminate(t, p)
}

func TestDevRefusals(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() }) // after the subtests, which a defer is not
	for name, c := range map[string]struct {
		args   []string
		env    []string
		code   int
		stderr string
	}{
		"open to others":        {[]string{"--addr", "0.0.0.0:0"}, nil, exitUsage, "api: 0.0.0.0:0 is open to others, and dev is for this machine alone: choose 127.0.0.1, ::1 or localhost, or use: api serve\n"},
		"every interface":       {[]string{"--addr", ":0"}, nil, exitUsage, "api: :0 is open to others, and dev is for this machine alone: choose 127.0.0.1, ::1 or localhost, or use: api serve\n"},
		"open by ADDR":          {nil, []string{"ADDR=[::]:80"}, exitUsage, "api: [::]:80 is open to others, and dev is for this machine alone: choose 127.0.0.1, ::1 or localhost, or use: api serve\n"},
		"no address":            {[]string{"--addr", "8080"}, nil, exitUsage, "api: --addr must be host:port, such as 127.0.0.1:8080, or :8080 for every interface\n"},
		"port taken":            {[]string{"--addr", taken.Addr().String()}, nil, exitFailed, "api: another program listens on " + taken.Addr().String() + ": stop it, or choose another port, such as --addr 127.0.0.1:0 for any that is free\n"},
		"sample of no size":     {[]string{"--sample", "huge"}, nil, exitUsage, "api: --sample must be small, micro or none\n"},
		"sample that is large":  {[]string{"--sample", "large"}, nil, exitUsage, "api: --sample must be small, micro or none\n"},
		"unknown flag":          {[]string{"--port", "1"}, nil, exitUsage, "api: unknown flag: --port: see: api dev --help\n"},
		"argument":              {[]string{"now"}, nil, exitUsage, "api: unknown command \"now\" for \"api dev\": see: api dev --help\n"},
		"all faults of the env": {nil, []string{"LOG_LEVEL=loud", "CURSOR_KEY=c2VjcmV0"}, exitUsage, "api: LOG_LEVEL must be debug, info, warn or error\nCURSOR_KEY must be at least 32 random bytes in hexadecimal or base64: make one with: openssl rand -hex 32\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := api(t, apitest.Options{Env: c.env, Dir: t.TempDir()}, append([]string{"dev"}, c.args...)...)
			assert.Equal(t, c.code, r.code)
			assert.Equal(t, c.stderr, r.stderr)
			assert.Empty(t, r.stdout)
		})
	}
}
