// Package httpd is the listener: limits, health, metrics, and a stop that
// finishes what has begun. It may import prometheus and the standard library.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// Server is one listener.
type Server struct {
	http *http.Server
	ln   net.Listener
}

// Listen opens an address. Nothing is served before Run.
func Listen(addr string, h http.Handler) (*Server, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another program there? set LINKLINE_LISTEN)", addr, err)
	}
	return &Server{ln: ln, http: &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}}, nil
}

// URL is where the server is reached.
func (s *Server) URL() string { return "http://" + s.ln.Addr().String() }

// OnStop is called when a stop begins, to end streams that would never end.
func (s *Server) OnStop(f func()) { s.http.RegisterOnShutdown(f) }

// Run serves until the context ends, then finishes what has begun.
func (s *Server) Run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.http.Serve(s.ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.http.Shutdown(stop); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
