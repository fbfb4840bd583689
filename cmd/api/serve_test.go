package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
	"cambium/internal/pgtest"
)

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	good, err := url.Parse(pgtest.NewDatabase(t))
	require.NoError(t, err)
	const secret = "hunter2secret"
	changed := func(change func(*url.URL)) string {
		u := *good
		u.User = url.UserPassword(good.User.Username(), secret)
		change(&u)
		return u.String()
	}
	password, _ := good.User.Password()
	name := strings.TrimPrefix(good.Path, "/")
	for what, c := range map[string]struct {
		url  string
		code int
		line string // a part of it
	}{
		"no URL":           {"", exitUsage, "api: DATABASE_URL environment variable is required\n"},
		"a malformed URL":  {"postgres://user:" + secret + "@host:port/db", exitUsage, "api: DATABASE_URL is malformed: "},
		"no URL at all":    {secret, exitUsage, "api: DATABASE_URL is malformed: want postgres://user:password@host:5432/database\n"},
		"an unknown host":  {changed(func(u *url.URL) { u.Host = "nowhere.invalid:5432" }), exitFailed, `api: database host "nowhere.invalid" is unknown: correct the host in DATABASE_URL` + "\n"},
		"a wrong password": {changed(func(*url.URL) {}), exitFailed, "api: database " + name + "@" + good.Host + ` denies access to user "` + good.User.Username() + `" (`},
		"no such database": {changed(func(u *url.URL) { u.User, u.Path = good.User, "/not_there" }), exitFailed, `api: database "not_there" does not exist on ` + good.Host + ": create it ("},
		"a lagging schema": {good.String(), exitFailed, "api: database schema is behind by "},
		"nobody answering": {changed(func(u *url.URL) { u.Host = closedPort(t) }), exitFailed, " does not answer (connection refused): start it, or correct DATABASE_URL\n"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := with(c.url, "ADDR=127.0.0.1:0", "DATABASE_STARTUP_TIMEOUT=0")
			if c.url == "" {
				o = apitest.Options{}
			}
			r := api(t, o, "serve")
			assert.Equal(t, c.code, r.code)
			assert.Contains(t, r.stderr, c.line)
			assert.Equal(t, 1, strings.Count(r.stderr, "\n"), "one line: %s", r.stderr)
			assert.Empty(t, r.stdout)
			for _, hidden := range []string{secret, password} {
				assert.NotContains(t, r.stderr, hidden)
			}
		})
	}
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close() //nolint:errcheck // of a test
	return listener.Addr().String()
}

