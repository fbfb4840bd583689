// Package apitest runs the real program, cmd/api, for tests.
package apitest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds the program. Call it in TestMain, and remove at the end.
func Build() (program string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "cambium-api-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) } // a temporary directory
	program = filepath.Join(dir, "api")
	if err = os.Chmod(dir, 0o755); err == nil { //nolint:gosec // an ordinary user runs it too
		var out []byte
		if out, err = exec.Command("go", "build", "-o", program, "cambium/cmd/api").CombinedOutput(); err != nil { //nolint:noctx // go test bounds it
			err = fmt.Errorf("build the program: %w: %s", err, out)
		}
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return program, remove, nil
}
