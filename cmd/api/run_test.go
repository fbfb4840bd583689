package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/database"
	"cambium/engine/read"
)

// call runs a command in this process.
func call(ctx context.Context, env map[string]string, args ...string) result {
	var stdout, stderr bytes.Buffer
	code := run(ctx, args, func(name string) string { return env[name] }, strings.NewReader(""), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want result
	}{
		"version":         {[]string{"version"}, result{exitDone, version() + "\n", ""}},
		"--version":       {[]string{"--version"}, result{exitDone, version() + "\n", ""}},
		"unknown command": {[]string{"server"}, result{exitUsage, "", "api: there is no command \"server\": did you mean serve?: see: api --help\n"}},
		"unknown of a group": {
			[]string{"migrate", "up"}, result{exitUsage, "", "api: there is no command \"up\": see: api migrate --help\n"},
		},
		"unknown flag":     {[]string{"serve", "--port=1"}, result{exitUsage, "", "api: unknown flag: --port: see: api serve --help\n"}},
		"too many args":    {[]string{"version", "x"}, result{exitUsage, "", "api: unknown command \"x\" for \"api version\": see: api version --help\n"}},
		"bad value":        {[]string{"seed", "--seed=-1"}, result{exitUsage, "", "api: invalid argument \"-1\" for \"--seed\" flag: strconv.ParseUint: parsing \"-1\": invalid syntax: see: api seed --help\n"}},
		"bad address":      {[]string{"serve", "--addr=8080"}, result{exitUsage, "", "api: --addr must be host:port, such as 127.0.0.1:8080, or :8080 for every interface\nDATABASE_URL environment variable is required\n"}},
		"serve without it": {[]string{"serve"}, result{exitUsage, "", "api: DATABASE_URL environment variable is required\n"}},
	} {
		assert.Equal(t, c.want, call(t.Context(), nil, c.args...), name)
	}
}

func TestHelpAndCompletion(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		r := call(t.Context(), nil, args...)
		assert.Equal(t, exitDone, r.code)
		for _, command := range []string{"dev", "serve", "migrate", "push", "seed", "load", "token", "config", "version", "completion"} {
			assert.Regexp(t, `(?m)^  `+command+` +\S`, r.stdout)
		}
	}
	for _, command := range []string{"apply", "status", "diff"} {
		assert.Regexp(t, `(?m)^  `+command+` +\S`, call(t.Context(), nil, "migrate").stdout)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		r := call(t.Context(), nil, "completion", shell)
		assert.Equal(t, exitDone, r.code)
		assert.NotEmpty(t, r.stdout)
	}
	assert.Contains(t, call(t.Context(), nil, "__complete", "dev", "--sample", "").stdout, "micro")
}

func TestInterruptedIsSaidOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	r := call(ctx, map[string]string{databaseURL: "postgres://u@127.0.0.1:1/d"}, "migrate", "status")
	assert.Equal(t, result{exitFailed, "", "api: interrupted\n"}, r)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for variable, bad := range map[string][]string{
		"ADDR": {"8080", "host"}, "LOG_LEVEL": {"loud"}, "CURSOR_KEY": {"short", strings.Repeat("a", 10)}, "INTROSPECTION": {"perhaps"},
		"OPERATION_TIMEOUT": {"5", "0s", "-1s", "60s"}, "MAX_BODY_BYTES": {"0", "-1", "1MB", "99999999999"}, "DRAIN_DELAY": {"-1s", "x"},
		"SHUTDOWN_TIMEOUT": {"0"}, "READY_TIMEOUT": {"0"}, "HTTP_READ_HEADER_TIMEOUT": {"0", "1h"}, "HTTP_READ_TIMEOUT": {"1s"},
		"MAX_DEPTH": {"0"}, "MAX_COST": {"-1"}, "DEFAULT_PAGE_SIZE": {"101"}, "PERSISTED_ONLY": {"true", "perhaps"}, "AUTH": {"off"}, "AUTH_SECRET": {"short"}, "AUTH_JWKS_URL": {"http://issuer.example/keys", "https://user:password@issuer.example/", "keys"},
		"DEBUG_ADDR": {"9090", ":9090", "0.0.0.0:9090", "metrics.example:9090"}, "SLOW_OPERATION": {"-1s"}, "ADMISSION_LIMIT": {"-1"}, "ADMISSION_WAIT": {"-1s", "5"},
		"AUTH_LEEWAY": {"-1s"}, "HTTP_WRITE_TIMEOUT": {"30s"}, "HTTP_IDLE_TIMEOUT": {"x"}, "HTTP_MAX_HEADER_BYTES": {"0"},
	} {
		for _, text := range bad {
			_, err := readSettings(func(name string) string { return map[string]string{variable: text}[name] })
			require.ErrorContains(t, err, variable, text)
			assert.True(t, isUsage(err))
			assert.NotContains(t, err.Error(), "\n")
		}
	}
	good := map[string]string{
		"ADDR": ":80", "LOG_LEVEL": "debug", "CURSOR_KEY": strings.Repeat("ab", keyBytes), "INTROSPECTION": "true", "OPERATION_TIMEOUT": "10s",
		"MAX_BODY_BYTES": "5", "DRAIN_DELAY": "0s", "SHUTDOWN_TIMEOUT": "1s", "READY_TIMEOUT": "1s", "HTTP_READ_HEADER_TIMEOUT": "1s",
		"HTTP_READ_TIMEOUT": "2s", "HTTP_WRITE_TIMEOUT": "20s", "HTTP_IDLE_TIMEOUT": "3s", "HTTP_MAX_HEADER_BYTES": "4096",
		"ALLOWED_HOSTS": "api.example,.example", "CORS_ORIGINS": "https://app.example", "MAX_TOKENS": "1", "MAX_DEPTH": "2", "MAX_ALIASES": "3",
		"MAX_ROOT_FIELDS": "4", "MAX_DIRECTIVES": "5", "MAX_FILTER_DEPTH": "6", "MAX_CONDITIONS": "7", "MAX_LIST_LENGTH": "8",
		"DEFAULT_PAGE_SIZE": "9", "MAX_PAGE_SIZE": "10", "MAX_COST": "11", "MAX_IN_FLIGHT": "0", "RATE_PER_VIEWER": "0", "RATE_PER_ADDRESS": "0",
		"PERSISTED_AUTOMATIC": "0", "PERSISTED_FILE": "operations.json", "PERSISTED_ONLY": "true",
		"REQUIRE_DURABLE": "true", "DATABASE_VIEWER": "true", "AUTH": "token", "AUTH_SECRET": tokenSecret, "AUTH_JWKS_URL": "https://issuer.example/keys", "AUTH_ISSUER": "i", "AUTH_AUDIENCE": "a",
		"AUTH_LEEWAY": "1s", "AUTH_ID_CLAIM": "id", "AUTH_ROLES_CLAIM": "r",
		"DEBUG_ADDR": "[::1]:9090", "SLOW_OPERATION": "2s", "ADMISSION_LIMIT": "12", "ADMISSION_WAIT": "50ms",
	}
	const alternatives = 1 // AUTH_JWKS_FILE stands for AUTH_JWKS_URL
	s, err := readSettings(func(name string) string { return good[name] })
	require.NoError(t, err)
	assert.Len(t, good, len(variables)-alternatives, "every variable is tested")
	for _, row := range s.list() {
		wanted, given := good[row.Name]
		if !given {
			continue
		}
		assert.Equal(t, "environment", row.Source)
		if row.Name != "CURSOR_KEY" && row.Name != "AUTH_SECRET" {
			assert.Equal(t, strings.ToLower(wanted), strings.ToLower(row.Value), row.Name)
		}
	}
}

