package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	slackapi "linkline/adapters/slack"
	"linkline/adapters/twilio"
	"linkline/internal/app"
	"linkline/internal/config"
	"linkline/internal/httpd"
	"linkline/internal/redisstore"
	"linkline/internal/vault"
	"linkline/locales"

	"golang.org/x/sync/errgroup"
)

//go:embed demo.yaml
var demoYAML []byte

// demoCmd is the whole product on one machine: the code of serve, wired by URL
// to an emulated Twilio and Slack, over a Redis inside this process.
type demoCmd struct {
	Listen    string `default:"127.0.0.1:8080" help:"Address of the page."`
	NoBrowser bool   `help:"Do not open a browser."`
	Config    string `type:"path" placeholder:"FILE" help:"Your own linkline.yaml instead of the one built in."`
}

// Secrets of the emulated services. They open nothing but this demo.
const (
	demoAccount = "AC00000000000000000000000000000001"
	demoToken   = "0123456789abcdef0123456789abcdef" // the SDK takes letters and digits only
	demoBotKey  = "xoxb-demo"
	demoSecret  = "demo-secret"
)

// Run serves the page until it is told to stop.
func (c demoCmd) Run(ctx context.Context) error {
	d, err := c.start(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it had begun
		}
		return err
	}
	if !c.NoBrowser {
		go show(d.srv.URL())
	}
	return d.run(ctx)
}

// demo is a started world: everything is wired, and nothing answers before run.
type demo struct {
	world *world
	app   *app.App
	srv   *httpd.Server
	door  *door
	log   *slog.Logger
}

// door is a handler that is hung in after the listener is open: the app must
// know its own address before it is built.
type door struct{ h atomic.Pointer[http.Handler] }

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := d.h.Load()
	if h == nil {
		http.Error(w, "not ready yet", http.StatusServiceUnavailable)
		return
	}
	(*h).ServeHTTP(w, r)
}

// start wires the demo. What it opened is closed again if it fails.
func (c demoCmd) start(ctx context.Context) (_ *demo, err error) {
	log := logger("text", slog.LevelWarn)
	cat, err := locales.Default()
	if err != nil {
		return nil, err
	}
	conf, err := c.load(cat)
	if err != nil {
		return nil, err
	}
	d := &demo{door: &door{}, log: log}
	if d.srv, err = httpd.Listen(c.Listen, d.door); err != nil {
		return nil, taken(c.Listen, err)
	}
	public, err := url.Parse(local(d.srv.URL()))
	if err != nil {
		return nil, fmt.Errorf("the address %s cannot be used (choose another with --listen)", c.Listen)
	}
	if d.world, err = newWorld(conf, cat, log); err != nil {
		return nil, serviceError{err}
	}
	defer func() {
		if err != nil {
			d.world.close()
		}
	}()
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		return nil, err
	}
	d.app, err = app.New(ctx, app.Options{
		Config: conf, Keyset: keys, PublicURL: public, Now: d.world.clock.Now, Log: log,
		Redis:  redisstore.Options{Addrs: []string{d.world.redis.Addr()}, InProcess: true},
		Twilio: twilio.Config{AccountSID: demoAccount, AuthTokens: []string{demoToken}, APIURL: d.world.twilioURL},
		Slack:  slackapi.Config{BotToken: demoBotKey, SigningSecrets: []string{demoSecret}, APIURL: d.world.slackURL + "/api/"},
	})
	if err != nil {
		return nil, serviceError{err}
	}
	d.world.join(d.app, public.String(), c.Listen)
	return d, nil
}

// run answers until the context ends, the emulators last: what has begun is
// finished against them.
func (d *demo) run(ctx context.Context) error {
	defer d.world.close()
	d.srv.OnStop(d.world.page.Close)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.world.watch(ctx) })
	g.Go(func() error { return d.world.page.Run(ctx) })
	g.Go(func() error {
		return serve(ctx, d.app, func(h http.Handler) (*httpd.Server, error) {
			d.world.stranger()
			mux := http.NewServeMux()
			for _, own := range []string{"/twilio/", "/slack/", "/healthz", "/readyz", "/metrics"} {
				mux.Handle(own, h)
			}
			mux.Handle("/", d.world.page.Handler())
			var all http.Handler = mux
			d.door.h.Store(&all)
			return d.srv, nil
		}, "", d.log)
	})
	return g.Wait()
}

// load reads the built-in configuration or the operator's own. Programmes with
// a messaging service get a number, since the emulated phones text numbers.
func (c demoCmd) load(cat *locales.Catalog) (*config.Config, error) {
	name, src := "demo.yaml", demoYAML
	if c.Config != "" {
		name = c.Config
		var err error
		if src, err = os.ReadFile(name); err != nil {
			return nil, fmt.Errorf("the configuration %s cannot be read (check the path given to --config)", name)
		}
	}
	conf, err := config.Parse(name, src, known(cat))
	if err != nil {
		return nil, err
	}
	if len(conf.Programmes) == 0 {
		return nil, fmt.Errorf("%s has no programme (see linkline check)", name)
	}
	for i := range conf.Programmes {
		p := &conf.Programmes[i]
		if c.Config == "" {
			p.Languages = menu(cat)
		}
		if p.SMS == "" && p.Service != "" {
			p.SMS, p.Service = fmt.Sprintf("+447700900%03d", 50+i), ""
		}
	}
	return conf, nil
}

// menu is the languages of the built-in programme, in the order of its menu.
func menu(cat *locales.Catalog) []string {
	var out []string
	for _, tag := range []string{"en", "ro", "bn", "so", "ur", "ar"} {
		if l, ok := cat.Language(tag); ok && l.Tag == tag && l.Ships() {
			out = append(out, tag)
		}
	}
	return out
}

// local is the address under which this machine reaches its own listener.
func local(u string) string {
	u = strings.Replace(u, "//[::]:", "//127.0.0.1:", 1)
	return strings.Replace(u, "//0.0.0.0:", "//127.0.0.1:", 1)
}

// taken says what to do when the address cannot be listened on.
func taken(addr string, err error) error {
	if _, _, perr := net.SplitHostPort(addr); perr != nil {
		return fmt.Errorf("%q is no address (write --listen 127.0.0.1:8081)", addr)
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return serviceError{fmt.Errorf("cannot listen on %s (choose another address with --listen 127.0.0.1:8081)", addr)}
	}
	_, port, perr := net.SplitHostPort(addr)
	if perr != nil {
		port = addr
	}
	return serviceError{fmt.Errorf("port %s is taken by another program (choose another with --listen 127.0.0.1:8081)", port)}
}

// show opens the page in a browser. It is a convenience: where there is none,
// the printed address does.
func show(u string) {
	name := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if name == "" {
		name = "xdg-open"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_ = exec.CommandContext(ctx, name, local(u)).Run()
}
