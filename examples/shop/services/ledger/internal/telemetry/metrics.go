package telemetry

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the service's metrics. Names and labels are those of
// OpenTelemetry's conventions, as Prometheus spells them; alerts and the dashboard
// in observability/ ask for them.
type Metrics struct {
	Registry *prometheus.Registry // register your own here

	Calls  *prometheus.HistogramVec // by method and code; probes are not calls
	Active prometheus.Gauge
}

// NewMetrics returns metrics in a registry of their own, with those of the
// process and of Go's runtime.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		Calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "rpc_server_call_duration_seconds",
			Help:    "Time from a call's headers to the end of its answer.",
			Buckets: []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
		}, []string{"rpc_method", "rpc_response_status_code"}),
		Active: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "rpc_server_active_calls",
			Help: "Calls being answered.",
		}),
	}
	m.Registry.MustRegister(m.Calls, m.Active,
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
