package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/ent/schema"
)

// A request is sent, the program is killed at some moment of it, and the same request is sent again: there is one row,
// whenever the kill came.
func TestIdempotencyAcrossKills(t *testing.T) {
	t.Parallel()
	database := migrated(t)
	for i := range 6 {
		key, name := string(rune('a'+i)), string(rune('A'+i))
		body, err := json.Marshal(map[string]any{"query": `mutation($n: String!) { createRegion(input: {name: $n}) { name } }`, "variables": map[string]any{"n": name}})
		require.NoError(t, err)
		send := func(url string) (string, error) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+graphQLPath, bytes.NewReader(body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+signed(t, "1", schema.RoleAdmin))
			request.Header.Set("Idempotency-Key", key)
			response, err := client.Do(request)
			if err != nil {
				return "", err
			}
			defer response.Body.Close() //nolint:errcheck // read to its end
			text, err := io.ReadAll(response.Body)
			return string(text), err
		}
		p := start(t, with(database, "ADDR=127.0.0.1:0"), "serve")
		url := p.URL(t)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = send(url) // answered or cut off
		}()
		killed := time.After(time.Duration(i) * 2 * time.Millisecond) // before the request, in it, after it
		<-killed
		p.Signal(t, syscall.SIGKILL)
		p.Wait(t)
		<-sent

		p = start(t, with(database, "ADDR=127.0.0.1:0"), "serve")
		url = p.URL(t)
		for range 2 {
			answer, err := send(url)
			require.NoError(t, err)
			assert.JSONEq(t, `{"data":{"createRegion":{"name":"`+name+`"}}}`, answer)
		}
		var stored struct {
			Regions struct{ TotalCount int }
		}
		query(t, url, `query($n: String!) { regions(where: {name: {eq: $n}}) { totalCount } }`, map[string]any{"n": name}, &stored)
		assert.Equal(t, 1, stored.Regions.TotalCount)
		terminate(t, p)
	}
}
