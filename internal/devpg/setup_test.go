package devpg

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const setup = "../../scripts/setup"

// machine is what scripts/setup sees: commands by name with what they do, and nothing else.
func machine(t *testing.T, commands map[string]string) *exec.Cmd {
	t.Helper()
	root := t.TempDir()
	bin := filepath.Join(root, "bin")
	require.NoError(t, os.Mkdir(bin, 0o755))
	for _, program := range []string{"sh", "mkdir", "chmod"} {
		path, err := exec.LookPath(program)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(bin, program)))
	}
	for name, script := range commands {
		writeProgram(t, filepath.Join(bin, name), script)
	}
	script, err := filepath.Abs(setup)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "/bin/sh", script)
	cmd.Env = []string{"PATH=" + bin, "CAMBIUM_SETUP_ROOT=" + root, "CI=true"}
	return cmd
}

// installs puts programs where a package manager would.
const installs = `case "$*" in *postgresql|*postgresql@17)
	dir=$CAMBIUM_SETUP_ROOT/usr/lib/postgresql/15/bin
	mkdir -p "$dir"
	for p in initdb postgres pg_ctl; do : >"$dir/$p"; chmod +x "$dir/$p"; done
esac
echo "ran $0 $*"`

func TestSetup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		commands map[string]string
		ok       bool
		says     []string
		not      string
	}{
		"all is there": {
			commands: map[string]string{"go": "", "initdb": "", "postgres": "", "pg_ctl": "", "apt-get": "echo ran"}, ok: true, not: "ran",
		},
		"no Go": {commands: map[string]string{"initdb": "", "postgres": "", "pg_ctl": ""}, says: []string{"Go is missing"}},
		// Ends with its first step: the next writes to the real /etc.
		"Debian, as root": {commands: map[string]string{"go": "", "id": "echo 0", "apt-get": `echo "ran $*"; [ "$1" != update ]`}, says: []string{"ran update"}, not: "sudo"},
		"Debian, nobody to ask": {
			commands: map[string]string{"go": "", "id": "echo 1000", "apt-get": installs, "sudo": "echo ran sudo"},
			says:     []string{"nobody is here to ask", "sudo sh -c", "apt-get install"}, not: "ran ",
		},
		"Debian, no sudo": {commands: map[string]string{"go": "", "id": "echo 1000", "apt-get": installs}, says: []string{"run this as root"}, not: "ran "},
		"Homebrew":        {commands: map[string]string{"go": "", "id": "echo 501", "brew": installs}, ok: true, says: []string{"brew install postgresql@17", "ran "}},
		"Homebrew fails":  {commands: map[string]string{"go": "", "id": "echo 501", "brew": "exit 1"}},
		"Fedora":          {commands: map[string]string{"go": "", "id": "echo 0", "dnf": "echo ran"}, says: []string{"dnf install postgresql-server"}, not: "ran"},
		"Alpine":          {commands: map[string]string{"go": "", "id": "echo 0", "apk": "echo ran"}, says: []string{"apk add postgresql17"}, not: "ran"},
		"something else":  {commands: map[string]string{"go": ""}, says: []string{"POSTGRES_BIN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := machine(t, c.commands).CombinedOutput()
			require.Equal(t, c.ok, err == nil, "%s", output)
			for _, text := range c.says {
				require.Contains(t, string(output), text)
			}
			if c.not != "" {
				require.NotContains(t, string(output), c.not)
			}
		})
	}
}

func TestSetupDoesNothingTwice(t *testing.T) {
	t.Parallel()
	commands := map[string]string{"go": "", "id": "echo 501", "brew": installs}
	cmd := machine(t, commands)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	again := exec.CommandContext(t.Context(), cmd.Path, cmd.Args[1:]...)
	again.Env = cmd.Env
	output, err = again.CombinedOutput()
	require.NoError(t, err)
	require.Empty(t, output)
}

// The script and the program must agree on where PostgreSQL is.
func TestSetupLooksWhereStartLooks(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(setup)
	require.NoError(t, err)
	for _, place := range wellKnownPlaces() {
		require.Contains(t, strings.ReplaceAll(string(script), `"$root"`, ""), place, "scripts/setup does not look there")
	}
}
