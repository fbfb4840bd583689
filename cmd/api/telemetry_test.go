package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"

	"cambium/ent/schema"
	"cambium/internal/apitest"
)

// collector receives traces by OTLP over HTTP.
type collector struct {
	mu    sync.Mutex
	raw   bytes.Buffer
	spans []*tracepb.Span
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request coltrace.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &request) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

// named are the spans with a name.
func (c *collector) named(name string) (found []*tracepb.Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

func attributesOf(s *tracepb.Span) map[string]string {
	all := make(map[string]string)
	for _, a := range s.Attributes {
		all[a.Key] = a.Value.GetStringValue()
		if list := a.Value.GetArrayValue(); list != nil {
			var values []string
			for _, v := range list.Values {
				values = append(values, v.GetStringValue())
			}
			all[a.Key] = strings.Join(values, ",")
		}
	}
	return all
}

func TestTraces(t *testing.T) {
	t.Parallel()
	c := new(collector)
	listener := httptest.NewServer(c)
	t.Cleanup(listener.Close)
	p := start(t, with(migrated(t), "ADDR=127.0.0.1:0", "OTEL_EXPORTER_OTLP_ENDPOINT="+listener.URL), "serve")
	url := p.URL(t)
	const trace, parent, secret = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "argument-4711"
	send := func(operation string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+graphQLPath, strings.NewReader(operation))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Traceparent", "00-"+trace+"-"+parent+"-01")
		request.Header.Set("Authorization", "Bearer "+signed(t, "1", schema.RoleAdmin))
		response, err := client.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, errors.Join(err, response.Body.Close()))
		require.NotContains(t, string(body), `"errors"`)
	}
	send(`{"query":"query Named($name: String!) { products(first: 1, where: {name: {eq: $name}}) { nodes { name category { name } } } }","variables":{"name":"` + secret + `"}}`)
	send(`{"query":"mutation Placed { createRegion(input: {name: \"` + secret + `\"}) { id } }"}`)
	get(t, url+"/healthz")
	terminate(t, p) // which sends what is left

	requests := c.named("POST /graphql")
	require.Len(t, requests, 2)
	for _, s := range requests {
		assert.Equal(t, trace, hex.EncodeToString(s.TraceId))
		assert.Equal(t, parent, hex.EncodeToString(s.ParentSpanId))
		assert.Equal(t, tracepb.Span_SPAN_KIND_SERVER, s.Kind)
	}
	operations := c.named("query Named")
	require.Len(t, operations, 1)
	assert.Equal(t, requests[0].SpanId, operations[0].ParentSpanId)
	said := attributesOf(operations[0])
	assert.Equal(t, "query", said["graphql.operation.type"])
	assert.Equal(t, "Category,Product", said["cambium.entities"])
	assert.Contains(t, said, "cambium.cost")
	statements := c.named("SELECT")
	require.NotEmpty(t, statements)
	assert.Equal(t, operations[0].SpanId, statements[0].ParentSpanId)
	said = attributesOf(statements[0])
	assert.Equal(t, "Named", said["graphql.operation.name"])
	assert.Equal(t, "postgresql", said["db.system.name"])
	assert.Contains(t, said, "db.response.returned_rows")
	placed := c.named("mutation Placed")
	require.Len(t, placed, 1)
	var events []string
	for _, e := range placed[0].Events {
		events = append(events, e.Name)
	}
	assert.Contains(t, events, "transaction begin")
	assert.Empty(t, c.named("GET /healthz"))
	for _, hidden := range []string{secret, "nodes {", "$name", `"products"`, "createRegion("} {
		assert.NotContains(t, c.raw.String(), hidden)
	}
	assert.Contains(t, p.Stderr.String(), `"trace_id":"`+trace+`"`)
}

