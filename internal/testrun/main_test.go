package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// module writes a module with these files, and returns its directory.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module sample\n\ngo 1.24\n"), 0o600))
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

// outcome runs the tests of a module and returns what was printed, and its last line.
func outcome(t *testing.T, dir string, args ...string) (text, last string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err = run(t.Context(), dir, args, &stdout, &stderr)
	text = stdout.String()
	require.True(t, strings.HasSuffix(text, "\n"), text)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return text, lines[len(lines)-1], err
}

const passing = "package a\n\nimport \"testing\"\n\nfunc TestGood(t *testing.T) { t.Run(\"sub\", func(*testing.T) {}) }\n"

func TestAllPass(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{"a/a_test.go": passing, "none/none.go": "package none\n"})
	kept := filepath.Join(t.TempDir(), "test.json")
	text, last, err := outcome(t, dir, "-json", kept, "-strict", "--", "./...")
	require.NoError(t, err)
	require.Equal(t, "2 passed, 0 failed, 0 skipped", last)
	require.Contains(t, text, "ok    sample/a ")
	require.NotContains(t, text, "sample/none")
	events, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Contains(t, string(events), `"Test":"TestGood/sub"`)
}

func TestFailuresAreCountedAndPrinted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source, last string
		says         []string
	}{
		"a failing subtest fails its parent": {
			source: `func TestBad(t *testing.T) { t.Run("sub", func(t *testing.T) { t.Error("the reason") }) }
				func TestGood(t *testing.T) { t.Log("not a word") }`,
			last: "1 passed, 2 failed, 0 skipped",
			says: []string{"FAIL  sample/a ", "the reason"},
		},
		"it does not build": {
			source: `func TestBad(t *testing.T) { undefined() }`,
			last:   "0 passed, 1 failed, 0 skipped",
			says:   []string{"undefined: undefined"},
		},
		"a panic": {
			source: `func TestBad(t *testing.T) { panic("the reason") }`,
			last:   "0 passed, 1 failed, 0 skipped",
			says:   []string{"panic: the reason"},
		},
		"a test that ends the process": {
			source: `func TestGood(t *testing.T) {}
				func TestBad(t *testing.T) { println("the reason"); exit(3) }`,
			last: "1 passed, 1 failed, 0 skipped",
			says: []string{"TestBad did not end", "the reason"},
		},
		"the package fails though its tests pass": {
			source: `func TestGood(t *testing.T) {}
				func TestMain(m *testing.M) { m.Run(); println("the reason"); exit(3) }`,
			last: "1 passed, 1 failed, 0 skipped",
			says: []string{"the reason"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar exit = os.Exit\n\n" + c.source + "\n"
			text, last, err := outcome(t, module(t, map[string]string{"a/a_test.go": source}), "--", "./...")
			require.ErrorIs(t, err, errFailed)
			require.Equal(t, c.last, last, text)
			for _, word := range c.says {
				require.Contains(t, text, word)
			}
			require.NotContains(t, text, "not a word")
		})
	}
}

func TestSkippedFailsWhenStrict(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"a/a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestIdle(t *testing.T) { t.Skip(\"no wind\") }\n",
	})
	text, last, err := outcome(t, dir, "--", "./...")
	require.NoError(t, err)
	require.Equal(t, "0 passed, 0 failed, 1 skipped", last)
	require.Contains(t, text, "no wind")
	_, last, err = outcome(t, dir, "-strict", "--", "./...")
	require.ErrorIs(t, err, errFailed)
	require.Equal(t, "0 passed, 0 failed, 1 skipped", last)
}

func TestNothingToRunIsAFailure(t *testing.T) {
	t.Parallel()
	_, last, err := outcome(t, module(t, nil), "--", "./missing")
	require.ErrorIs(t, err, errFailed)
	require.Equal(t, "0 passed, 1 failed, 0 skipped", last)
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.ErrorIs(t, run(t.Context(), ".", []string{"-no-such-flag"}, &stdout, &stderr), errUsage)
	require.Contains(t, stderr.String(), "-no-such-flag")
}
