// Package pgtest gives each test a PostgreSQL database of its own.
//
// The databases are on a private server (internal/devpg) that starts with the first test of a process that asks, in
// well under a second, and ends with the process. Statements of the package's own go through devpg's session, not
// through engine/database, whose tests import this package.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"cambium/internal/devpg"
)

// statementTimeout bounds the making or dropping of one database, which takes tens of milliseconds on an idle machine.
const statementTimeout = time.Minute

// made numbers the databases of the process.
var made atomic.Int64

// NewDatabase returns the URL of a fresh, empty database of the test's own.
//
// It is dropped when the test ends, and its name is printed when the test has failed. With PGTEST_KEEP set in the
// environment the database of a failed test is kept instead, and its server with it; the message then says how to look
// at it and how to end it.
func NewDatabase(t testing.TB) string {
	t.Helper()
	return create(t, "template0")
}

func create(t testing.TB, from string) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := databaseName(t.Name(), made.Add(1))
	if err := exec(t.Context(), s, createStatement(s, name, from)); err != nil {
		t.Fatalf("pgtest: make database %s: %v", name, err)
	}
	t.Cleanup(func() { remove(t, s, name) })
	return s.DatabaseURL(name)
}

func remove(t testing.TB, s *devpg.Server, name string) {
	t.Helper()
	if t.Failed() && os.Getenv("PGTEST_KEEP") != "" {
		keep(t, s, name)
		return
	}
	if t.Failed() {
		t.Logf("pgtest: the database was %s; set PGTEST_KEEP=1 to keep it", name)
	}
	// The test's own context has ended by now.
	if err := exec(context.Background(), s, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("pgtest: drop database %s: %v", name, err)
	}
}

func keep(t testing.TB, s *devpg.Server, name string) {
	t.Helper()
	pid, err := s.PID()
	if err == nil {
		err = s.Keep()
	}
	if err != nil {
		t.Errorf("pgtest: keep database %s: %v", name, err)
		return
	}
	t.Logf("pgtest: the database is kept: psql '%s'\nend its server with: kill -INT %d", s.DatabaseURL(name), pid)
}

func exec(ctx context.Context, s *devpg.Server, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	return s.Exec(ctx, "postgres", statement)
}

// longestName keeps a name below PostgreSQL's 63 bytes once the number is added.
const longestName = 40

// databaseName makes a name that needs no quotes and still says whose it is.
func databaseName(test string, number int64) string {
	clean := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return '_'
	}, strings.TrimPrefix(test, "Test"))
	return fmt.Sprintf("test_%s_%d", clean[:min(len(clean), longestName)], number)
}
