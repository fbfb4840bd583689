package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/access/token"
	"cambium/ent/schema"
	"cambium/internal/apitest"
)

// bearer is a token of an administrator's.
func bearer(t *testing.T) string {
	t.Helper()
	config := token.NewConfig()
	config.Secret = []byte(secret)
	text, err := token.Sign(config, "1", []string{schema.RoleAdmin}, time.Now(), 24*time.Hour)
	require.NoError(t, err)
	return text
}

// answer is what came of one request.
type answer int

const (
	acknowledged answer = iota
	refused             // with 503: nothing has happened
	unknown             // it has happened, or it has not
	wrong               // anything else, which is a fault of the program
)

// tallies counts what clients saw.
type tallies struct {
	acknowledged, refused, unknown, resolved atomic.Int64
}

// client writes one row after the other, each under a key of its own, until it is acknowledged.
type client struct {
	name    string
	token   string
	http    *http.Client
	tallies *tallies
	wrong   func(format string, args ...any)
	written int64 // so many are acknowledged
}

const create = `mutation($name: String!) { createShipper(input: {companyName: $name}) { companyName } }`

// write writes its next row, at one instance after the other, whatever happens to them.
func (c *client) write(ctx context.Context, instances []*instance) {
	row := fmt.Sprintf("%s-%d", c.name, c.written)
	doubtful := false
	for try := 0; ; try++ {
		i := instances[(int(c.written)+try)%len(instances)]
		switch c.send(ctx, i.url("/graphql"), row) {
		case acknowledged:
			i.lastAck.Store(time.Now().UnixNano())
			c.written++
			c.tallies.acknowledged.Add(1)
			if doubtful {
				c.tallies.resolved.Add(1)
			}
			return
		case unknown:
			if !doubtful {
				doubtful = true
				c.tallies.unknown.Add(1)
			}
		case refused:
			c.tallies.refused.Add(1)
		case wrong:
			return
		}
		if ctx.Err() != nil {
			c.wrong("%s was not acknowledged in time", row)
			return
		}
		<-time.After(time.Duration(5+rand.IntN(10)) * time.Millisecond) // as clients do that come again
	}
}

// send sends the row once.
func (c *client) send(ctx context.Context, url, row string) answer {
	body, err := json.Marshal(map[string]any{"query": create, "variables": map[string]any{"name": row}})
	if err != nil {
		panic(err) // strings
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic(err) // an address of the suite's
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Idempotency-Key", row)
	response, err := c.http.Do(request)
	if err != nil {
		return unknown
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return unknown
	}
	var said struct {
		Data struct {
			CreateShipper *struct{ CompanyName string }
		}
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal(text, &said); err != nil {
		c.wrong("%s: answered with %d %s", row, response.StatusCode, text)
		return wrong
	}
	if len(said.Errors) == 0 && response.StatusCode == http.StatusOK && said.Data.CreateShipper != nil && said.Data.CreateShipper.CompanyName == row {
		return acknowledged
	}
	if len(said.Errors) == 1 {
		switch code := said.Errors[0].Extensions.Code; {
		case (code == "UNAVAILABLE" || code == "POOL_EXHAUSTED") && response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "":
			return refused
		case code == "COMMIT_UNKNOWN" || code == "TIMEOUT":
			return unknown
		}
	}
	c.wrong("%s: answered with %d %s", row, response.StatusCode, text)
	return wrong
}

// crowd is clients at work.
type crowd struct {
	clients []*client
	tallies tallies
	ctx     context.Context //nolint:containedctx // of the clients' goroutines
	cancel  context.CancelFunc
	done    sync.WaitGroup
	halted  atomic.Bool
	faults  faultList
}

// faultList is what clients found wrong, the first few.
type faultList struct {
	mu   sync.Mutex
	list []string
}

func (f *faultList) addf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) < 10 {
		f.list = append(f.list, fmt.Sprintf(format, args...))
	}
}

// gather has so many clients write until the crowd is sent home. Each instance is known to it.
func gather(t *testing.T, name string, clients int, instances []*instance) *crowd {
	t.Helper()
	c := &crowd{}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	for n := range clients {
		one := &client{
			name: fmt.Sprintf("%s%d", name, n), token: bearer(t), tallies: &c.tallies, wrong: c.faults.addf,
			http: &http.Client{Timeout: apitest.Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 1}},
		}
		c.clients = append(c.clients, one)
		c.done.Go(func() {
			defer one.http.CloseIdleConnections()
			for !c.halted.Load() {
				one.write(c.ctx, instances)
			}
		})
	}
	t.Cleanup(func() { c.cancel(); c.halted.Store(true); c.done.Wait() })
	return c
}

// home lets each client have its row acknowledged, and ends them. No client found anything wrong.
func (c *crowd) home(t *testing.T) {
	t.Helper()
	c.halted.Store(true)
	ended := make(chan struct{})
	go func() { c.done.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(apitest.Patience):
		c.cancel()
		<-ended
	}
	require.Empty(t, c.faults.list)
}
