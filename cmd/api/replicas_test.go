package main

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/replica"
	"cambium/internal/apitest"
	"cambium/internal/faultlab"
)

// Two programs serve from one primary and its standby: what a client wrote through one it finds through the other, though
// the standby has not got it yet.
func TestServeReadsFromReplicas(t *testing.T) {
	t.Parallel()
	primary := faultlab.Primary(t, "primary", nil)
	standby := primary.Standby(t, "standby", nil)
	require.Zero(t, api(t, with(primary.URL()), "migrate", "apply").code)
	standby.CatchUp(primary)
	options := func() apitest.Options {
		return with(primary.URL(), "ADDR=127.0.0.1:0", "DEBUG_ADDR=127.0.0.1:0", "DATABASE_REPLICA_URLS="+standby.URL())
	}
	one, two := start(t, options(), "serve"), start(t, options(), "serve")
	writes, reads := one.URL(t), two.URL(t)
	two.Until(t, &two.Stderr, "replica is in rotation")
	_, metrics := get(t, debugURL(t, two)+"/metrics")
	assert.Contains(t, metrics, `cambium_replica_in_rotation{replica="`)
	assert.Contains(t, metrics, "cambium_replica_lag_seconds{")
	assert.Contains(t, metrics, fmt.Sprintf("cambium_admission_limit %d\n", 20+runtime.GOMAXPROCS(0)), "connections to both")
	standby.PauseReplay()

	var created struct{ CreateRegion struct{ ID string } }
	position := queryWith(t, writes, `mutation { createRegion(input: {name: "Nowhere"}) { id } }`, nil, nil, &created).Get(replica.Header)
	require.NotEmpty(t, position)
	find := func(position ...string) (name string) {
		var found struct {
			Region *struct{ Name string }
		}
		answered := queryWith(t, reads, `query($id: ID!) { region(id: $id) { name } }`, map[string]any{"id": created.CreateRegion.ID}, http.Header{replica.Header: position}, &found)
		assert.Empty(t, answered.Get(replica.Header), "a query tells no position")
		if found.Region != nil {
			name = found.Region.Name
		}
		return name
	}
	assert.Equal(t, "Nowhere", find(position))
	assert.Empty(t, find(), "who sends no position reads what the standby has")
	_, metrics = get(t, debugURL(t, two)+"/metrics")
	assert.Contains(t, metrics, `cambium_http_requests_total{route="/graphql",status="200"} 2`)

	standby.ResumeReplay()
	require.Eventually(t, func() bool { return find() == "Nowhere" }, patience, patience/1000)
	primary.Kill()
	assert.Equal(t, "Nowhere", find(position), "the standby has it, and nobody else is there")
	primary.Start()
	standby.Kill()
	assert.Equal(t, "Nowhere", find(), "the primary answers in its place")
	require.Eventually(t, func() bool {
		_, metrics := get(t, debugURL(t, two)+"/metrics")
		return strings.Contains(metrics, fmt.Sprintf("cambium_admission_limit %d\n", 10+runtime.GOMAXPROCS(0)))
	}, patience, patience/1000, "a replica that is out brings no places")
	for _, p := range []*apitest.Process{one, two} {
		terminate(t, p)
		assert.NotContains(t, p.Stderr.String(), "cambium:", "no password")
	}
}

func TestServeRefusesReplicas(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	const secret = "hunter2secret"
	for variables, line := range map[string]string{
		"DATABASE_REPLICA_URLS=" + secret:                                          "api: DATABASE_REPLICA_URLS: number 1 is no connection string of the form postgres://user:password@host:port/database\n",
		"DATABASE_REPLICA_MAX_LAG=" + secret:                                       "api: DATABASE_REPLICA_MAX_LAG must be a duration such as 500ms, 20s or 30m\n",
		"DATABASE_VIEWER=true DATABASE_REPLICA_URLS=postgres://" + secret + "@h/d": "api: DATABASE_VIEWER=true runs every operation in a transaction of the primary: unset it, or DATABASE_REPLICA_URLS\n",
	} {
		r := api(t, with(url, append(strings.Fields(variables), "ADDR=127.0.0.1:0")...), "serve")
		assert.NotZero(t, r.code)
		assert.Equal(t, line, r.stderr)
	}
}
