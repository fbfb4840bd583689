// Package northwind finds the classic Northwind data for the tests that check the order desk against real rows.
package northwind

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns the directory of the data, one CSV file for each table: that in the variable NORTHWIND_DIR, else
// shared/northwind beside the repository. The data is not part of the repository: where it is missing the test says so
// and is skipped, but under CI it fails.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("NORTHWIND_DIR")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared", "northwind")
	}
	_, err := os.Stat(filepath.Join(dir, "orders.csv"))
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("this test needs the Northwind data, which is not in %s; NORTHWIND_DIR names its directory", dir)
	default:
		t.Skipf("this test needs the Northwind data, which is not in %s; NORTHWIND_DIR names its directory", dir)
	}
	return dir
}

// root is the directory of go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}
