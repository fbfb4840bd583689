package clients_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ready are the commands of a machine that lacks nothing but what these tests are about.
var ready = map[string]string{"go": "", "initdb": "", "postgres": "", "pg_ctl": ""}

// machine is a tree with scripts/setup and a lock file, on a machine of which the commands are all that there is.
type machine struct{ root, path string }

func newMachine(t *testing.T, commands ...map[string]string) machine {
	t.Helper()
	root := t.TempDir()
	m := machine{root, filepath.Join(root, "bin")}
	for _, dir := range []string{"bin", "scripts", "clients"} {
		require.NoError(t, os.Mkdir(filepath.Join(root, dir), 0o755))
	}
	script, err := os.ReadFile("../scripts/setup")
	require.NoError(t, err)
	m.write(t, "scripts/setup", string(script))
	m.write(t, "clients/package-lock.json", "{}")
	for _, program := range []string{"sh", "cmp", "cp", "mkdir"} {
		path, err := exec.LookPath(program)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(m.path, program)))
	}
	all := maps.Clone(ready)
	for _, more := range commands {
		maps.Copy(all, more)
	}
	for name, script := range all {
		m.write(t, filepath.Join("bin", name), "#!/bin/sh\n"+script)
	}
	return m
}

func (m machine) write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(m.root, name), []byte(text), 0o755))
}

func (m machine) setup(t *testing.T, args ...string) (output string, ok bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", append([]string{filepath.Join(m.root, "scripts", "setup")}, args...)...)
	cmd.Env = []string{"PATH=" + m.path, "CAMBIUM_SETUP_ROOT=" + m.root, "ROOT=" + m.root}
	text, err := cmd.CombinedOutput()
	return string(text), err == nil
}

const (
	npm  = `mkdir -p node_modules; echo "ran npm $*"`
	node = "echo v20.1.0"
)

// installsNode puts Node where a package manager would.
const installsNode = `case "$*" in *node*)
	echo "ran $0 $*"
	printf '#!/bin/sh\necho v18.20.4\n' >"$ROOT/bin/node"
	printf '#!/bin/sh\nmkdir -p node_modules; echo ran npm\n' >"$ROOT/bin/npm"
	/bin/chmod +x "$ROOT/bin/node" "$ROOT/bin/npm"
esac`

func TestSetup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		commands map[string]string
		ok       bool
		says     []string
		not      string
	}{
		"Node is there":         {map[string]string{"node": node, "npm": npm, "apt-get": "echo ran apt"}, true, []string{"npm ci in clients/", "ran npm ci"}, "ran apt"},
		"npm fails":             {map[string]string{"node": node, "npm": "echo no network; exit 1"}, false, []string{"no network", "could not be installed"}, ""},
		"Node is too old":       {map[string]string{"node": "echo v16.20.2", "npm": npm, "apt-get": "echo ran"}, false, []string{"Node v16.20.2 is too old", "18 or later"}, "ran"},
		"Debian, as root":       {map[string]string{"id": "echo 0", "apt-get": installsNode}, true, []string{"apt-get install -y --no-install-recommends nodejs npm", "ran npm"}, "sudo"},
		"Debian, without npm":   {map[string]string{"node": node, "id": "echo 0", "apt-get": installsNode}, true, []string{"ran npm"}, ""},
		"Debian, nobody to ask": {map[string]string{"id": "echo 1000", "apt-get": installsNode, "sudo": "echo ran sudo"}, false, []string{"nobody is here to ask", "nodejs npm"}, "ran "},
		"installs nothing":      {map[string]string{"id": "echo 0", "apt-get": ""}, false, []string{"nowhere to be found"}, ""},
		"Homebrew":              {map[string]string{"brew": installsNode}, true, []string{"brew install node", "ran npm"}, ""},
		"Fedora":                {map[string]string{"dnf": "echo ran"}, false, []string{"dnf install nodejs-npm"}, "ran"},
		"Alpine":                {map[string]string{"apk": "echo ran"}, false, []string{"apk add nodejs npm"}, "ran"},
		"something else":        {nil, false, []string{"https://nodejs.org"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, ok := newMachine(t, c.commands).setup(t, "clients")
			assert.Equal(t, c.ok, ok, "%s", output)
			for _, text := range c.says {
				assert.Contains(t, output, text)
			}
			if c.not != "" {
				assert.NotContains(t, output, c.not)
			}
		})
	}
}

func TestSetupInstallsOncePerLockFile(t *testing.T) {
	t.Parallel()
	m := newMachine(t, map[string]string{"node": node, "npm": npm})
	output, ok := m.setup(t)
	require.True(t, ok, output)
	require.Empty(t, output, "without clients there is no npm")
	for _, lock := range []string{"{}", `{"lockfileVersion":3}`} {
		m.write(t, "clients/package-lock.json", lock)
		output, ok = m.setup(t, "clients")
		require.True(t, ok, output)
		require.Contains(t, output, "ran npm ci")
		output, ok = m.setup(t, "clients")
		require.True(t, ok, output)
		require.Empty(t, output, "done already")
	}
	output, ok = m.setup(t, "client")
	require.False(t, ok)
	require.Contains(t, output, "there is no part client")
}
