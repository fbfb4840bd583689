// Package docs holds the pages of the project to what the program does: commands, flags, variables and answers.
package docs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = "../.."

// programWait bounds one run of a program; the first may have to compile.
const programWait = 5 * time.Minute

// pages returns the text of every page, by its path in the repository.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	found, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	for _, path := range found {
		paths = append(paths, filepath.Join("docs", filepath.Base(path)))
	}
	texts := make(map[string]string)
	for _, path := range paths {
		texts[path] = read(t, path)
	}
	return texts
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return string(text)
}

// block is a fenced piece of a page.
type block struct {
	language string
	text     string
	line     int // of its first line
}

func blocks(page string) []block {
	var list []block
	var open *block
	for i, line := range strings.Split(page, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && open == nil:
			open = &block{language: fence, line: i + 2}
		case isFence:
			list, open = append(list, *open), nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return list
}

// prose is a page without its fenced pieces.
func prose(page string) string {
	for _, b := range blocks(page) {
		page = strings.Replace(page, b.text, "", 1)
	}
	return page
}

// output runs a program in the repository and returns what it says.
func output(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = root
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// api returns the path of the program, built once.
func api(t *testing.T) string {
	t.Helper()
	path, err := built()
	require.NoError(t, err)
	return path
}

var built = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), programWait)
	defer cancel()
	path := filepath.Join(directory, "api")
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/api")
	cmd.Dir, cmd.Stderr = root, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build cmd/api: %w: %s", err, stderr.String())
	}
	return path, nil
})

// directory is where the program is built and where its PostgreSQL lives: unlike t.TempDir, a place that the user which
// PostgreSQL runs as can enter.
var directory string

func TestMain(m *testing.M) {
	path, err := os.MkdirTemp("", "cambium-docs-")
	if err != nil {
		panic(err)
	}
	const everyoneEnters = 0o755
	if err := os.Chmod(path, everyoneEnters); err != nil {
		panic(err)
	}
	directory = path
	code := m.Run()
	if err := os.RemoveAll(path); err != nil {
		panic(err)
	}
	os.Exit(code)
}
