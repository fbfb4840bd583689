package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client asks one program.
type client struct {
	url    string
	bearer string
	http   *http.Client
}

// patience is how long a request is waited for at all; mostConnections is more than are open at any time.
const (
	patience        = 10 * time.Second
	mostConnections = 8192
)

func newClient(url, bearer string) *client {
	transport := &http.Transport{MaxIdleConns: mostConnections, MaxIdleConnsPerHost: mostConnections, DisableCompression: true}
	return &client{url, "Bearer " + bearer, &http.Client{Transport: transport, Timeout: patience}}
}

// outcome is what came of a request.
type outcome int

const (
	answered outcome = iota
	refused          // for want of room
	failed
)

// ask runs an operation.
func (c *client) ask(ctx context.Context, body []byte) (outcome, []byte) {
	return c.askUnder(ctx, "", body)
}

// askUnder runs an operation under an idempotency key, unless that is empty.
func (c *client) askUnder(ctx context.Context, key string, body []byte) (outcome, []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return failed, []byte(err.Error())
	}
	request.Header["Content-Type"] = []string{"application/json"}
	request.Header["Authorization"] = []string{c.bearer}
	if key != "" {
		request.Header["Idempotency-Key"] = []string{key}
	}
	status, text, err := c.send(request)
	switch {
	case err != nil:
		return failed, []byte(err.Error())
	case status == http.StatusServiceUnavailable && bytes.Contains(text, []byte("POOL_EXHAUSTED")):
		return refused, text
	case status != http.StatusOK || bytes.HasPrefix(text, []byte(`{"errors"`)):
		return failed, text
	}
	return answered, text
}

func (c *client) get(ctx context.Context, url string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	return c.send(request)
}

func (c *client) send(request *http.Request) (int, []byte, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, text, err
}

// operation is the body of a request.
func operation(document string, variables map[string]any) []byte {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil { // of texts and numbers
		panic(err)
	}
	return body
}

// figures are the metrics of the program by their names, those of several series added up.
func (a *api) figures(ctx context.Context) (map[string]float64, error) {
	status, text, err := a.get(ctx, a.debug+"/metrics")
	if err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("read the metrics: %d %w", status, err)
	}
	all := make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, _, _ = strings.Cut(name, "{")
		var v float64
		if _, err := fmt.Sscan(value, &v); err == nil && name != "#" {
			all[name] += v
		}
	}
	return all, nil
}
