package docs

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answerWait bounds one request to a server that is up.
const answerWait = 30 * time.Second

// develop runs `api dev` on sample data as `make run` does, on a free port, and returns the URL that it prints.
func develop(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programWait)
	cmd := exec.CommandContext(ctx, api(t), "dev", "--addr", "127.0.0.1:0", "--data-dir", filepath.Join(directory, "dev"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "POSTGRES_BIN=" + os.Getenv("POSTGRES_BIN")}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = answerWait
	stderr := new(strings.Builder)
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was interrupted
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		cancel()
		_ = cmd.Wait()
		t.Fatalf("api dev: %v: %s", err, stderr)
	}
	at := strings.Index(line, "http://")
	require.GreaterOrEqual(t, at, 0, line)
	return strings.TrimSpace(line[at:])
}

// post sends a request's body and returns the answer's.
func post(t *testing.T, url, body string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), answerWait)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := new(http.Client).Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(answer))
	return string(answer)
}

// cursor is signed with a key of each database's own.
var cursor = regexp.MustCompile(`"endCursor": ?"[^"]+"`)

// TestRequestsAreAnswered asks the README's questions.
func TestRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	url := develop(t)
	page := read(t, "README.md")
	queries, answers, requests := 0, []string(nil), 0
	var last string
	for _, b := range blocks(page) {
		switch b.language {
		case "graphql":
			queries++
			body, err := json.Marshal(map[string]string{"query": b.text})
			require.NoError(t, err)
			last = post(t, url, string(body))
		case "json":
			answers = append(answers, b.text)
			require.JSONEq(t, cursor.ReplaceAllString(b.text, `"endCursor": ""`), cursor.ReplaceAllString(last, `"endCursor": ""`),
				"README.md:%d: the program answers %s", b.line, last)
		case "sh":
			for line := range strings.Lines(b.text) {
				words := split(line)
				if len(words) == 0 || words[0] != "curl" {
					continue
				}
				requests++
				require.Equal(t, "http://127.0.0.1:8080/graphql", words[1])
				answer := post(t, url, words[len(words)-1])
				require.Contains(t, prose(page), "`"+answer+"`", "README.md: the answer of its curl command")
			}
		}
	}
	require.Positive(t, queries)
	require.Len(t, answers, queries)
	require.Positive(t, requests)
}