func TestServeMigrates(t *testing.T) {
	t.Parallel()
	database := pgtest.NewDatabase(t)
	o := with(database, "ADDR=127.0.0.1:0")
	behind := api(t, o, "serve")
	require.Equal(t, exitFailed, behind.code)
	require.Contains(t, behind.stderr, "_create_order_desk.sql")
	require.Contains(t, behind.stderr, "run: api migrate apply\n")

	p := start(t, o, "serve", "--migrate")
	require.Equal(t, http.StatusOK, firstOf(get(t, p.URL(t)+"/readyz")))
	require.Contains(t, p.Stderr.String(), `"msg":"migration applied"`)
	terminate(t, p)

	p = start(t, o, "serve")
	url := p.URL(t)
	var answer struct {
		Typename string `json:"__typename"`
	}
	query(t, url, "query Named { __typename }", nil, &answer)
	assert.Equal(t, "Query", answer.Typename)
	p.Until(t, &p.Stderr, `"operation":"Named"`)
	status, body := get(t, url+graphQLPath+"?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "Introspection is switched off.")
	assert.Contains(t, p.Stderr.String(), "CURSOR_KEY is not set")
	assert.Empty(t, p.Stdout.String())
	terminate(t, p)
}

func TestServeTurnsRedWhileTheDatabaseIsBehind(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	p := start(t, with(database, "ADDR=127.0.0.1:0", "DEBUG_ADDR=127.0.0.1:0"), "serve")
	url := p.URL(t)
	require.Equal(t, http.StatusOK, firstOf(get(t, url+"/readyz")))
	execute(t, database, `CREATE TABLE kept AS TABLE atlas_schema_revisions.atlas_schema_revisions; DELETE FROM atlas_schema_revisions.atlas_schema_revisions`)
	status, body := get(t, url+"/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.JSONEq(t, `{"status":"unready","checks":{"database":"ok","migrations":"failed"}}`, body)
	assert.Equal(t, http.StatusOK, firstOf(get(t, url+"/healthz")))
	_, metrics := get(t, debugURL(t, p)+"/metrics")
	assert.NotContains(t, metrics, "cambium_migrations_pending 0\n")
	assert.Contains(t, metrics, "cambium_migrations_pending ")

	// Somebody else applies them.
	execute(t, database, `INSERT INTO atlas_schema_revisions.atlas_schema_revisions TABLE kept`)
	assert.Equal(t, http.StatusOK, firstOf(get(t, url+"/readyz")))
	terminate(t, p)
}

func TestServePortTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close() //nolint:errcheck // of a test
	r := api(t, with(migrated(t), "LOG_LEVEL=warn", "CURSOR_KEY="+strings.Repeat("ab", keyBytes)), "serve", "--addr", taken.Addr().String())
	assert.Equal(t, exitFailed, r.code)
	assert.Equal(t, "api: another program listens on "+taken.Addr().String()+": stop it, or choose another port, such as --addr 127.0.0.1:0 for any that is free\n", r.stderr)
}

const slowBody = `{"query":"{ __typename }"}`

// slowRequest sends all of a request but its last byte, and returns when the server works on it.
func slowRequest(t *testing.T, url string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	// 100 Continue is sent when the handler reads the body: the request is in flight then.
	_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", graphQLPath, len(slowBody))
	require.NoError(t, err)
	const proceed = "HTTP/1.1 100 Continue\r\n\r\n"
	said := make([]byte, len(proceed))
	_, err = io.ReadFull(c, said)
	require.NoError(t, err)
	require.Equal(t, proceed, string(said))
	_, err = io.WriteString(c, slowBody[:len(slowBody)-1])
	require.NoError(t, err)
	return c
}

func TestServeDrains(t *testing.T) {
	t.Parallel()
	p := start(t, with(migrated(t), "ADDR=127.0.0.1:0"), "serve")
	c := slowRequest(t, p.URL(t))
	p.Signal(t, syscall.SIGTERM)
	p.Until(t, &p.Stderr, `"msg":"draining"`)
	_, err := io.WriteString(c, slowBody[len(slowBody)-1:])
	require.NoError(t, err)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	assert.JSONEq(t, `{"data":{"__typename":"Query"}}`, string(body))
	assert.Equal(t, exitDone, p.Wait(t))
}

func TestServeCutsWhatOutlastsTheBudget(t *testing.T) {
	t.Parallel()
	p := start(t, with(migrated(t), "ADDR=127.0.0.1:0", "SHUTDOWN_TIMEOUT=50ms"), "serve")
	slowRequest(t, p.URL(t))
	p.Signal(t, syscall.SIGINT)
	assert.Equal(t, exitFailed, p.Wait(t))
	assert.Contains(t, p.Stderr.String(), "api: 1 requests in flight were cut after 50ms\n")
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, with(migrated(t), "ADDR=127.0.0.1:0"), "serve")
	slowRequest(t, p.URL(t))
	p.Signal(t, syscall.SIGTERM)
	p.Until(t, &p.Stderr, `"msg":"draining"`)
	p.Signal(t, syscall.SIGTERM)
	assert.Equal(t, exitFailed, p.Wait(t))
	assert.True(t, strings.HasSuffix(p.Stderr.String(), "api: stopped at once by a second signal\n"), p.Stderr.String())
}

func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	p := start(t, with("postgres://u@"+closedPort(t)+"/db"), "serve")
	p.Until(t, &p.Stderr, "\n") // a try
	p.Signal(t, syscall.SIGINT)
	assert.Equal(t, exitFailed, p.Wait(t))
	assert.True(t, strings.HasSuffix(p.Stderr.String(), "api: interrupted\n"), p.Stderr.String())
}
