package httpd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Limits are what a stranger may take of a server. Twilio gives up after
// fifteen seconds and Slack after three, so nobody honest needs more.
type Limits struct {
	Header  time.Duration // to send the headers
	Request time.Duration // to send the whole request
	Answer  time.Duration // from the request to the end of the answer; streams are free of it
	Idle    time.Duration // between requests of a connection
	Stop    time.Duration // to finish what has begun
	Headers int           // bytes of headers
	Body    int64         // bytes of a body; handlers may allow less
	Conns   int           // connections at once; more wait outside
}

// Usual are the limits of every listener.
var Usual = Limits{
	Header: 5 * time.Second, Request: 15 * time.Second, Answer: 30 * time.Second, Idle: 2 * time.Minute, Stop: 10 * time.Second,
	Headers: 32 << 10, Body: 1 << 20, Conns: 1024,
}

// Server is one listener.
type Server struct {
	http   *http.Server
	ln     net.Listener
	limits Limits
	log    atomic.Pointer[slog.Logger]
}

// Listen opens an address under the usual limits. Nothing is served before Run.
func Listen(addr string, h http.Handler) (*Server, error) { return ListenWith(addr, h, Usual) }

// ListenWith opens an address under other limits.
func ListenWith(addr string, h http.Handler, l Limits) (*Server, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another program there? set LINKLINE_LISTEN)", addr, err)
	}
	s := &Server{ln: &doorman{Listener: ln, seats: make(chan struct{}, l.Conns)}, limits: l}
	s.log.Store(slog.Default())
	s.http = &http.Server{
		Handler: s.guard(h), ReadHeaderTimeout: l.Header, ReadTimeout: l.Request, IdleTimeout: l.Idle, MaxHeaderBytes: l.Headers,
		// What the library would print names addresses of strangers and tells nothing that can be mended.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return s, nil
}

// LogTo says where panics are told of.
func (s *Server) LogTo(l *slog.Logger) { s.log.Store(l) }

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
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Stop)
	defer cancel()
	if err := s.http.Shutdown(stop); err != nil {
		_ = s.http.Close() // whoever still hangs on is cut off: they will come again
		<-done
		return fmt.Errorf("stop: %w", err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// guard puts every handler under the limits and lets no panic out: neither to
// the caller nor, with what it may carry of a text, into the log.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > 8<<10 {
			http.Error(w, "too long", http.StatusRequestURITooLong)
			return
		}
		if r.Header.Get("Accept") != "text/event-stream" {
			// A writer that knows no deadline is one of a test's.
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.limits.Answer))
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.limits.Body)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		begun := &noted{ResponseWriter: w}
		defer func() {
			switch v := recover(); {
			case v == nil:
			case v == http.ErrAbortHandler:
				panic(v) // asked for: the connection is cut
			default:
				s.log.Load().Error("handler_panicked", "route", r.Pattern, "kind", fmt.Sprintf("%T", v))
				if begun.yes {
					panic(http.ErrAbortHandler) // half an answer must not look whole
				}
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(begun, r)
	})
}

// noted remembers whether an answer has begun.
type noted struct {
	http.ResponseWriter
	yes bool
}

func (n *noted) WriteHeader(code int) { n.yes = true; n.ResponseWriter.WriteHeader(code) }

func (n *noted) Write(p []byte) (int, error) { n.yes = true; return n.ResponseWriter.Write(p) }

// Flush sends what was written so far.
func (n *noted) Flush() {
	n.yes = true
	if f, ok := n.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController through.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// doorman lets so many connections in and keeps the rest waiting outside.
type doorman struct {
	net.Listener
	seats chan struct{}
}

// Accept waits for a seat, then for a connection.
func (d *doorman) Accept() (net.Conn, error) {
	d.seats <- struct{}{}
	c, err := d.Listener.Accept()
	if err != nil {
		<-d.seats
		return nil, err
	}
	return &guest{Conn: c, leave: sync.OnceFunc(func() { <-d.seats })}, nil
}

// guest gives its seat back once.
type guest struct {
	net.Conn
	leave func()
}

// Close ends the connection.
func (g *guest) Close() error {
	defer g.leave()
	return g.Conn.Close()
}
