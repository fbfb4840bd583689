package pgtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"cambium/internal/devpg"
)

// prepareTimeout bounds the filling of one template: all migrations, and rows for those who want some.
const prepareTimeout = 5 * time.Minute

// templates holds one preparation for each key, as server holds the process's server.
var templates sync.Map // key string -> *template

type template struct {
	once sync.Once
	name string
	err  error
}

// Clone returns the URL of a copy, of the test's own, of the template database with that key.
//
// The first test of the process that asks for a key makes the template: prepare gets the URL of an empty database and
// must have closed its connections to it when it returns. When it fails, every test that asks for the key fails with
// its error. The key must tell apart all that prepare does differently, as in "migrations:" and the checksum of their
// directory. For the end of the copy see [NewDatabase].
func Clone(t testing.TB, key string, prepare func(ctx context.Context, url string) error) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	entry, _ := templates.LoadOrStore(key, new(template))
	from := entry.(*template)
	from.once.Do(func() {
		from.name = fmt.Sprintf("template_%d", made.Add(1))
		from.err = fmt.Errorf("prepare did not return") // where it panics or ends its goroutine, for those who come next
		// Not the context of the test that happens to be first: the template is for all.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), prepareTimeout)
		defer cancel()
		from.err = from.make(ctx, s, prepare)
	})
	if from.err != nil {
		t.Fatalf("pgtest: make the template database %q: %v", key, from.err)
	}
	return create(t, from.name)
}

func (from *template) make(ctx context.Context, s *devpg.Server, prepare func(ctx context.Context, url string) error) error {
	if err := exec(ctx, s, createStatement(s, from.name, "template0")); err != nil {
		return err
	}
	if err := prepare(ctx, s.DatabaseURL(from.name)); err != nil {
		return err
	}
	// A template that somebody is connected to cannot be copied.
	return exec(ctx, s, "ALTER DATABASE "+from.name+" ALLOW_CONNECTIONS false")
}

// createStatement copies files where there is a choice. Measured with 60 small tables and fsync off (PostgreSQL 15, two
// cores): 22 ms against 50 ms through the write-ahead log in memory, 45 against 480 ms on disk. Before 15 there is only
// the one way.
func createStatement(s *devpg.Server, name, from string) string {
	statement := "CREATE DATABASE " + name + " TEMPLATE " + from
	if s.Major() >= 15 {
		statement += " STRATEGY file_copy"
	}
	return statement
}
