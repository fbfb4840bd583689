package clients_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// door asks a running studio as its page does, with the cookie of the URL that it has printed.
type door struct {
	base   string
	cookie *http.Cookie
}

func openDoor(t *testing.T, page string) door {
	t.Helper()
	base, _, _ := strings.Cut(page, "?")
	response, err := client.Get(page)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Len(t, response.Cookies(), 1)
	return door{base, response.Cookies()[0]}
}

// ask sends an operation, changed by the caller.
func (d door) ask(t *testing.T, query string, change func(*http.Request)) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.base+"api/graphql", bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(d.cookie)
	change(r)
	response, err := client.Do(r)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func unchanged(*http.Request) {}

// TestStudioIsClosed asks the studio's doors as a stranger would: without the cookie, from another page, under a name that
// was made to lead here.
func TestStudioIsClosed(t *testing.T) {
	t.Parallel()
	d := openDoor(t, startStudio(t, classic(t)))
	require.True(t, d.cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, d.cookie.SameSite)
	const query = "{ customers(first: 1) { nodes { companyName } } }"
	status, body := d.ask(t, query, unchanged)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "companyName")
	for name, change := range map[string]func(*http.Request){
		"no cookie":      func(r *http.Request) { r.Header.Del("Cookie") },
		"a wrong cookie": func(r *http.Request) { r.Header.Set("Cookie", d.cookie.Name+"=guess") },
		"another origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"another site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another port":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"a rebound name": func(r *http.Request) { r.Host = "rebound.example" },
	} {
		status, body := d.ask(t, query, change)
		assert.GreaterOrEqual(t, status, 400, name)
		assert.NotContains(t, body, "companyName", name)
	}
}

// TestForeignPagesOfStudio opens foreign pages in the browser that holds the studio's cookie: they read nothing and write
// nothing, on another site, under a name that was made to lead to the studio, and on another port of this machine.
func TestForeignPagesOfStudio(t *testing.T) {
	t.Parallel()
	requirePackages(t)
	page := startStudio(t, classic(t))
	var result struct {
		Control  string
		Cookies  int
		Told     struct{ Referrer, Opener string }
		Attempts map[string]map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(runNode(t, ".", "studio/doors.mjs", page, t.TempDir())), &result))
	require.Contains(t, result.Control, "Speedy Express", "the studio's own page can read")
	require.Equal(t, 1, result.Cookies, "the browser holds the cookie")
	assert.Empty(t, result.Told.Referrer, "the page that one goes to is told where from")
	assert.Equal(t, "null", result.Told.Opener)
	require.Len(t, result.Attempts, 3)
	tried, reads := 0, 0
	for from, attempts := range result.Attempts {
		for name, text := range attempts {
			tried++
			if strings.Contains(text, "companyName") || strings.Contains(text, `"data"`) || strings.Contains(text, "readOnly") || strings.Contains(text, `"token"`) {
				reads++
				t.Errorf("a page of %s has read by %s: %.200s", from, name, text)
			}
		}
	}
	assert.Greater(t, tried, 100)
	_, body := openDoor(t, page).ask(t, `{ shippers(where: { companyName: { eq: "Evil" } }) { totalCount } }`, unchanged)
	assert.Contains(t, body, `"totalCount":0`, "a foreign page has written")
	t.Logf("%d ways, %d reads, 0 writes", tried, reads)
}

