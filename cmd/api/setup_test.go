package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/access/token"
	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/ent/schema"
	"cambium/internal/apitest"
	"cambium/internal/faultlab"
	"cambium/internal/pgtest"
)

// binary is the program, built once. TestMain sets it before any test runs.
var binary string

// patience bounds every wait of these tests.
const patience = apitest.Patience

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	built, remove, err := apitest.Build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	binary = built
	code := m.Run()
	if err := goleak.Find(faultlab.Pipes()); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// start starts the program. It is killed at the test's end, if it still runs.
func start(t *testing.T, o apitest.Options, args ...string) *apitest.Process {
	t.Helper()
	return apitest.Start(t, binary, o, args...)
}

// result is what a program that has ended leaves.
type result struct {
	code           int
	stdout, stderr string
}

// api runs the program to its end.
func api(t *testing.T, o apitest.Options, args ...string) result {
	t.Helper()
	p := start(t, o, args...)
	code := p.Wait(t)
	return result{code, p.Stdout.String(), p.Stderr.String()}
}

// tokenSecret signs the tokens of these tests.
const tokenSecret = "a secret of these tests, and of nothing else"

// with is an environment with a database and a secret for tokens.
func with(url string, more ...string) apitest.Options {
	return apitest.Options{Env: append([]string{"DATABASE_URL=" + url, "AUTH_SECRET=" + tokenSecret}, more...)}
}

// migrated is the URL of a database of the test's own, with all migrations.
func migrated(t *testing.T) string {
	t.Helper()
	return pgtest.Clone(t, "api: migrated", func(ctx context.Context, url string) error {
		db, err := open(ctx, url)
		if err != nil {
			return err
		}
		_, err = migration.Apply(ctx, db, migrations(), migration.Options{})
		return errors.Join(err, db.Close())
	})
}

func open(ctx context.Context, url string) (*database.DB, error) {
	return database.Open(ctx, database.NewConfig(url), newLogger(io.Discard, 0))
}

// execute runs a statement in a database.
func execute(t *testing.T, url, statement string) {
	t.Helper()
	db, err := open(t.Context(), url)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), statement)
	require.NoError(t, errors.Join(err, db.Close()))
}

// client keeps no connection open.
var client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// own is an environment without a database, with a secret for tokens.
func own() apitest.Options { return apitest.Options{Env: []string{"AUTH_SECRET=" + tokenSecret}} }

// signed is a token that a server with tokenSecret takes.
func signed(t testing.TB, id string, roles ...string) string {
	t.Helper()
	config := token.NewConfig()
	config.Secret = []byte(tokenSecret)
	text, err := token.Sign(config, id, roles, time.Now(), time.Hour)
	require.NoError(t, err)
	return text
}

// query runs an operation of the administrator's and decodes its data; errors fail the test.
func query(t *testing.T, url, operation string, variables map[string]any, data any) {
	t.Helper()
	queryWith(t, url, operation, variables, nil, data)
}

// queryWith is query with further headers; it returns those of the answer.
func queryWith(t *testing.T, url, operation string, variables map[string]any, further http.Header, data any) http.Header {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+graphQLPath, bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+signed(t, "1", schema.RoleAdmin))
	maps.Copy(request.Header, further)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read to its end
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	require.Empty(t, string(answer.Errors))
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, json.Unmarshal(answer.Data, data))
	return response.Header
}
