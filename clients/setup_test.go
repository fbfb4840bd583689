package clients_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/internal/apitest"
)

// program is the real one, built once. TestMain sets it before any test runs.
var program string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	built, remove, err := apitest.Build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	program = built
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// requirePackages fails the test where the npm packages of the lock file are not installed. scripts/setup leaves a copy
// of the lock file beside those that it has installed.
func requirePackages(t *testing.T) {
	t.Helper()
	wanted, err := os.ReadFile("package-lock.json")
	require.NoError(t, err)
	installed, err := os.ReadFile(filepath.Join("node_modules", ".installed.json"))
	require.True(t, err == nil && bytes.Equal(wanted, installed),
		"the npm packages of clients/package-lock.json are not installed: run make setup")
}

// nodeTimeout bounds one run of Node, which takes a second or two, and a minute or two where it drives a browser.
const nodeTimeout = 8 * time.Minute

// runNode runs a script in a directory and returns what it prints. The test fails where the script does.
func runNode(t *testing.T, dir, script string, args ...string) string {
	t.Helper()
	script, err := filepath.Abs(script)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	require.NoError(t, err, "node %s %v\n%s%s", script, args, &stdout, &stderr)
	return stdout.String()
}

// project copies a directory of this one to a place of the test's own, where tools may write.
func project(t *testing.T, name, schema string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(name)))
	require.NoError(t, os.Symlink(schema, filepath.Join(dir, "schema.graphql")))
	return dir
}

// client keeps no connection open.
var client = &http.Client{Timeout: apitest.Patience, Transport: &http.Transport{DisableKeepAlives: true}}

// query runs an operation and decodes its data; errors fail the test.
func query(t *testing.T, url, operation string, variables map[string]any, data any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	require.NoError(t, err)
	response, err := client.Post(url, "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	require.Empty(t, string(answer.Errors), operation)
	require.NoError(t, json.Unmarshal(answer.Data, data))
}