// TestStudioReadsOnly asks a studio that was started with --read-only, and one of a database that is not of this machine, for
// every mutation there is: the server refuses each.
func TestStudioReadsOnly(t *testing.T) {
	t.Parallel()
	url := classic(t)
	for name, page := range map[string]string{
		"asked for":           startStudio(t, url, "--read-only"),
		"a database far away": startStudio(t, elsewhere(url)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDoor(t, page)
			_, text := d.ask(t, `{ __schema { mutationType { fields { name args { name type { kind ofType { kind name ofType { kind ofType { name } } } } } type { kind ofType { kind } } } } } }`, unchanged)
			var schema struct {
				Data struct {
					Schema struct {
						MutationType struct {
							Fields []struct {
								Name string
								Args []struct {
									Name string
									Type struct{ Kind string }
								}
							}
						}
					} `json:"__schema"`
				}
			}
			require.NoError(t, json.Unmarshal([]byte(text), &schema), text)
			fields := schema.Data.Schema.MutationType.Fields
			require.Greater(t, len(fields), 60)
			refused := 0
			for _, f := range fields {
				if !strings.HasPrefix(f.Name, "delete") || strings.HasSuffix(f.Name, "s") {
					continue // those that take an id alone stand for all: the refusal comes before the field is looked at
				}
				_, body := d.ask(t, "mutation { "+f.Name+`(id: "x") { id } }`, unchanged)
				assert.Contains(t, body, "READ_ONLY", f.Name)
				assert.NotContains(t, body, `"data":{`, f.Name)
				refused++
			}
			assert.GreaterOrEqual(t, refused, 10)
			// What names no field of its own, and what hides it.
			for _, mutation := range []string{
				"mutation { __typename }", "mutation A { __typename } query B { __typename }",
				"fragment F on Mutation { deleteShipper(id: \"x\") { id } } mutation { ...F }",
				`mutation { ... on Mutation { createShipper(input: { companyName: "Late" }) { id } } }`,
			} {
				_, body := d.ask(t, mutation, unchanged)
				assert.NotContains(t, body, `"data":{`, mutation)
			}
			_, body := d.ask(t, `{ shippers { totalCount } }`, unchanged)
			assert.Contains(t, body, `"totalCount":3`)
		})
	}
}

// TestStudioWritesFarAway changes a database that is not of this machine once it is told to.
func TestStudioWritesFarAway(t *testing.T) {
	t.Parallel()
	d := openDoor(t, startStudio(t, elsewhere(classic(t)), "--write"))
	status, body := d.ask(t, `mutation { createShipper(input: { companyName: "Far Away" }) { companyName } }`, unchanged)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"Far Away"`)
}

// TestStudioTakesTheNextPort starts a studio where another program listens.
func TestStudioTakesTheNextPort(t *testing.T) {
	t.Parallel()
	other, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer other.Close() //nolint:errcheck // a test's
	taken := other.Addr().(*net.TCPAddr).Port
	page, err := url.Parse(startStudio(t, classic(t), "--port", strconv.Itoa(taken)))
	require.NoError(t, err)
	port, err := strconv.Atoi(page.Port())
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1", page.Hostname())
	assert.Greater(t, port, taken)
	assert.LessOrEqual(t, port, taken+50)
	openDoor(t, page.String())
}

// TestStudioOpensTheBrowser has a desktop of its own, which writes down what it is asked to show.
func TestStudioOpensTheBrowser(t *testing.T) {
	t.Parallel()
	database := classic(t)
	for name, args := range map[string][]string{"by itself": {}, "not when told so": {"--no-open"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			shown := filepath.Join(dir, "shown")
			require.NoError(t, os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\necho \"$@\" >"+shown+".part && mv "+shown+".part "+shown+"\n"), 0o755))
			env := []string{"DATABASE_URL=" + database, "PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")}
			p := apitest.Start(t, program, apitest.Options{Env: env}, append([]string{"studio", "--port", "0"}, args...)...)
			p.Until(t, &p.Stdout, "\n")
			printed := strings.TrimSpace(strings.TrimPrefix(p.Stdout.String(), "Studio:"))
			openDoor(t, printed)
			if len(args) > 0 {
				p.Signal(t, syscall.SIGTERM)
				require.Zero(t, p.Wait(t))
				require.NoFileExists(t, shown)
				return
			}
			require.EventuallyWithT(t, func(c *assert.CollectT) {
				text, err := os.ReadFile(shown)
				assert.NoError(c, err)
				assert.Equal(c, printed, strings.TrimSpace(string(text)))
			}, apitest.Patience, pause)
		})
	}
}

// pause is how long to wait between two looks.
const pause = 10 * time.Millisecond

// elsewhere is the URL of the same database by an address that is not of the loopback interface.
func elsewhere(url string) string { return strings.Replace(url, "127.0.0.1", "0.0.0.0", 1) }
