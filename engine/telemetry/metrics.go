package telemetry

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
)

// metrics are what is counted as it happens.
type metrics struct {
	requests   *family[requestKey, requestSeries]
	operations *family[operationKey, operationSeries]
	errors     *family[string, prometheus.Counter]
	statements *family[string, statementSeries]

	cost    prometheus.Observer
	running prometheus.Gauge
	slow    prometheus.Counter
	panics  prometheus.Counter
	retries prometheus.Counter
}

// How many series a family has at most, beside those that are kept for names that are known. Operations have 18 each.
const (
	mostRequests   = 200
	mostOperations = 100
	mostErrors     = 100
)

// other is the label of what is not known by its own.
const other = "other"

// anonymous is the label of an operation without a name, which no name can be.
const anonymous = "(anonymous)"

// longestName is the longest name that is a label, in bytes.
const longestName = 64

// short is the beginning of a client's name, which may have a megabyte, and which is a part of the request: as it is it would
// keep all of that.
func short(name string) string { return strings.Clone(name[:min(len(name), longestName)]) }

type (
	requestKey struct {
		pattern string
		status  int
	}
	requestSeries struct {
		count    prometheus.Counter
		duration prometheus.Observer
	}
	operationKey struct {
		kind ast.Operation
		name string
	}
	operationSeries struct {
		done, failed prometheus.Counter
		duration     prometheus.Observer
	}
	statementSeries struct {
		duration prometheus.Observer
		failed   prometheus.Counter
	}
)

// seconds are the bounds of durations: from an answer out of memory to a timeout.
var seconds = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics(registry *prometheus.Registry, config Config) *metrics {
	made := factory{registry}
	requests := made.counters("http_requests_total", "Requests that were answered.", "route", "status")
	requestSeconds := made.histograms("http_request_duration_seconds", "From the header that was read to the answer that was written.", seconds, "route")
	operations := made.counters("operations_total", "Operations that were run; failed are those with an error.", "type", "name", "result")
	operationSeconds := made.histograms("operation_duration_seconds", "From the start of an operation to its answer made.", seconds, "type", "name")
	errors := made.counters("errors_total", "Errors that clients were told, by their codes; CLIENT_GONE where nobody waited.", "code")
	statements := made.histograms("statement_duration_seconds", "From a statement sent to its last row read.", seconds, "verb")
	failed := made.counters("statements_failed_total", "Statements that failed, or whose client did not wait.", "verb")
	m := &metrics{
		cost: made.histogram("operation_cost_points", "What operations could have cost.", []float64{1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 20_000}),

		running: made.gauge("operations_in_flight", "Operations that run."),
		slow:    made.counter("slow_operations_total", "Operations that were logged as slow."),
		panics:  made.counter("panics_total", "Panics that were recovered."),
		retries: made.counter("transaction_retries_total", "Tries of transactions and statements after their first."),
	}
	m.requests = newFamily(mostRequests, func(k requestKey) requestSeries {
		route := routeOf(k.pattern)
		return requestSeries{requests.WithLabelValues(route, strconv.Itoa(k.status)), requestSeconds.WithLabelValues(route)}
	}, func(k requestKey) requestKey { return requestKey{"", k.status / 100 * 100} })
	m.operations = newFamily(mostOperations, func(k operationKey) operationSeries {
		return operationSeries{
			operations.WithLabelValues(string(k.kind), k.name, "ok"), operations.WithLabelValues(string(k.kind), k.name, "failed"),
			operationSeconds.WithLabelValues(string(k.kind), k.name),
		}
	}, func(k operationKey) operationKey { return operationKey{k.kind, other} })
	m.operations.keep = func(k operationKey) operationKey { return operationKey{k.kind, short(k.name)} }
	m.errors = newFamily(mostErrors, func(code string) prometheus.Counter { return errors.WithLabelValues(code) }, func(string) string { return other })
	m.statements = newFamily(len(verbs)+1, func(verb string) statementSeries {
		return statementSeries{statements.WithLabelValues(verb), failed.WithLabelValues(verb)}
	}, func(verb string) string { return verb })
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: prefix + "build_info", Help: "1, with what the program was built from."}, []string{"version", "go"})
	registry.MustRegister(build)
	build.WithLabelValues(config.Version, runtime.Version()).Set(1)
	return m
}

// operation returns the series of an operation.
func (m *metrics) operation(kind ast.Operation, name string) operationSeries {
	switch {
	case name == "":
		name = anonymous
	case len(name) > longestName:
		name = other
	}
	return m.operations.of(operationKey{kind, name})
}

// routeOf is the path of a pattern of [http.ServeMux].
func routeOf(pattern string) string {
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = path
	}
	if pattern == "" {
		return other
	}
	return pattern
}

// factory makes metrics and registers them.
type factory struct{ registry *prometheus.Registry }

// prefix of the names of all that is not Go's or the process's.
const prefix = "cambium_"

func (f factory) counters(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	f.registry.MustRegister(v)
	return v
}

func (f factory) counter(name, help string) prometheus.Counter {
	return f.counters(name, help).WithLabelValues()
}

func (f factory) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + name, Help: help})
	f.registry.MustRegister(g)
	return g
}

func (f factory) histograms(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: bounds}, labels)
	f.registry.MustRegister(v)
	return v
}

func (f factory) histogram(name, help string, bounds []float64) prometheus.Observer {
	return f.histograms(name, help, bounds).WithLabelValues()
}
