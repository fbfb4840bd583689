package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	neturl "net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/internal/apitest"
	"cambium/internal/faultlab"
)

// balancer sends each request to one of the instances that were ready when it last asked, as load balancers do. It tries
// another one only where a connection was refused: then nothing was sent.
type balancer struct {
	instances []*instance
	ready     []atomic.Bool
	turn      atomic.Uint64
	proxies   []*httputil.ReverseProxy
}

// asksEvery is how often the balancer asks for readiness. The drain delay of the instances is many times that: a machine at
// its limit asks late.
const asksEvery = 20 * time.Millisecond

// turnOf and bodyOf are what a request takes along: whose turn it is, and its body, for another try.
type (
	turnOf struct{}
	bodyOf struct{}
)

func balance(t *testing.T, instances []*instance) (b *balancer, url string) {
	t.Helper()
	b = &balancer{instances: instances, ready: make([]atomic.Bool, len(instances))}
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	for _, i := range instances {
		target, err := neturl.Parse(i.url(""))
		require.NoError(t, err)
		proxy := httputil.NewSingleHostReverseProxy(target)
		proxy.Transport = transport
		proxy.ErrorHandler = b.failed
		b.proxies = append(b.proxies, proxy)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	for n, i := range instances {
		b.ready[n].Store(i.ready())
		asking.Go(func() {
			for look := time.NewTicker(asksEvery); ctx.Err() == nil; <-look.C {
				b.ready[n].Store(i.ready())
			}
		})
	}
	front := httptest.NewServer(b)
	t.Cleanup(func() { cancel(); asking.Wait(); front.Close(); transport.CloseIdleConnections() })
	return b, front.URL
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.send(w, r.WithContext(context.WithValue(r.Context(), bodyOf{}, body)))
}

func (b *balancer) send(w http.ResponseWriter, r *http.Request) {
	body, _ := r.Context().Value(bodyOf{}).([]byte)
	r.Body = io.NopCloser(bytes.NewReader(body))
	first := b.turn.Add(1)
	for n := range uint64(len(b.instances)) {
		at := (first + n) % uint64(len(b.instances))
		if b.ready[at].Load() {
			b.proxies[at].ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), turnOf{}, at)))
			return
		}
	}
	http.Error(w, "no instance is ready", http.StatusBadGateway)
}

func (b *balancer) failed(w http.ResponseWriter, r *http.Request, err error) {
	at, _ := r.Context().Value(turnOf{}).(uint64)
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" && errors.Is(err, syscall.ECONNREFUSED) {
		b.ready[at].Store(false)
		b.send(w, r)
		return
	}
	http.Error(w, fmt.Sprintf("instance %d: %v", at, err), http.StatusBadGateway)
}

// Two instances behind a load balancer are replaced one after the other, over and over, while clients read and write: no
// request of theirs fails. They do not try again, and write without keys.
func TestRollingRestartsFailNoRequest(t *testing.T) {
	t.Parallel()
	primary := faultlab.Primary(t, "rolling", nil)
	migrate(t, primary.Direct())
	instances := []*instance{
		startInstance(t, "one", primary.URL(), "DRAIN_DELAY=1s"), startInstance(t, "two", primary.URL(), "DRAIN_DELAY=1s"),
	}
	b, address := balance(t, instances)
	var failed faultList
	var requests, failures atomic.Int64
	var halted atomic.Bool
	var clients sync.WaitGroup
	token := bearer(t)
	client := &http.Client{Timeout: apitest.Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 10}}
	for n := range 6 {
		clients.Go(func() {
			for turn := 0; !halted.Load(); turn++ {
				body := `{"query":"{ shippers(first: 5) { nodes { companyName } } }"}`
				if n%2 == 0 {
					body = fmt.Sprintf(`{"query":"mutation { createShipper(input: {companyName: \"rolling-%d-%d\"}) { companyName } }"}`, n, turn)
				}
				requests.Add(1)
				if err := post(t.Context(), client, address+"/graphql", token, body); err != nil {
					failures.Add(1)
					failed.addf("%v", err)
				}
			}
		})
	}
	began := time.Now()
	for n := range *restarts {
		i := instances[n%2]
		i.stop(t)
		i.start(t)
		require.Eventually(t, b.ready[n%2].Load, apitest.Patience, time.Millisecond)
		seen := requests.Load() + 10
		require.Eventually(t, func() bool { return requests.Load() >= seen }, apitest.Patience, time.Millisecond)
	}
	halted.Store(true)
	clients.Wait()
	client.CloseIdleConnections()
	t.Logf("| rolling restarts | requests | failed | took |\n| %d | %d | %d | %s |", *restarts, requests.Load(), failures.Load(), time.Since(began).Round(time.Second))
	require.Empty(t, failed.list)
}

// post sends one request, whose answer must be whole and without an error.
func post(ctx context.Context, client *http.Client, url, token, body string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) {
		return fmt.Errorf("answered with %d %s", response.StatusCode, text)
	}
	return nil
}
