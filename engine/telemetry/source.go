package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cambium/engine/admission"
	"cambium/engine/database"
	"cambium/engine/replica"
)

// source has its samples made when somebody asks for the metrics.
type source struct {
	descs   []*prometheus.Desc
	collect func(chan<- prometheus.Metric)
}

// Describe implements [prometheus.Collector].
func (s source) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range s.descs {
		descs <- d
	}
}

// Collect implements [prometheus.Collector].
func (s source) Collect(samples chan<- prometheus.Metric) { s.collect(samples) }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, labels, nil)
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func counter(d *prometheus.Desc, v float64) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
}

// Pool has the figures of a pool among the metrics.
func (t *Telemetry) Pool(stats func() database.Stats) {
	most := describe("pool_max_connections", "Connections that the pool may have.")
	connections := describe("pool_connections", "Connections by what they do.", "state")
	waiting := describe("pool_waiting", "Callers that wait for a connection.")
	acquires := describe("pool_acquires_total", "Connections that were handed out.")
	waited := describe("pool_waits_total", "Of those, after a wait: for another one's, or for one to be opened.")
	wait := describe("pool_wait_seconds_total", "The time of those waits.")
	opened := describe("pool_opened_total", "Connections that were opened.")
	exhausted := describe("pool_exhausted_total", "Callers that were refused because all connections were in use.")
	t.registry.MustRegister(source{
		[]*prometheus.Desc{most, connections, waiting, acquires, waited, wait, opened, exhausted},
		func(samples chan<- prometheus.Metric) {
			s := stats()
			samples <- gauge(most, float64(s.Max))
			samples <- gauge(connections, float64(s.Acquired), "in_use")
			samples <- gauge(connections, float64(s.Idle), "idle")
			samples <- gauge(connections, float64(s.Opening), "opening")
			samples <- gauge(waiting, float64(s.Waiting))
			samples <- counter(acquires, float64(s.Acquires))
			samples <- counter(waited, float64(s.EmptyAcquires))
			samples <- counter(wait, s.EmptyAcquireTime.Seconds())
			samples <- counter(opened, float64(s.Opened))
			samples <- counter(exhausted, float64(s.Exhausted))
		},
	})
	t.status["pool"] = func() any { return stats() }
}

// Admission has the figures of the queue before the operations among the metrics.
func (t *Telemetry) Admission(stats func() admission.Stats) {
	limit := describe("admission_limit", "Operations that may run at once.")
	running := describe("admission_running", "Operations that have a place.")
	waiting := describe("admission_waiting", "Operations that wait for a place.")
	waited := describe("admission_waits_total", "Operations that were let in after a wait.")
	wait := describe("admission_wait_seconds_total", "The time of those waits.")
	refused := describe("admission_refused_total", "Operations for which there was no room.")
	t.registry.MustRegister(source{
		[]*prometheus.Desc{limit, running, waiting, waited, wait, refused},
		func(samples chan<- prometheus.Metric) {
			s := stats()
			samples <- gauge(limit, float64(s.Limit))
			samples <- gauge(running, float64(s.Running))
			samples <- gauge(waiting, float64(s.Waiting))
			samples <- counter(waited, float64(s.Waited))
			samples <- counter(wait, s.WaitTime.Seconds())
			samples <- counter(refused, float64(s.Refused))
		},
	})
	t.status["admission"] = func() any { return stats() }
}

// Replicas has the state of the replicas among the metrics.
func (t *Telemetry) Replicas(list func() []replica.State) {
	rotation := describe("replica_in_rotation", "1 for a replica that reads go to, else 0.", "replica")
	lagBytes := describe("replica_lag_bytes", "Bytes of the primary's log that a replica has not replayed.", "replica")
	lagSeconds := describe("replica_lag_seconds", "Time since a replica last had replayed all of it.", "replica")
	t.registry.MustRegister(source{[]*prometheus.Desc{rotation, lagBytes, lagSeconds}, func(samples chan<- prometheus.Metric) {
		for _, r := range list() {
			in := 0.0
			if r.InRotation {
				in = 1
			}
			samples <- gauge(rotation, in, r.Name)
			samples <- gauge(lagBytes, float64(r.LagBytes), r.Name)
			samples <- gauge(lagSeconds, r.Lag.Seconds(), r.Name)
		}
	}})
	t.status["replicas"] = func() any { return list() }
}

// pendingTimeout bounds the look at the migrations: the other metrics do not wait for a database that is away.
const pendingTimeout = time.Second

// Migrations has the number of migrations that the database lacks among the metrics, but not while it cannot be told.
func (t *Telemetry) Migrations(pending func(context.Context) (int, error)) {
	d := describe("migrations_pending", "Migrations that the database lacks.")
	t.registry.MustRegister(source{[]*prometheus.Desc{d}, func(samples chan<- prometheus.Metric) {
		ctx, cancel := context.WithTimeout(context.Background(), pendingTimeout) //nolint:forbidigo // Collect has none to offer
		defer cancel()
		if n, err := pending(ctx); err == nil {
			samples <- gauge(d, float64(n))
		}
	}})
}

// Replays has the number of answers that were repeated under an idempotency key among the metrics.
func (t *Telemetry) Replays(count func() int64) {
	t.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: prefix + "idempotency_replays_total", Help: "Answers that were repeated under an idempotency key.",
	}, func() float64 { return float64(count()) }))
}
