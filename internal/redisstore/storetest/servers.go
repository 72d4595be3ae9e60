// Package storetest is the conformance suite of redisstore and the servers it
// runs on: miniredis, a real redis-server, a cluster of three masters, and sets
// of servers of which others take over when one dies. Other rooms' tests take
// their Redis from here. Only tests import it.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"linkline/internal/redisstore"
)

// patience is how long a server may take to come up before a test fails.
const patience = 2 * time.Minute

var quiet = slog.New(slog.DiscardHandler)

// Mini starts a Redis inside the test, as the demo does. It answers in
// microseconds, keeps nothing, and refuses less than a real one.
func Mini(t testing.TB) redisstore.Options {
	t.Helper()
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return redisstore.Options{Addrs: []string{m.Addr()}, InProcess: true, Logger: quiet}
}

// Redis starts a redis-server on a unix socket. Settings of redis.conf may be
// added or overridden: Redis(t, "appendonly", "yes").
func Redis(t testing.TB, settings ...string) redisstore.Options {
	t.Helper()
	// Not t.TempDir: a socket's path may have 108 bytes, a test's name more.
	dir, err := os.MkdirTemp("", "ll")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	args := append([]string{"port", "0", "unixsocket", socket}, settings...)
	start(t, dir, args)
	o := redisstore.Options{Addrs: []string{socket}, Logger: quiet}
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	defer c.Close()
	await(t, "redis-server to answer", func(ctx context.Context) error { return c.Ping(ctx).Err() })
	return o
}

// Server is a redis-server that a test kills and brings back. It keeps what it
// acknowledged, as compose's does.
type Server struct {
	Options redisstore.Options

	t       testing.TB
	dir     string
	process *os.Process
	died    <-chan struct{}
}

// Durable starts a server that syncs every write to disk.
func Durable(t testing.TB) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "ll")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{t: t, dir: dir, Options: redisstore.Options{Addrs: []string{filepath.Join(dir, "s")}, Logger: quiet}}
	s.Start()
	return s
}

// Start brings the server up, with all that it had.
func (s *Server) Start() {
	s.t.Helper()
	socket := s.Options.Addrs[0]
	s.process, s.died = launch(s.t, s.dir, []string{"port", "0", "unixsocket", socket, "appendonly", "yes", "appendfsync", "always"})
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	defer c.Close()
	await(s.t, "redis-server to answer", func(ctx context.Context) error { return c.Ping(ctx).Err() })
}

// Kill ends it at once, as a power cut would.
func (s *Server) Kill() {
	_ = s.process.Kill()
	<-s.died
}

// start runs a redis-server until the test ends; the channel closes when it
// is gone. Nothing is written to disk unless settings say so.
func start(t testing.TB, dir string, settings []string) <-chan struct{} {
	t.Helper()
	_, died := launch(t, dir, settings)
	return died
}

// launch also gives the process, for tests that end it themselves.
func launch(t testing.TB, dir string, settings []string) (*os.Process, <-chan struct{}) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is missing: apt-get install redis-server (on macOS: brew install redis)")
	}
	args := []string{"--save", "", "--appendonly", "no", "--dir", dir, "--loglevel", "warning", "--maxmemory-policy", "noeviction"}
	for i := 0; i+1 < len(settings); i += 2 {
		args = append(args, "--"+settings[i], settings[i+1])
	}
	return run(t, exec.Command(path, args...))
}

// run starts a server that ends with the test.
func run(t testing.TB, cmd *exec.Cmd) (*os.Process, <-chan struct{}) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	dieWithUs(cmd)
	began, died := make(chan error), make(chan struct{})
	go func() {
		// The kernel ties the child to this thread, so it must outlive it.
		runtime.LockOSThread()
		err := cmd.Start()
		began <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(died)
	}()
	if err := <-began; err != nil {
		t.Fatalf("redis-server: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-died
		if t.Failed() && out.Len() > 0 {
			t.Logf("redis-server said: %s", out.String())
		}
	})
	return cmd.Process, died
}

// freePorts asks the kernel for ports nobody listens on.
func freePorts(n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
	}
	return ports, nil
}

var (
	errGiveUp = errors.New("no use in waiting")
	errNotYet = errors.New("it does not hold yet")
)

// try repeats do until it succeeds or patience ends.
func try(do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	var last error // what was wrong while there was time
	for {
		err := do(ctx)
		if err == nil || errors.Is(err, errGiveUp) {
			return err
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return last
		}
	}
}

func await(t testing.TB, what string, do func(context.Context) error) {
	t.Helper()
	if err := try(do); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}
