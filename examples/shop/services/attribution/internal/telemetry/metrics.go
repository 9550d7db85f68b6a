package telemetry

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the service's metrics. Names and labels are those of
// OpenTelemetry's conventions, as Prometheus spells them, where it has one; alerts
// and the dashboard in observability/ ask for them.
type Metrics struct {
	Registry *prometheus.Registry // register your own here

	Handled     *prometheus.HistogramVec // by consumer and outcome: ok, duplicate, failed, dead
	Active      prometheus.Gauge
	DeadLetters *prometheus.CounterVec // by consumer
	Published   *prometheus.CounterVec // by subject and outcome: ok, failed
}

// NewMetrics returns metrics in a registry of their own, with those of the
// process and of Go's runtime.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		Handled: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "messaging_process_duration_seconds",
			Help:    "Time that handling an event took.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"messaging_consumer_group_name", "outcome"}),
		Active: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "messaging_process_active",
			Help: "Events being handled.",
		}),
		DeadLetters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "messaging_dead_letters_total",
			Help: "Events that were given up and put among the dead letters.",
		}, []string{"messaging_consumer_group_name"}),
		Published: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "messaging_client_sent_messages_total",
			Help: "Events that were published.",
		}, []string{"messaging_destination_name", "outcome"}),
	}
	m.Registry.MustRegister(m.Handled, m.Active, m.DeadLetters, m.Published,
		collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Admin serves /metrics and the profiles under /debug/pprof/. It is for a port of
// its own, which the world does not reach.
func (m *Metrics) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	return mux
}
