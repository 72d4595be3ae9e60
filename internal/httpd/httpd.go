// Package httpd is the listener: limits, health, metrics, and a stop that
// finishes what has begun. It may import prometheus and the standard library.
package httpd

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the program's own counters. No label ever names a person, a
// number or a conversation.
type Metrics struct {
	Registry  *prometheus.Registry
	Inbound   *prometheus.CounterVec // channel, outcome
	Sent      *prometheus.CounterVec // kind
	Segments  prometheus.Counter
	Failed    *prometheus.CounterVec // code
	Alerts    *prometheus.CounterVec // category
	Depth     *prometheus.GaugeVec   // what
	Turn      prometheus.Histogram
	Overspent prometheus.Counter // days on which spend.segments_per_day was reached
	Caught    prometheus.Counter // texts whose webhook never came
	Flooded   prometheus.Counter // texts of senders who wrote too many at once
}

// NewMetrics registers everything.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		Inbound:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linkline_inbound_total", Help: "Texts that reached the service."}, []string{"channel", "outcome"}),
		Sent:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linkline_sent_total", Help: "Texts that the provider took."}, []string{"kind"}),
		Segments: prometheus.NewCounter(prometheus.CounterOpts{Name: "linkline_segments_total", Help: "SMS segments as the provider counts them."}),
		Failed:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linkline_failed_total", Help: "Texts that will never go out, by the provider's code."}, []string{"code"}),
		Alerts:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linkline_danger_total", Help: "Texts in which danger was found."}, []string{"label"}),
		Depth:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "linkline_waiting", Help: "What waits in lanes, timers and among dead letters."}, []string{"what"}),
		Turn:     prometheus.NewHistogram(prometheus.HistogramOpts{Name: "linkline_inbound_seconds", Help: "From webhook to commit.", Buckets: []float64{.001, .002, .004, .008, .016, .032, .064, .25, 1, 5}}),
	}
	m.Overspent = prometheus.NewCounter(prometheus.CounterOpts{Name: "linkline_overspent_total", Help: "Days on which spend.segments_per_day was reached."})
	m.Caught = prometheus.NewCounter(prometheus.CounterOpts{Name: "linkline_caught_up_total", Help: "Texts found in the provider's log whose webhook never came."})
	m.Flooded = prometheus.NewCounter(prometheus.CounterOpts{Name: "linkline_flooded_total", Help: "Texts that were kept but not answered: their sender wrote too many at once."})
	m.Registry.MustRegister(m.Overspent, m.Caught, m.Flooded, m.Inbound, m.Sent, m.Segments, m.Failed, m.Alerts, m.Depth, m.Turn, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{})
}

// Health serves /healthz and /readyz.
func Health(mux *http.ServeMux, ready func(context.Context) error) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
}
