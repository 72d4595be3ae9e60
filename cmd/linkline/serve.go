package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/httpd"
	"linkline/internal/redisstore"
	"linkline/locales"

	"golang.org/x/sync/errgroup"
)

type serveCmd struct {
	Rehearsal bool `help:"Answer rostered test phones only; controller and safety may be missing."`
}

// logger writes slog to stderr. What could tell anything about a person masks
// itself by its type.
func logger(format string, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if format == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, opts))
}

// Run serves until it is told to stop, then finishes what has begun.
func (c serveCmd) Run(ctx context.Context) error {
	set, err := readSetup(config.NeedsAll, func(conf *config.Config) config.Faults { return conf.ForServe(c.Rehearsal) })
	if err != nil {
		return err
	}
	env := set.env
	log := logger(env.LogFormat, env.LogLevel)
	for _, s := range set.cat.Status() {
		if len(s.Absent) == 0 && !s.Safety && s.Tag != locales.Base {
			log.Warn("safety_texts_unreviewed", "language", s.Tag, "hint", "they go out together with the English until a speaker has read them")
		}
	}
	a, err := set.app(ctx, log, func(o *app.Options) { o.Rehearsal = c.Rehearsal })
	if err != nil {
		return err
	}
	listen := func(h http.Handler) (*httpd.Server, error) { return httpd.Listen(env.Listen, h) }
	return serve(ctx, a, listen, env.MetricsListen, log)
}

// secrets are those that hold now: while one is exchanged for another both do,
// with a comma between, the new one first.
func secrets(s config.Secret) []string {
	var out []string
	for one := range strings.SplitSeq(s.Raw(), ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

func redisOptions(r config.Redis) redisstore.Options {
	o := redisstore.Options{Mode: redisstore.Mode(r.Mode), Addrs: r.Addrs, Master: r.Master, DB: r.DB, Username: r.Username, Password: r.Password}
	if r.TLS {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}

// serve checks the world, listens, and runs until the context ends.
func serve(ctx context.Context, a *app.App, listen func(http.Handler) (*httpd.Server, error), metrics string, log *slog.Logger) (err error) {
	defer func() {
		if cerr := a.Close(); cerr != nil && err == nil {
			err = fmt.Errorf("stop: %w", cerr)
		}
	}()
	said, err := a.Prepare(ctx)
	if err != nil {
		if errors.Is(err, redisstore.ErrMeta) || errors.Is(err, redisstore.ErrEviction) {
			return err
		}
		return serviceError{err}
	}
	log.Info("durability", "redis", said)
	mux := http.NewServeMux()
	mux.Handle("/", a.Handler())
	if metrics == "" {
		mux.Handle("GET /metrics", a.Metrics.Handler())
	}
	srv, err := listen(mux)
	if err != nil {
		return err
	}
	srv.LogTo(log)
	started()
	fmt.Printf("listening on %s\n", srv.URL())
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return srv.Run(ctx) })
	g.Go(func() error { return a.Run(ctx) })
	if metrics != "" {
		mm := http.NewServeMux()
		mm.Handle("GET /metrics", a.Metrics.Handler())
		ms, err := httpd.Listen(metrics, mm)
		if err != nil {
			return err
		}
		g.Go(func() error { return ms.Run(ctx) })
	}
	if a.Heartbeat() != "" {
		g.Go(func() error { return beat(ctx, a) })
	}
	return g.Wait()
}

// beat calls the heartbeat's address every minute while all is well.
func beat(ctx context.Context, a *app.App) error {
	caller := &http.Client{Timeout: 30 * time.Second} // one call that hangs must not end all
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if a.Ready(ctx) != nil {
				continue
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Heartbeat(), nil)
			if err != nil {
				return fmt.Errorf("heartbeat_url cannot be called (write https://…)")
			}
			if resp, err := caller.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}
	}
}