func TestSettingsThatContradict(t *testing.T) {
	t.Parallel()
	for _, set := range []map[string]string{
		{"AUTH": "none", "AUTH_SECRET": tokenSecret},
		{"AUTH_JWKS_URL": "https://issuer.example/keys", "AUTH_JWKS_FILE": "keys.json"},
	} {
		_, err := readSettings(func(name string) string { return set[name] })
		require.ErrorContains(t, err, "unset one")
		assert.NotContains(t, err.Error(), tokenSecret)
	}
}

func TestCursorKeys(t *testing.T) {
	t.Parallel()
	key := randomKey()
	for _, text := range []string{
		fmt.Sprintf("%x", key), fmt.Sprintf("%X", key), base64.StdEncoding.EncodeToString(key), base64.RawStdEncoding.EncodeToString(key),
		base64.URLEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key),
	} {
		decoded, err := decodeKey(text)
		require.NoError(t, err, text)
		assert.Equal(t, key, decoded, text)
	}
	dir := filepath.Join(t.TempDir(), "new")
	first, err := keptKey(dir, cursorKey)
	require.NoError(t, err)
	second, err := keptKey(dir, cursorKey)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	info, err := os.Stat(filepath.Join(dir, "cursor.key"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cursor.key"), []byte("short"), 0o600))
	_, err = keptKey(dir, cursorKey)
	require.ErrorContains(t, err, "delete the file")
	assert.NotContains(t, err.Error(), "short")
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"127.0.0.1:80": true, "127.8.8.8:0": true, "[::1]:80": true, "localhost:80": true,
		":80": false, "0.0.0.0:80": false, "[::]:80": false, "10.0.0.1:80": false, "example.com:80": false, "localhost.example.com:80": false, "127.0.0.1": false,
	} {
		assert.Equal(t, want, isLoopback(addr), addr)
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	path := ast.Path{ast.PathName("orders")}
	fault, ok := classify(fmt.Errorf("run: %w", &read.Error{Code: read.InvalidCursor, Message: "no such cursor", Path: path}))
	require.True(t, ok)
	assert.Equal(t, "INVALID_CURSOR", fault.Code)
	assert.Equal(t, path, fault.Path)
	assert.False(t, fault.Logged)
	for err, code := range map[error]string{database.ErrPoolExhausted: "POOL_EXHAUSTED", database.ErrUnavailable: "UNAVAILABLE"} {
		fault, ok = classify(fmt.Errorf("run: %w", err))
		require.True(t, ok)
		assert.Equal(t, code, fault.Code)
		assert.Equal(t, http.StatusServiceUnavailable, fault.Status)
		assert.Positive(t, fault.RetryAfter)
		assert.True(t, fault.Logged)
		assert.NotContains(t, fault.Message, err.Error())
	}
	_, ok = classify(errors.New("ERROR: syntax error (SQLSTATE 42601)"))
	assert.False(t, ok)
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"y\n": true, "YES\n": true, "\tyes\r\n": true, "n\n": false, "\n": false, "": false, "yep\n": false} {
		got, err := answer(t.Context(), strings.NewReader(text))
		require.NoError(t, err)
		assert.Equal(t, want, got, "%q", text)
	}
}

func TestVersionNames(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "v1.2.3", name("v1.2.3", "0123456789abcdef", true))
	assert.Equal(t, "development-0123456789ab-modified", name("", "0123456789abcdef", true))
	assert.Equal(t, "development-0123", name("", "0123", false))
	assert.Equal(t, "development", name("", "", false))
}
