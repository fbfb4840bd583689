package docs

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// byCode is what the code reads beside the settings of `api config`: a literal name, given to getenv.
var byCode = regexp.MustCompile(`(?i:getenv|lookupenv)\("([A-Z_]+)"\)`)

// notOurVariables belong to the system, or to one test.
var notOurVariables = map[string]string{
	"HOME":             "the system's",
	"PATH":             "the system's",
	"TMPDIR":           "the system's",
	"PGTEST_TEST_FAIL": "a test's message to itself",
}

// known returns every variable of the program with its default, "" where there is none, and those that only
// development reads, without.
func known(t *testing.T) (program map[string]string, development map[string]bool) {
	t.Helper()
	program = make(map[string]string)
	for _, line := range strings.Split(strings.TrimSpace(configuration(t)), "\n")[1:] {
		fields := strings.Fields(line)
		require.GreaterOrEqual(t, len(fields), 3, line)
		value := fields[1]
		if strings.HasPrefix(value, "(none") {
			value = ""
		}
		program[fields[0]] = value
	}
	development = map[string]bool{"ATLAS_DEV_URL": true}
	for _, top := range []string{"cmd", "engine", "internal", "trade", "graph"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			for _, match := range byCode.FindAllSubmatch(text, -1) {
				name := string(match[1])
				if _, ok := program[name]; !ok && notOurVariables[name] == "" {
					development[name] = true
				}
			}
			return err
		})
		require.NoError(t, err)
	}
	return program, development
}

// configuration is what `api config` prints where nothing is set.
func configuration(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, api(t), "config")
	cmd.Env = []string{}
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, string(text))
	return string(text)
}

// listed reads a list of variables, by a pattern of which the groups are the name and the default.
func listed(text string, line *regexp.Regexp) map[string]string {
	list := make(map[string]string)
	for _, match := range line.FindAllStringSubmatch(text, -1) {
		list[match[1]] = strings.Trim(match[2], "`'")
	}
	return list
}

func TestVariablesAreListed(t *testing.T) {
	t.Parallel()
	program, development := known(t)
	for path, line := range map[string]*regexp.Regexp{
		"README.md":    regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| ([^|]*?) ?\\|"),
		".env.example": regexp.MustCompile(`(?m)^#?([A-Z_]+)=(.*)$`),
	} {
		list := listed(read(t, path), line)
		for name, fallback := range program {
			value, ok := list[name]
			switch {
			case !assert.True(t, ok, "%s does not list %s", path, name):
			case fallback == "" && path == ".env.example": // an example of a value
			default:
				assert.Equal(t, normal(fallback), normal(value), "%s: default of %s", path, name)
			}
		}
		for name := range development {
			_, ok := list[name]
			assert.True(t, ok, "%s does not list %s", path, name)
		}
		for name := range list {
			_, ok := program[name]
			assert.True(t, ok || development[name], "%s lists %s, which nothing reads", path, name)
		}
	}
}

// normal makes durations comparable.
func normal(value string) string {
	if d, err := time.ParseDuration(value); err == nil {
		return d.String()
	}
	return value
}
