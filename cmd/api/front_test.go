package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/engine/server"
	"cambium/internal/load"
	"cambium/internal/northwind"
	"cambium/internal/pgtest"
)

// front is the whole program behind its door, in this process, over the classic data.
type front struct {
	http.Handler

	db  *database.DB
	url string // of the database
	log *record
}

// record keeps what is logged.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// newFront wires the program as serve does, with variables set.
func newFront(t testing.TB, set map[string]string) *front {
	t.Helper()
	dir := northwind.Dir(t)
	url := pgtest.Clone(t, "api: northwind", func(ctx context.Context, url string) error {
		db, err := open(ctx, url)
		if err != nil {
			return err
		}
		_, err = migration.Apply(ctx, db, migrations(), migration.Options{})
		if err == nil {
			var source load.Source
			if source, err = load.Directory(dir); err == nil {
				_, err = load.Load(ctx, db, source, load.Options{})
			}
		}
		return errors.Join(err, db.Close())
	})
	return frontOf(t, url, set)
}

// frontOf is the program over a database.
func frontOf(t testing.TB, url string, set map[string]string) *front {
	t.Helper()
	settings, err := readSettings(func(name string) string {
		if name == "AUTH_SECRET" {
			return tokenSecret
		}
		return set[name]
	})
	require.NoError(t, err)
	log := new(record)
	logger := slog.New(server.LogHandler(slog.NewJSONHandler(log, nil)))
	db, err := openDB(t.Context(), func(name string) string {
		if name == databaseURL {
			return url
		}
		return set[name]
	}, nil, logger)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	auth, err := newAuthentication(settings, nil)
	require.NoError(t, err)
	config := settings.graphQL
	config.Introspection = settings.introspection
	config.Persisted.Registered, err = readPersisted(settings.persistedFile)
	require.NoError(t, err)
	handler, err := newHandler(db, db, db.Driver(), db, bytes.Repeat([]byte{7}, keyBytes), keysOf(db), auth, config, logger)
	require.NoError(t, err)
	s, err := server.New(settings.server, handler, logger)
	require.NoError(t, err)
	return &front{s, db, url, log}
}

// reply is what came back, and what it took.
type reply struct {
	status int
	header http.Header
	body   string
	took   time.Duration
}

// codes are those of the errors.
func (r reply) codes() (codes []string) {
	var decoded struct {
		Errors []struct {
			Extensions struct{ Code string }
		}
	}
	_ = json.Unmarshal([]byte(r.body), &decoded) // no JSON has no codes
	for _, e := range decoded.Errors {
		codes = append(codes, e.Extensions.Code)
	}
	return codes
}

// send sends a request through the door. Its body is read as it comes.
func (f *front) send(t testing.TB, request *http.Request) reply {
	t.Helper()
	recorder := httptest.NewRecorder()
	start := time.Now()
	f.ServeHTTP(recorder, request)
	return reply{recorder.Code, recorder.Header(), recorder.Body.String(), time.Since(start)}
}

// request is a POST of JSON with a token, unless that is empty.
func post(t testing.TB, token, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+graphQLPath, io.NopCloser(strings.NewReader(body)))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// ask sends an operation.
func (f *front) ask(t testing.TB, token, query string, variables any) reply {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(t, err)
	return f.send(t, post(t, token, string(body)))
}
