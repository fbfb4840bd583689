package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCodeCompiles lays the pages' Go files over the tree, where they would be written, and compiles them.
func TestCodeCompiles(t *testing.T) {
	t.Parallel()
	places := map[string]string{ // of a file, by its package
		"main":   "internal/docs/example/main.go",
		"schema": "ent/schema/docs_example.go",
	}
	compiled := 0
	for path, page := range pages(t) {
		for _, b := range blocks(page) {
			name, isFile := strings.CutPrefix(b.text, "package ")
			if b.language != "go" || !isFile {
				continue
			}
			name, _, _ = strings.Cut(name, "\n")
			place := places[name]
			require.NotEmpty(t, place, "%s:%d: package %s", path, b.line, name)
			compile(t, place, b.text, path)
			compiled++
		}
	}
	require.Positive(t, compiled)
}

func compile(t *testing.T, place, text, page string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "example.go")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	absolute, err := filepath.Abs(filepath.Join(root, place))
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {absolute: file}})
	require.NoError(t, err)
	list := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(list, overlay, 0o600))
	said, err := output(t, "go", "build", "-overlay", list, "-o", os.DevNull, "./"+filepath.Dir(place))
	assert.NoError(t, err, "%s: %s", page, said)
	said, err = output(t, "gofmt", "-l", file)
	assert.NoError(t, err, page)
	assert.Empty(t, said, "%s: gofmt", page)
}