// A collector that takes what it is sent and never answers holds up no request, and the end of the program for three seconds.
func TestACollectorThatHangsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	begun, over := make(chan struct{}, 1), make(chan struct{})
	listener := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select {
		case begun <- struct{}{}:
		default:
		}
		<-over
	}))
	t.Cleanup(func() { close(over); listener.Close() })
	p := start(t, with(migrated(t), "ADDR=127.0.0.1:0", "OTEL_EXPORTER_OTLP_ENDPOINT="+listener.URL, "OTEL_BSP_SCHEDULE_DELAY=10", "OTEL_BSP_MAX_QUEUE_SIZE=1"), "serve")
	url := p.URL(t)
	require.Empty(t, ask(t, url, readsShippers, "").code)
	<-begun
	for range 20 { // more than the queue takes
		require.Empty(t, ask(t, url, readsShippers, "").code)
	}
	terminate(t, p)
	assert.Contains(t, p.Stderr.String(), "the last spans are lost")
}

// debugURL is where the debug listener of a program is.
func debugURL(t *testing.T, p *apitest.Process) string {
	t.Helper()
	p.Until(t, &p.Stderr, `"msg":"listening"`)
	match := regexp.MustCompile(`"msg":"debug listener","address":"([^"]+)"`).FindStringSubmatch(p.Stderr.String())
	require.NotNil(t, match, p.Stderr.String())
	return "http://" + match[1]
}

// TestWhatIsWatchedExists holds the dashboard and the alert rules to the metrics of the program.
func TestWhatIsWatchedExists(t *testing.T) {
	t.Parallel()
	p := start(t, with(migrated(t), "ADDR=127.0.0.1:0", "DEBUG_ADDR=127.0.0.1:0"), "serve")
	url, debug := p.URL(t), debugURL(t, p)
	var answer any
	query(t, url, "query Named { products(first: 1) { nodes { id } } }", nil, &answer)
	get(t, url+graphQLPath+"?query=%7B+nothing+%7D")
	status, text := get(t, debug+"/metrics")
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, `cambium_operations_total{name="Named",result="ok",type="query"} 1`)
	assert.Contains(t, text, "cambium_migrations_pending 0\n")
	assert.Contains(t, text, `cambium_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1`)
	known := make(map[string]bool)
	for _, match := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		known[match[1]] = true
		if match[2] == "histogram" {
			known[match[1]+"_bucket"], known[match[1]+"_count"], known[match[1]+"_sum"] = true, true, true
		}
	}
	for _, ofReplicas := range []string{"cambium_replica_in_rotation", "cambium_replica_lag_seconds", "cambium_replica_lag_bytes"} {
		known[ofReplicas] = true // where there are some; engine/telemetry tests them
	}
	metric := regexp.MustCompile(`\b(?:cambium|go|process)_[a-z_0-9]+\b`)
	for _, name := range []string{"dashboard.json", "alerts.yaml"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "ops", name))
		require.NoError(t, err)
		named := metric.FindAllString(string(content), -1)
		require.NotEmpty(t, named, name)
		for _, m := range named {
			assert.True(t, known[m], "%s names %s, which the program does not have", name, m)
		}
	}
	status, text = get(t, debug+"/debug/status")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, `"admission"`)
	require.NoError(t, syscall.Kill(p.PID(), syscall.SIGTERM))
	assert.Equal(t, exitDone, p.Wait(t))
}

// TestAlertRulesAreWellFormed checks what promtool would, but for the expressions' grammar: groups of rules, each with what
// an operator needs to act.
func TestAlertRulesAreWellFormed(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join("..", "..", "ops", "alerts.yaml"))
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&file))
	require.NotEmpty(t, file.Groups)
	seen := make(map[string]bool)
	for _, group := range file.Groups {
		require.NotEmpty(t, group.Rules, group.Name)
		for _, rule := range group.Rules {
			assert.NotEmpty(t, rule.Alert)
			assert.False(t, seen[rule.Alert], rule.Alert)
			seen[rule.Alert] = true
			assert.NotEmpty(t, rule.Expr, rule.Alert)
			assert.Contains(t, []string{"page", "ticket"}, rule.Labels["severity"], rule.Alert)
			assert.NotEmpty(t, rule.Annotations["summary"], rule.Alert)
			assert.Contains(t, rule.Annotations["runbook"], "docs/operation.md#", rule.Alert)
		}
	}
}
