package clients_test

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// pictures is where the pictures of docs/studio.md go:
//
//	go test ./clients -run 'TestStudio$' -pictures ../docs/studio
var pictures = flag.String("pictures", "-", "directory for pictures of the studio")

// studioURL is where dev has printed that the studio is.
func studioURL(t *testing.T, dev *apitest.Process) string {
	t.Helper()
	dev.Until(t, &dev.Stdout, "token=")
	_, after, _ := strings.Cut(dev.Stdout.String(), "Studio:")
	after, _, _ = strings.Cut(strings.TrimSpace(after), "\n")
	return strings.TrimSpace(after)
}

// TestStudio opens the studio of the real program in Chromium, and uses each part of it.
func TestStudio(t *testing.T) {
	t.Parallel()
	requirePackages(t)
	dev, _ := apitest.StartDev(t, program, apitest.Options{}, apitest.DataDir(t))
	var result struct {
		Seen struct {
			Opens struct {
				Token    bool
				Entities int
			}
			Browses struct{ Rows int }
			Filters struct{ Pills int }
			Figures struct{ Total int }
			Follows struct{ Count, Total int }
			Schema  struct {
				Boxes   int
				Mermaid string
			}
			Explores struct{ Plan bool }
			Exports  struct{ Rows int }
			Changes  struct {
				Before, Saved string
				Versions      bool
			}
			Narrow struct{ Overflow bool } `json:"is dark and narrow"`
		}
		Barriers, Complaints []string
	}
	require.NoError(t, json.Unmarshal([]byte(runNode(t, ".", "studio.mjs", studioURL(t, dev), *pictures, "Customer", "orders", "contactName")), &result))
	seen := result.Seen
	assert.False(t, seen.Opens.Token, "the token leaves the address bar")
	assert.Equal(t, 10, seen.Opens.Entities)
	assert.Equal(t, 91, seen.Browses.Rows)
	assert.Equal(t, 3, seen.Filters.Pills)
	assert.Equal(t, 91, seen.Figures.Total)
	assert.Positive(t, seen.Follows.Count)
	assert.Equal(t, seen.Follows.Count, seen.Follows.Total)
	assert.Equal(t, 10, seen.Schema.Boxes)
	assert.Equal(t, "erDiagram", seen.Schema.Mermaid)
	assert.True(t, seen.Explores.Plan)
	assert.Equal(t, 91, seen.Exports.Rows)
	assert.Equal(t, seen.Changes.Before+" II", seen.Changes.Saved)
	assert.True(t, seen.Changes.Versions)
	assert.False(t, seen.Narrow.Overflow)
	assert.Empty(t, result.Barriers)
	assert.Empty(t, result.Complaints)
}

// TestStudioIsClosed asks the studio's doors as a stranger would: without the cookie, from another page, under a name that
// was made to lead here.
func TestStudioIsClosed(t *testing.T) {
	t.Parallel()
	dev, _ := apitest.StartDev(t, program, apitest.Options{}, apitest.DataDir(t))
	page := studioURL(t, dev)
	base, _, _ := strings.Cut(page, "?")
	response, err := client.Get(page)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Len(t, response.Cookies(), 1)
	cookie := response.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)

	ask := func(change func(*http.Request)) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"api/graphql", strings.NewReader(`{"query":"{ customers(first: 1) { nodes { companyName } } }"}`))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(cookie)
		change(r)
		response, err := client.Do(r)
		require.NoError(t, err)
		defer response.Body.Close() //nolint:errcheck // read to its end
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	status, body := ask(func(*http.Request) {})
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "companyName")
	for name, change := range map[string]func(*http.Request){
		"no cookie":      func(r *http.Request) { r.Header.Del("Cookie") },
		"a wrong cookie": func(r *http.Request) { r.Header.Set("Cookie", cookie.Name+"=guess") },
		"another origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"another site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a rebound name": func(r *http.Request) { r.Host = "rebound.example" },
	} {
		status, body := ask(change)
		assert.GreaterOrEqual(t, status, 400, name)
		assert.NotContains(t, body, "companyName", name)
	}
}

// TestStudioReadsOnly asks a studio that was started with --read-only for a change.
func TestStudioReadsOnly(t *testing.T) {
	t.Parallel()
	p := apitest.Start(t, program, apitest.Options{}, "studio", "--no-open", "--read-only", "--port", "0", "--data-dir", apitest.DataDir(t))
	p.Until(t, &p.Stdout, "\n")
	page := strings.TrimSpace(strings.TrimPrefix(p.Stdout.String(), "Studio:"))
	base, _, _ := strings.Cut(page, "?")
	response, err := client.Get(page)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Len(t, response.Cookies(), 1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"api/graphql", strings.NewReader(`{"query":"mutation { deleteCategory(id: \"x\") { id } }"}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(response.Cookies()[0])
	response, err = client.Do(r)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "READ_ONLY")
	require.NotContains(t, string(body), `"data":{`)
}
