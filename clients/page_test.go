package clients_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// studioWeb is where the sources of the studio's page are.
const studioWeb = "../engine/studio/web"

// TestStudioPage checks the types of the studio's page, and runs the tests of its parts that need no browser.
func TestStudioPage(t *testing.T) {
	t.Parallel()
	wanted, err := os.ReadFile(filepath.Join(studioWeb, "package-lock.json"))
	require.NoError(t, err)
	installed, err := os.ReadFile(filepath.Join(studioWeb, "node_modules", ".installed.json"))
	require.True(t, err == nil && bytes.Equal(wanted, installed), "the npm packages of engine/studio/web are not installed: run make studio")

	run := func(t *testing.T, args ...string) ([]byte, error) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, "node", args...)
		cmd.Dir = studioWeb
		return cmd.Output()
	}
	t.Run("types", func(t *testing.T) {
		t.Parallel()
		text, err := run(t, "node_modules/typescript/bin/tsc", "--noEmit")
		require.NoError(t, err, "%s", text)
	})
	text, _ := run(t, "node_modules/vitest/vitest.mjs", "run", "--reporter=json") // what fails is in the report
	var report struct {
		TestResults []struct {
			Name             string
			Message          string
			AssertionResults []struct {
				Title, Status   string
				FailureMessages []string
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &report), "%s", text)
	require.NotEmpty(t, report.TestResults)
	for _, file := range report.TestResults {
		require.NotEmpty(t, file.AssertionResults, "%s: %s", file.Name, file.Message)
		for _, r := range file.AssertionResults {
			t.Run(filepath.Base(file.Name)+"/"+r.Title, func(t *testing.T) {
				t.Parallel()
				require.Equal(t, "passed", r.Status, r.FailureMessages)
			})
		}
	}
}
