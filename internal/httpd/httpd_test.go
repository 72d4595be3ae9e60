package httpd_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/internal/httpd"
)

// run serves h and gives its address; stop ends it and waits.
func run(t *testing.T, h http.Handler, l httpd.Limits) (s *httpd.Server, stop func() error) {
	t.Helper()
	s, err := httpd.ListenWith("127.0.0.1:0", h, l)
	if err != nil {
		t.Fatal(err)
	}
	s.LogTo(slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	return s, stop
}

func get(t *testing.T, u string) (int, string) {
	t.Helper()
	resp, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestAPanicTellsNobodyAnything(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, stop := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			_, _ = io.WriteString(w, strings.Repeat("x", 8192))
		}
		panic("the text of +447700900123")
	}), httpd.Usual)
	s.LogTo(slog.New(slog.NewTextHandler(&log, nil)))
	status, body := get(t, s.URL()+"/")
	if status != 500 || body != "internal error\n" {
		t.Errorf("%d %q", status, body)
	}
	resp, err := http.Get(s.URL() + "/half")
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looks whole")
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if said := log.String(); !strings.Contains(said, "handler_panicked") || strings.Contains(said, "447700900123") {
		t.Errorf("log: %s", said)
	}
}

func TestSlowAndHugeRequestsAreCutOff(t *testing.T) {
	t.Parallel()
	l := httpd.Usual
	l.Header, l.Request, l.Headers, l.Body = 50*time.Millisecond, 100*time.Millisecond, 4<<10, 1<<10
	s, _ := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "not read", http.StatusRequestEntityTooLarge)
		}
	}), l)
	addr := strings.TrimPrefix(s.URL(), "http://")
	for name, tc := range map[string]struct{ send, want string }{
		"headers that never end":     {"GET / HTTP/1.1\r\nHost: x\r\n", ""},
		"a body that never comes":    {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab", "413"},
		"headers without end":        {"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "431"},
		"a long address":             {"GET /" + strings.Repeat("a", 9<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", ""},
		"a large body":               {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("a", 5000), "413"},
		"two lengths":                {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", "400"},
		"length and chunks":          {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked, identity\r\n\r\na", "501"},
		"a header with a line break": {"GET / HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: a\rb\r\n\r\n", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			_, _ = io.WriteString(c, tc.send)
			line, err := bufio.NewReader(c).ReadString('\n') // ends when the server answers or cuts
			if tc.want != "" && !strings.Contains(line, tc.want) {
				t.Errorf("%q %v", line, err)
			}
			if strings.Contains(line, " 200 ") {
				t.Errorf("answered: %q", line)
			}
		})
	}
}

func TestALongAddressIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := run(t, http.NotFoundHandler(), httpd.Usual)
	if status, _ := get(t, s.URL()+"/?"+strings.Repeat("a", 9<<10)); status != http.StatusRequestURITooLong {
		t.Errorf("status %d", status)
	}
}

func TestAStopFinishesWhatHasBegun(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	s, stop := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-goOn
		_, _ = io.WriteString(w, "whole")
	}), httpd.Usual)
	ended := make(chan struct{})
	s.OnStop(func() { close(ended); close(goOn) })
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get(s.URL())
		if err != nil {
			got <- err.Error()
			return
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		got <- string(b)
	}()
	<-begun
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	<-ended
	if b := <-got; b != "whole" {
		t.Errorf("got %q", b)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://")); err == nil {
		t.Error("still open")
	}
}

func TestWhoeverHangsOnIsCutOff(t *testing.T) {
	t.Parallel()
	l := httpd.Usual
	l.Stop = 20 * time.Millisecond
	begun := make(chan struct{})
	s, stop := run(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	}), l)
	go func() {
		if resp, err := http.Get(s.URL()); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-begun
	if err := stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	l := httpd.Usual
	l.Conns = 1
	s, _ := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }), l)
	addr := strings.TrimPrefix(s.URL(), "http://")
	first, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(c net.Conn) string {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		line, _ := bufio.NewReader(c).ReadString('\n')
		return line
	}
	if line := ask(first); !strings.Contains(line, "200") {
		t.Fatalf("got %q", line)
	}
	second, err := net.Dial("tcp", addr) // the system lets it in; we do not yet
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	answered := make(chan string, 1)
	go func() { answered <- ask(second) }()
	select {
	case line := <-answered:
		t.Errorf("two at once: %q", line)
	default:
	}
	_ = first.Close()
	if line := <-answered; !strings.Contains(line, "200") {
		t.Errorf("after the first left: %q", line)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	var down error
	var mu sync.Mutex
	httpd.Health(mux, func(context.Context) error { mu.Lock(); defer mu.Unlock(); return down })
	mux.Handle("GET /metrics", httpd.NewMetrics().Handler())
	s, _ := run(t, mux, httpd.Usual)
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/": 404} {
		if got, _ := get(t, s.URL()+path); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	mu.Lock()
	down = fmt.Errorf("redis at 10.0.0.1 says no")
	mu.Unlock()
	if status, body := get(t, s.URL()+"/readyz"); status != 503 || strings.Contains(body, "10.0.0.1") {
		t.Errorf("%d %q", status, body)
	}
	if status, _ := get(t, s.URL()+"/healthz"); status != 200 {
		t.Errorf("healthz %d", status)
	}
}
