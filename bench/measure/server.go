package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"cambium/bench/child"
	"cambium/bench/operation"
)

// The servers.
const (
	Floor   = "floor"
	Cambium = "cambium"
	Stock   = "stock"
)

// server is one of the measured servers, running.
type server struct {
	name string
	*child.Child

	client *http.Client
}

// requestTimeout bounds one request: a hundred times what the slowest takes on a busy machine.
const requestTimeout = 30 * time.Second

func newServer(name string, c *child.Child, connections int) *server {
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true}
	return &server{name, c, &http.Client{Transport: transport, Timeout: requestTimeout}}
}

// request is one request, ready to be sent again and again.
type request struct {
	method, url string
	body        []byte
}

// requests makes the requests of an operation for the server.
func (s *server) requests(o operation.Operation, rows operation.Rows) (list []request, err error) {
	for _, v := range o.Variants(rows) {
		r := request{method: http.MethodPost, url: "http://" + s.Address + "/graphql"}
		switch s.name {
		case Floor:
			r.method, r.url = http.MethodGet, "http://"+s.Address+"/"+o.Name
			if len(v.Floor) > 0 {
				r.url += "?" + v.Floor.Encode()
			}
		case Cambium:
			r.body, err = operation.Body(o.Document, v.Cambium)
		case Stock:
			r.body, err = operation.Body(o.Stock, v.Stock)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// send sends a request and returns the body of its answer.
func (s *server) send(ctx context.Context, r request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	response, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", s.name, err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", s.name, err)
	}
	return body, nil
}

// repeat sends requests in turn over several connections, for so long, and returns how many were answered.
func (s *server) repeat(ctx context.Context, requests []request, connections int, enough func(sent int64) bool) (int64, error) {
	var sent, next atomic.Int64
	var wait sync.WaitGroup
	failures := make([]error, connections)
	for i := range connections {
		wait.Go(func() {
			for !enough(sent.Load()) {
				r := requests[int(next.Add(1)-1)%len(requests)]
				if _, failures[i] = s.send(ctx, r); failures[i] != nil {
					return
				}
				sent.Add(1)
			}
		})
	}
	wait.Wait()
	return sent.Load(), errors.Join(failures...)
}

// decoded is an answer as a client understands it.
func decoded(body []byte) (data any, err error) {
	var response struct {
		Data   any
		Errors []any
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&response); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	if len(response.Errors) > 0 || response.Data == nil {
		return nil, fmt.Errorf("the answer has errors or no data: %s", clip(body))
	}
	return response.Data, nil
}

// equal holds the answers of a server to those of the floor. The stock control has ids and lists of its own form: of it
// the number of values that are no id is held to the floor's.
func (s *server) equal(ctx context.Context, floor *server, o operation.Operation, rows operation.Rows) error {
	wanted, err := floor.requests(o, rows)
	if err != nil {
		return err
	}
	given, err := s.requests(o, rows)
	if err != nil {
		return err
	}
	for i := range wanted {
		want, err := floor.send(ctx, wanted[i])
		if err != nil {
			return err
		}
		got, err := s.send(ctx, given[i])
		if err != nil {
			return err
		}
		wantData, wantErr := decoded(want)
		gotData, gotErr := decoded(got)
		if err := errors.Join(wantErr, gotErr); err != nil {
			return fmt.Errorf("%s of %s: %w", o.Name, s.name, err)
		}
		same := reflect.DeepEqual(wantData, gotData)
		if s.name == Stock {
			same = leaves(wantData) == leaves(gotData)
		}
		if !same {
			return fmt.Errorf("%s: %s answers otherwise than the floor:\n%s\n%s", o.Name, s.name, clip(got), clip(want))
		}
	}
	return nil
}

// leaves counts the values that are no id.
func leaves(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "id" {
				n += leaves(member)
			}
		}
	case []any:
		for _, element := range v {
			n += leaves(element)
		}
	default:
		return 1
	}
	return n
}

func clip(b []byte) []byte { return b[:min(len(b), 2000)] }

// cursors asks for the ends of the first pages.
func (s *server) cursors(ctx context.Context, rows operation.Rows) (list []string, err error) {
	for _, n := range operation.Pages {
		body, err := operation.Body(operation.CursorDocument, map[string]any{"n": min(n, rows.Customers)})
		if err != nil {
			return nil, err
		}
		answer, err := s.send(ctx, request{http.MethodPost, "http://" + s.Address + "/graphql", body})
		if err != nil {
			return nil, err
		}
		var page struct {
			Data struct {
				Customers struct{ PageInfo struct{ EndCursor string } }
			}
		}
		if err := json.Unmarshal(answer, &page); err != nil || page.Data.Customers.PageInfo.EndCursor == "" {
			return nil, fmt.Errorf("ask %s for a cursor: %s", s.name, clip(answer))
		}
		list = append(list, page.Data.Customers.PageInfo.EndCursor)
	}
	return list, nil
}
