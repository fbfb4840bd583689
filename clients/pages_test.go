package clients_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
)

// Trap: form and multipart posts, foreign Origin, DNS rebinding. In the stock stack rows were written and read from a
// foreign page in Chromium. Here foreign pages try each way against a development server, whose viewer needs no token.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	requirePackages(t)
	dev, url := apitest.StartDev(t, program, apitest.Options{}, apitest.DataDir(t))
	var result struct {
		Control  string
		Attempts map[string]map[string]string
		Read     []string
	}
	require.NoError(t, json.Unmarshal([]byte(runNode(t, ".", "pages.mjs", url, t.TempDir())), &result))
	dev.Signal(t, os.Interrupt)
	require.Zero(t, dev.Wait(t))

	require.Contains(t, result.Control, `"shipName"`, "the API's own page can read")
	tried := 0
	for _, of := range result.Attempts {
		tried += len(of)
	}
	assert.GreaterOrEqual(t, tried, 36)
	reads := 0
	for _, text := range result.Read {
		if strings.Contains(text, "shipName") || strings.Contains(text, `"data"`) {
			reads++
		}
	}
	assert.Zero(t, reads, "foreign pages read: %v", result.Attempts)

	writes, refused, controls := 0, 0, 0
	for line := range strings.Lines(dev.Stderr.String()) {
		var request struct {
			Msg, Method, Path, Operation string
			Status                       int
		}
		if json.Unmarshal([]byte(line), &request) != nil || request.Msg != "request" || request.Path != "/graphql" {
			continue
		}
		switch {
		case request.Status >= 400:
			refused++
		case request.Method == http.MethodPost && request.Operation == "Evil" && controls == 0:
			controls++ // the first is the API's own page's
		case request.Method != http.MethodGet:
			writes++
		}
	}
	assert.Equal(t, 1, controls)
	assert.Zero(t, writes, "operations of foreign pages ran")
	assert.Greater(t, refused, 15, "the pages reached the server")
	t.Logf("%d ways, %d requests refused, %d writes, %d reads", tried+3, refused, writes, reads)
}
